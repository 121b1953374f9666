#include "actors/sinks/syslog/settings.hpp"

#include "actors/sinks/messages/tag_text.hpp"
#include "actors/sinks/network/endpoint_choice.hpp"
#include "actors/sinks/syslog/words.hpp"
#include "runtime/event/record_path.hpp"

#include <algorithm>

namespace weir {
namespace {

constexpr auto syslog_port = std::uint16_t{514};
constexpr auto syslog_tls_port = std::uint16_t{6514};
constexpr auto relp_port = std::uint16_t{2514};
/// What each receiver has to take (RFC 5424 section 6.1), and what a datagram holds.
constexpr auto message_bytes_min = std::uint64_t{480};
constexpr auto message_bytes_max = std::uint64_t{16} << 20;
constexpr auto datagram_bytes_max = std::uint64_t{65'507};

/// RFC 5424 section 6.3.2: 1 to 32 bytes of ASCII but these.
auto is_data_name(std::string_view text) -> bool {
  const auto fits = [](char c) { return c > ' ' && c < '\x7f' && c != '=' && c != ']' && c != '"'; };
  return !text.empty() && text.size() <= 32 && std::all_of(text.begin(), text.end(), fits);
}

void check_fields(const syslog_settings& s, config::settings_reader& reader) {
  for (const auto& [key, path] : {std::pair{"severity_field", &s.severity_field}, {"host_field", &s.host_field}, {"procid_field", &s.procid_field},
                                  {"msgid_field", &s.msgid_field}, {"message_field", &s.message_field}})
    if (!path->empty() && !is_written_path(*path)) reader.complain(key, '"' + std::string{key} + "\": " + std::string{not_written_path});
  for (const auto& [name, path] : s.structured_data) {
    if (!is_data_name(name)) reader.complain("structured_data", "\"" + name + "\" is no name of structured data: 1 to 32 letters, digits and signs but =, ] and \"");
    if (!is_written_path(path)) reader.complain("structured_data", '"' + name + "\": " + std::string{not_written_path});
  }
  if (!is_data_name(s.structured_data_id) || s.structured_data_id.find('@') == std::string::npos)
    reader.complain("structured_data_id", "\"structured_data_id\" wants a name, @ and a number, up to 32 bytes, not \"" + s.structured_data_id + '"');
  if (s.structured_data.empty()) reader.refuse_useless("structured_data_id", "without \"structured_data\" nothing stands under it");
}

void check_texts(const syslog_settings& s, config::settings_reader& reader) {
  for (const auto& [key, text] : {std::pair{"host", &s.host}, {"app", &s.app}})
    if (const auto problem = problem_of_tag_text(*text, key); !problem.empty()) reader.complain(key, problem);
  if (!syslog_facility_of(s.facility)) reader.complain("facility", "\"facility\" wants a name as local3, or 0..23, not \"" + s.facility + '"');
  if (!syslog_severity_of(s.severity)) reader.complain("severity", "\"severity\" wants a name as info, or 0..7, not \"" + s.severity + '"');
}

} // namespace

auto syslog_settings::default_port() const -> std::uint16_t {
  if (protocol == syslog_protocol::relp) return relp_port;
  return network.tls ? syslog_tls_port : syslog_port;
}

void validate(const syslog_settings& s, config::settings_reader& reader) {
  if (s.network.endpoints.empty()) reader.complain("endpoints", "\"endpoints\" is missing: where is a receiver?", "as in logs-1.example:6514");
  for (const auto& e : s.network.endpoints)
    if (const auto at = host_of_endpoint(e, s.default_port()); !at) reader.complain("endpoints", "\"endpoints\": " + at.failure().what);
  reader.refuse_useless("auth", "syslog knows no login; with \"tls\" a certificate says who sends");
  const auto is_udp = s.protocol == syslog_protocol::udp;
  if (is_udp) reader.refuse_useless("tls", "datagrams are not encrypted here");
  if (s.protocol != syslog_protocol::tcp) reader.refuse_useless("framing", "only tcp has two ways");
  const auto most = is_udp ? datagram_bytes_max : message_bytes_max;
  if (s.max_message.value < message_bytes_min || s.max_message.value > most)
    reader.complain("max_message", "\"max_message\" wants 480B to " + to_text(byte_count{most}) + ", not " + to_text(s.max_message));
  check_texts(s, reader);
  check_fields(s, reader);
}

} // namespace weir
