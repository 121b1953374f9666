#include "actors/collectors/network/checks.hpp"

#include <algorithm>

namespace weir {

void check_message_limit(byte_count max_message, config::settings_reader& reader) {
  if (max_message.value < 480 || max_message.value > (std::uint64_t{16} << 20))
    reader.complain("max_message", "\"max_message\" wants 480B to 16MiB, not " + to_text(max_message));
}

void check_receive_buffer(byte_count receive_buffer, config::settings_reader& reader) {
  if (receive_buffer.value < (4U << 10U) || receive_buffer.value > (std::uint64_t{1} << 30) - 1)
    reader.complain("receive_buffer", "\"receive_buffer\" wants 4KiB to 1023MiB, not " + to_text(receive_buffer));
}

void check_connections(std::uint32_t max_connections, duration message_timeout, config::settings_reader& reader) {
  if (max_connections == 0) reader.complain("max_connections", "\"max_connections\" wants 1 or more, not 0");
  if (message_timeout <= duration::zero()) reader.complain("message_timeout", "\"message_timeout\" wants to be more than 0");
}

void check_socket_mode(const std::string& octal, config::settings_reader& reader, std::string_view key) {
  const auto is_octal = !octal.empty() && octal.size() <= 4
                        && std::all_of(octal.begin(), octal.end(), [](char c) { return c >= '0' && c <= '7'; });
  if (!is_octal) reader.complain(key, '"' + std::string{key} + "\" wants up to four octal digits, such as \"0640\", not \"" + octal + '"');
}

auto socket_mode_of(const std::string& octal) -> mode_t {
  auto mode = mode_t{0};
  for (const auto digit : octal) mode = mode * 8 + static_cast<mode_t>(digit - '0');
  return mode;
}

} // namespace weir
