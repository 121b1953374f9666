#include "actors/collectors/forward_settings.hpp"

#include "actors/collectors/forward_access.hpp"

#include <algorithm>
#include <charconv>

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
  const auto limit = s.chunk_size_limit.value;
  if (limit != 0 && s.chunk_size_warn_limit.value > limit)
    reader.warn("chunk_size_warn_limit", "never warns, because \"chunk_size_limit\" is smaller");
}

} // namespace

auto parse_endpoint(std::string_view text) -> result<forward_endpoint> {
  const auto invalid = [&] {
    return error{errc::rejected, "wants host:port or unix:/path, not \"" + std::string{text} + '"'};
  };
  constexpr auto unix_path_max = std::size_t{107};
  if (text.starts_with("unix:")) {
    const auto path = text.substr(5);
    if (path.empty() || path.size() > unix_path_max) return invalid();
    return forward_endpoint{{}, {}, std::string{path}};
  }
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return invalid();
  auto host = text.substr(0, colon);
  const auto port = text.substr(colon + 1);
  auto number = std::uint32_t{0};
  const auto [rest, ec] = std::from_chars(port.data(), port.data() + port.size(), number);
  if (ec != std::errc{} || rest != port.data() + port.size() || number > 65535) return invalid();
  if (host.starts_with('[') && host.ends_with(']'))
    host = host.substr(1, host.size() - 2);
  else if (host.find(':') != std::string_view::npos)
    return invalid();
  if (host == "*") host = {};
  return forward_endpoint{std::string{host}, std::string{port}, {}};
}

void validate(const forward_client_rule& s, config::settings_reader& reader) {
  if (s.host.empty() == s.network.empty()) {
    reader.complain("host", s.host.empty() ? "a client wants \"host\" or \"network\""
                                           : "a client wants \"host\" or \"network\", not both");
    return;
  }
  if (!s.network.empty()) {
    if (const auto parsed = parse_network(s.network); !parsed)
      reader.complain("network", parsed.failure().what);
  } else if (const auto found = resolve_host(s.host); !found) {
    reader.complain("host", found.failure().what);
  }
}

void validate(const forward_security& s, config::settings_reader& reader) {
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
  if (!is_mode(s.socket_mode))
    reader.complain("socket_mode", "\"socket_mode\" wants an octal number such as 0660");
  if (reader.is_given("send_keepalive_packet") && s.send_keepalive_packet && s.deny_keepalive)
    reader.complain("send_keepalive_packet",
                    "\"send_keepalive_packet\" and \"deny_keepalive\" exclude each other");
  if (!s.source_hostname_key.empty() && !s.resolve_hostname.value_or(true))
    reader.complain("source_hostname_key",
                    "\"source_hostname_key\" wants \"resolve_hostname\" not to be false");
  check_limits(s, reader);
}

} // namespace weir
