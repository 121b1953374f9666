#include "runtime/codec/relp.hpp"

#include <charconv>
#include <string>

namespace weir {
namespace {

constexpr auto relp_number_digits_max = std::size_t{9};
constexpr auto relp_command_bytes_max = std::size_t{32};

/// Up to `end_signs`, which stay; nothing: it is not there yet, or its place is not where it may be.
auto relp_word(std::string_view from, std::string_view end_signs, std::size_t bytes_max) -> std::optional<std::string_view> {
  const auto end = from.find_first_of(end_signs);
  if (end == std::string_view::npos || end == 0 || end > bytes_max) return {};
  return from.substr(0, end);
}

auto relp_number(std::string_view text, std::uint32_t& to) -> bool {
  const auto read = std::from_chars(text.data(), text.data() + text.size(), to);
  return read.ec == std::errc{} && read.ptr == text.data() + text.size();
}

auto no_relp() -> error { return {errc::malformed, "these bytes are none of RELP"}; }

} // namespace

void append_relp_frame(byte_buffer& out, std::uint32_t number, std::string_view command, std::string_view data) {
  out.append(std::to_string(number) + ' ');
  out.append(command);
  out.append(' ' + std::to_string(data.size()));
  if (!data.empty()) out.push_back(' ');
  out.append(data);
  out.push_back('\n');
}

auto take_relp_head(std::string_view& from) -> result<std::optional<relp_head>> {
  constexpr auto head_bytes_max = 2 * relp_number_digits_max + relp_command_bytes_max + 3;
  constexpr auto not_whole = std::optional<relp_head>{};
  auto made = relp_head{};
  auto rest = from;
  const auto number = relp_word(rest, " ", relp_number_digits_max);
  if (number) rest.remove_prefix(number->size() + 1);
  const auto command = number ? relp_word(rest, " ", relp_command_bytes_max) : std::nullopt;
  if (command) rest.remove_prefix(command->size() + 1);
  const auto length = command ? relp_word(rest, " \n", relp_number_digits_max) : std::nullopt;
  if (!length) return from.size() > head_bytes_max ? result<std::optional<relp_head>>{no_relp()} : not_whole;
  rest.remove_prefix(length->size());
  if (!relp_number(*number, made.number) || !relp_number(*length, made.data_bytes)) return no_relp();
  made.command = *command;
  if (made.data_bytes > 0 && rest.front() != ' ') return no_relp();
  if (rest.front() == ' ') {
    rest.remove_prefix(1); // without data some put it there all the same
    if (rest.empty()) return not_whole;
  }
  from = rest;
  return std::optional{made};
}

auto take_relp_frame(std::string_view& from) -> result<std::optional<relp_frame>> {
  auto rest = from;
  WEIR_TRY(const auto head, take_relp_head(rest));
  if (!head) return std::optional<relp_frame>{};
  if (head->data_bytes > relp_frame_bytes_max) return no_relp();
  if (rest.size() <= head->data_bytes) return std::optional<relp_frame>{};
  if (rest[head->data_bytes] != '\n') return no_relp();
  from = rest.substr(head->data_bytes + 1);
  return std::optional{relp_frame{head->number, head->command, rest.substr(0, head->data_bytes)}};
}

} // namespace weir
