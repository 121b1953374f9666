#include "actors/sinks/forward/settings.hpp"

#include "actors/sinks/messages/tag_text.hpp"
#include "runtime/net/address.hpp"

#include <algorithm>

namespace weir {
namespace {

/// Why nobody can be reached there; empty if somebody may be.
auto problem_of_receiver(const std::string& at) -> std::string {
  const auto parsed = at.starts_with("unix:") ? parse_endpoint(at) : [&]() -> result<endpoint> {
    WEIR_TRY(auto named, parse_host_port(at));
    return endpoint{std::move(named), {}};
  }();
  return parsed ? std::string{} : parsed.failure().what;
}

void check_receivers(const forward_store_settings& s, config::settings_reader& reader) {
  const auto all = s.receivers();
  if (!s.network.endpoints.empty() && !s.servers.empty())
    return reader.complain("servers", "\"endpoints\" or \"servers\", not both");
  if (all.empty() && !reader.is_given("endpoints") && !reader.is_given("servers"))
    return reader.complain("endpoints", "\"endpoints\" is missing", "where to send to, such as logs.example:24224");
  if (all.empty()) return reader.complain(reader.is_given("servers") ? "servers" : "endpoints", "there is nobody to send to");
  for (const auto& at : s.network.endpoints)
    if (const auto problem = problem_of_receiver(at); !problem.empty()) reader.complain("endpoints", problem);
  if (std::all_of(all.begin(), all.end(), [](const auto& r) { return r.weight == 0; }))
    reader.complain("servers", "all have the weight 0: there is nobody to send to");
  if (std::all_of(all.begin(), all.end(), [](const auto& r) { return r.at.starts_with("unix:"); }))
    reader.refuse_useless("tls", "unix sockets do without");
}

void check_login(const forward_store_settings& s, config::settings_reader& reader) {
  if (s.empty_shared_key && !s.shared_key.value.empty())
    reader.complain("empty_shared_key", "\"empty_shared_key\" and a \"shared_key\" exclude each other");
  if (s.logs_in()) return;
  if (!s.network.auth.user.empty())
    reader.complain("auth", "a user logs in beside a \"shared_key\"", "or with \"empty_shared_key: true\"");
  reader.refuse_useless("self_hostname", "it is for the login, and there is none without \"shared_key\"");
}

} // namespace

auto forward_store_settings::receivers() const -> std::vector<forward_receiver> {
  auto all = servers;
  for (const auto& at : network.endpoints) all.push_back({at});
  return all;
}

void validate(const forward_receiver& s, config::settings_reader& reader) {
  if (!reader.is_given("at")) return; // reported already
  if (const auto problem = problem_of_receiver(s.at); !problem.empty()) reader.complain("at", problem);
}

void validate(const forward_store_settings& s, config::settings_reader& reader) {
  constexpr auto smallest = std::uint64_t{1024};
  constexpr auto largest = std::uint64_t{64} << 20;
  check_receivers(s, reader);
  check_login(s, reader);
  if (const auto problem = problem_of_tag_text(s.tag); !problem.empty()) reader.complain("tag", problem);
  if (s.ack_timeout && s.ack_timeout->count() <= 0) reader.complain("ack_timeout", "\"ack_timeout\" wants a time above 0");
  if (reader.is_given("ledger") && s.ledger.empty()) reader.complain("ledger", "\"ledger\" is empty");
  if (!s.require_ack) reader.refuse_useless("ack_timeout", "with \"require_ack: false\" nobody acknowledges");
  if (s.max_message.value < smallest || s.max_message.value > largest)
    reader.complain("max_message", "\"max_message\" wants 1KiB to 64MiB, not " + to_text(s.max_message));
  if (const auto* auth = reader.given("auth"); auth != nullptr && auth->find("token") != nullptr)
    reader.complain_at(auth->find("token")->where, "forward knows no tokens", "a \"shared_key\" is what both sides have");
}

} // namespace weir
