#include "actors/collectors/web/settings.hpp"

#include "runtime/net/address.hpp"

#include <algorithm>
#include <set>

namespace weir {
namespace {

auto is_unix_place(const std::string& text) -> bool { return text.starts_with("unix:"); }

void check_not_empty(config::settings_reader& reader, std::string_view key, const std::string& text) {
  if (reader.is_given(key) && text.empty()) reader.complain(key, '"' + std::string{key} + "\" wants to be not empty");
}

void check_more_than_none(config::settings_reader& reader, std::string_view key, duration given) {
  if (given <= duration::zero()) reader.complain(key, '"' + std::string{key} + "\" wants to be more than 0");
}

} // namespace

void validate(const web_auth& s, config::settings_reader& reader) {
  auto names = std::set<std::string_view>{};
  for (const auto& u : s.users) {
    if (!names.insert(u.username).second) reader.complain("users", "two users have the same name");
    if (u.username.find(':') != std::string::npos) reader.complain("users", "the name of a user wants to be without \":\"");
  }
  for (const auto& t : s.tokens)
    if (t.token.value.empty()) reader.complain("tokens", "a token wants to be not empty");
  if (s.users.empty() && s.tokens.empty()) reader.complain("users", "\"auth\" wants \"users\" or \"tokens\", or nobody may send");
}

void check_web_places(const std::vector<std::string>& places, const char* listen_key, config::settings_reader& reader) {
  for (const auto& text : places)
    if (const auto parsed = parse_endpoint(text); !parsed) reader.complain(listen_key, '"' + std::string{listen_key} + "\" " + parsed.failure().what);
}

void check_web(const web_settings& s, config::settings_reader& reader) {
  constexpr auto smallest = std::uint64_t{1024};
  constexpr auto largest = std::uint64_t{1} << 30;
  check_not_empty(reader, "tag", s.tag);
  check_not_empty(reader, "add_tag_prefix", s.add_tag_prefix);
  check_not_empty(reader, "source_address_key", s.source_address_key);
  if (s.max_message.value < smallest || s.max_message.value > largest)
    reader.complain("max_message", "\"max_message\" wants 1KiB to 1GiB, not " + to_text(s.max_message));
  if (s.max_connections == 0) reader.complain("max_connections", "\"max_connections\" wants 1 or more, not 0");
  check_more_than_none(reader, "handshake_timeout", s.handshake_timeout);
  check_more_than_none(reader, "message_timeout", s.message_timeout);
  check_more_than_none(reader, "busy_after", s.busy_after);
  if (!s.tls) reader.refuse_useless("handshake_timeout", "without \"tls\" there is no handshake");
  if (!s.listen.empty() && std::all_of(s.listen.begin(), s.listen.end(), is_unix_place)) reader.refuse_useless("tls", "unix sockets do without");
}

auto web_tags(const web_settings& s) -> std::vector<tag_shape> {
  const auto prefix = s.add_tag_prefix.empty() ? std::string{} : s.add_tag_prefix + '.';
  if (s.tag.empty()) return {{{prefix, {}}}};
  return {exact_tag(prefix + s.tag)};
}

void claim_web_places(const std::vector<std::string>& places, const char* key, plugin_claims& to) {
  for (const auto& address : places) to.held.push_back({claim::kind::address, address, key});
}

} // namespace weir
