#include "actors/collectors/forward/settings.hpp"

#include "runtime/net/address.hpp"
#include "runtime/net/ip_network.hpp"

#include <algorithm>
#include <set>

namespace weir {
namespace {

void check_text(config::settings_reader& reader, std::string_view key, const std::string& text) {
  if (reader.is_given(key) && text.empty())
    reader.complain(key, '"' + std::string{key} + "\" wants to be not empty");
}

auto is_mode(std::string_view text) -> bool {
  return !text.empty() && text.size() <= 4
         && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '7'; });
}

void check_limits(const forward_settings& s, config::settings_reader& reader) {
  constexpr auto smallest = std::uint64_t{1024};
  constexpr auto largest = std::uint64_t{4} << 30;
  if (s.max_message.value < smallest || s.max_message.value > largest)
    reader.complain("max_message", "\"max_message\" wants 1KiB to 4GiB, not " + to_text(s.max_message));
  if (s.max_connections == 0)
    reader.complain("max_connections", "\"max_connections\" wants 1 or more, not 0");
  if (s.handshake_timeout <= duration::zero())
    reader.complain("handshake_timeout", "\"handshake_timeout\" wants to be more than 0");
  if (s.message_timeout <= duration::zero())
    reader.complain("message_timeout", "\"message_timeout\" wants to be more than 0");
}

/// What larger messages never meet.
void check_size_limits(const forward_settings& s, config::settings_reader& reader) {
  const auto limit = s.chunk_size_limit.value;
  const auto warns_from = s.chunk_size_warn_limit.value;
  const auto largest = "no message is larger than \"max_message\", " + to_text(s.max_message);
  if (limit >= s.max_message.value) reader.refuse_useless("chunk_size_limit", largest);
  if (warns_from >= s.max_message.value)
    reader.refuse_useless("chunk_size_warn_limit", largest);
  else if (limit != 0 && warns_from >= limit)
    reader.refuse_useless("chunk_size_warn_limit", "what is larger than \"chunk_size_limit\" is dropped, and that is told");
}

/// What is given and does nothing beside the rest.
void check_listeners(const forward_settings& s, config::settings_reader& reader) {
  const auto is_unix = [](const std::string& text) { return text.starts_with("unix:"); };
  if (!is_mode(s.socket_mode))
    reader.complain("socket_mode", "\"socket_mode\" wants an octal number such as 0660");
  else if (std::none_of(s.listen.begin(), s.listen.end(), is_unix))
    reader.refuse_useless("socket_mode", "it is for \"listen: unix:/path\"");
  if (std::all_of(s.listen.begin(), s.listen.end(), is_unix)) reader.refuse_useless("tls", "unix sockets do without");
  if (!s.security && !s.tls)
    reader.refuse_useless("handshake_timeout", "without \"security\" or \"tls\" there is no handshake");
  if (s.source_hostname_key.empty())
    reader.refuse_useless("resolve_hostname", "names are looked up for \"source_hostname_key\" alone");
}

} // namespace

void validate(const forward_client_rule& s, config::settings_reader& reader) {
  if (s.host.empty() == s.network.empty()) {
    reader.complain("host", s.host.empty() ? "a client wants \"host\" or \"network\""
                                           : "a client wants \"host\" or \"network\", not both");
    return;
  }
  if (!s.network.empty()) {
    if (const auto parsed = net::parse_network(s.network); !parsed)
      reader.complain("network", parsed.failure().what);
  } else if (const auto found = net::addresses_of(s.host); !found) {
    reader.complain("host", found.failure().what);
  }
}

namespace {

/// Without quoting: nothing that stands under security is repeated.
void check_rules(const forward_security& s, config::settings_reader& reader) {
  auto names = std::set<std::string_view>{};
  for (const auto& u : s.users)
    if (!names.insert(u.username).second) reader.complain("users", "two users have the same name");
  auto places = std::set<std::pair<std::string_view, std::string_view>>{};
  for (const auto& c : s.clients)
    if (!places.insert({c.host, c.network}).second)
      reader.complain("clients", "two rules are about the same clients, and the first that fits decides");
  const auto asks_users = s.wants_users();
  const auto names_users = [](const forward_client_rule& c) { return !c.users.empty(); };
  if (!asks_users && std::any_of(s.clients.begin(), s.clients.end(), names_users))
    reader.complain("clients", "a rule names users, and nobody is asked for one");
  // Before others it may be an exception to them.
  if (s.allow_anonymous_source && !s.clients.empty() && s.clients.back().users.empty()
      && s.clients.back().shared_key.value.empty())
    reader.complain("clients",
                    "the last rule does nothing here: those whom no rule names are accepted in the same way",
                    "\"allow_anonymous_source: false\" refuses them");
  if (!s.users.empty() && !asks_users)
    reader.complain("users", "\"users\" does nothing here: nobody is asked for a name", "take out \"user_auth: false\"");
}

} // namespace

void validate(const forward_security& s, config::settings_reader& reader) {
  check_rules(s, reader);
  const auto has_own_keys = !s.clients.empty()
                            && std::all_of(s.clients.begin(), s.clients.end(),
                                           [](const auto& c) { return !c.shared_key.value.empty(); });
  if (s.shared_key.value.empty() && !s.empty_shared_key && !has_own_keys)
    reader.complain("shared_key", "\"security\" wants a \"shared_key\"",
                    "\"empty_shared_key: true\" does without");
  if (!s.shared_key.value.empty() && s.empty_shared_key)
    reader.complain("empty_shared_key", "\"empty_shared_key\" and \"shared_key\" exclude each other");
  if (s.user_auth.value_or(false) && s.users.empty())
    reader.complain("user_auth", "\"user_auth\" wants \"users\"");
  if (!s.allow_anonymous_source && s.clients.empty())
    reader.complain("allow_anonymous_source", "without \"clients\" nobody is left who may send");
  for (const auto& client : s.clients)
    for (const auto& name : client.users)
      if (std::none_of(s.users.begin(), s.users.end(), [&](const auto& u) { return u.username == name; }))
        reader.complain("clients", "a rule names a user who is not in \"users\"");
}

void validate(const forward_settings& s, config::settings_reader& reader) {
  if (s.listen.empty()) reader.complain("listen", "\"listen\" wants an address");
  for (const auto& text : s.listen)
    if (const auto parsed = parse_endpoint(text); !parsed)
      reader.complain("listen", "\"listen\" " + parsed.failure().what);
  check_text(reader, "tag", s.tag);
  check_text(reader, "add_tag_prefix", s.add_tag_prefix);
  check_text(reader, "source_address_key", s.source_address_key);
  check_text(reader, "source_hostname_key", s.source_hostname_key);
  if (reader.is_given("send_keepalive_packet") && s.send_keepalive_packet && s.deny_keepalive)
    reader.complain("send_keepalive_packet",
                    "\"send_keepalive_packet\" and \"deny_keepalive\" exclude each other");
  if (!s.source_hostname_key.empty() && !s.resolve_hostname.value_or(true))
    reader.complain("source_hostname_key",
                    "\"source_hostname_key\" wants \"resolve_hostname\" not to be false");
  check_limits(s, reader);
  check_size_limits(s, reader);
  check_listeners(s, reader);
}

} // namespace weir
