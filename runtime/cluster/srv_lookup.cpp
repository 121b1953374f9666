#include "runtime/cluster/srv_lookup.hpp"

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <netdb.h>
#include <netinet/in.h>
#include <resolv.h>

#include <algorithm>
#include <numeric>
#include <span>
#include <utility>

namespace weir {
namespace {

constexpr auto dns_label_bytes_max = std::size_t{63};
constexpr auto dns_name_bytes_max = std::size_t{253};
constexpr auto dns_answer_bytes_max = std::size_t{65535};
constexpr auto srv_numbers_bytes = 6; ///< priority, weight and port, before the target

auto is_dns_character(char c) -> bool {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

auto srv_malformed(std::string what) -> error { return {errc::malformed, "the answer " + std::move(what)}; }

/// The target's name is empty if it is ".".
auto decode_srv_record(const ns_msg& message, const ns_rr& record) -> result<srv_target> {
  const auto* numbers = ns_rr_rdata(record);
  char name[NS_MAXDNAME];
  const auto name_bytes = ns_rr_rdlen(record) - srv_numbers_bytes;
  if (name_bytes < 1) return srv_malformed("has an SRV record too short for a target");
  // Where the name ends is checked afterwards: it may point to any place before it.
  const auto read = ns_name_uncompress(ns_msg_base(message), ns_msg_end(message), numbers + srv_numbers_bytes, name,
                                       sizeof name);
  if (read != name_bytes) return srv_malformed("has an SRV record whose target is damaged");
  auto at = host_port{name, static_cast<std::uint16_t>(ns_get16(numbers + 4))};
  if (at.host == ".") at.host.clear();
  return srv_target{static_cast<std::uint16_t>(ns_get16(numbers)), static_cast<std::uint16_t>(ns_get16(numbers + 2)),
                    std::move(at)};
}

/// Of what is left of one priority, those of weight 0 first: the next in turn (RFC 2782, "Weight").
auto choose_srv(std::span<const srv_target> left, std::mt19937_64& random) -> std::size_t {
  const auto add = [](std::uint64_t sum, const srv_target& t) { return sum + t.weight; };
  const auto sum = std::accumulate(left.begin(), left.end(), std::uint64_t{0}, add);
  const auto mark = std::uniform_int_distribution<std::uint64_t>{0, sum}(random);
  auto chosen = std::size_t{0};
  for (auto running = std::uint64_t{left[0].weight}; running < mark; running += left[chosen].weight) ++chosen;
  return chosen;
}

struct srv_resolver {
  srv_resolver() = default;
  srv_resolver(const srv_resolver&) = delete;
  auto operator=(const srv_resolver&) -> srv_resolver& = delete;
  ~srv_resolver() {
    if (is_open) res_nclose(&state);
  }

  struct __res_state state = {};
  bool is_open = res_ninit(&state) == 0;
};

auto ask_only(const host_port& server, struct __res_state& state) -> bool {
  auto& first = state.nsaddr_list[0];
  first = {};
  first.sin_family = AF_INET;
  first.sin_port = htons(server.port);
  state.nscount = 1;
  return inet_pton(AF_INET, server.host.c_str(), &first.sin_addr) == 1;
}

auto srv_problem(int number) -> error {
  switch (number) {
  case HOST_NOT_FOUND: return {errc::not_found, "there is no such name"};
  case NO_DATA: return {errc::not_found, "the name has no SRV record"};
  case TRY_AGAIN: return {errc::unavailable, "no name server answers"};
  default: return {errc::unavailable, "the name server does not say"};
  }
}

} // namespace

auto is_dns_name(std::string_view name) -> bool {
  if (name.ends_with('.')) name.remove_suffix(1);
  if (name.empty() || name.size() > dns_name_bytes_max) return false;
  auto label_bytes = std::size_t{0};
  for (const auto c : name) {
    if (c == '.' ? label_bytes == 0 : !is_dns_character(c)) return false;
    label_bytes = c == '.' ? 0 : label_bytes + 1;
    if (label_bytes > dns_label_bytes_max) return false;
  }
  return label_bytes > 0;
}

auto decode_srv(std::string_view answer) -> result<std::vector<srv_target>> {
  auto message = ns_msg{};
  const auto* bytes = reinterpret_cast<const unsigned char*>(answer.data());
  if (answer.size() > dns_answer_bytes_max || ns_initparse(bytes, static_cast<int>(answer.size()), &message) != 0)
    return srv_malformed("is no DNS message");
  if ((bytes[2] & 0x80) == 0) return srv_malformed("is a question");
  if (const auto rcode = bytes[3] & 0x0f; rcode != 0)
    return error{errc::not_found, "the name server refuses with code " + std::to_string(rcode)};
  auto targets = std::vector<srv_target>{};
  auto nowhere = std::size_t{0};
  for (auto i = 0; i < ns_msg_count(message, ns_s_an); ++i) {
    auto record = ns_rr{};
    if (ns_parserr(&message, ns_s_an, i, &record) != 0) return srv_malformed("has a damaged record");
    if (ns_rr_type(record) != ns_t_srv || ns_rr_class(record) != ns_c_in) continue;
    WEIR_TRY(auto target, decode_srv_record(message, record));
    nowhere += target.at.host.empty() ? 1 : 0;
    if (is_dns_name(target.at.host) && target.at.port != 0) targets.push_back(std::move(target));
  }
  if (!targets.empty()) return targets;
  return error{errc::not_found, nowhere > 0 ? "its SRV record says that there is none" : "it has no target to dial"};
}

auto in_order(std::vector<srv_target> targets, std::mt19937_64& random) -> std::vector<host_port> {
  std::shuffle(targets.begin(), targets.end(), random);
  std::stable_sort(targets.begin(), targets.end(), [](const auto& a, const auto& b) {
    return std::pair{a.priority, a.weight != 0} < std::pair{b.priority, b.weight != 0};
  });
  auto out = std::vector<host_port>{};
  for (auto first = targets.begin(); first != targets.end(); ++first) {
    const auto last = std::find_if(first, targets.end(), [&](const auto& t) { return t.priority != first->priority; });
    const auto chosen = first + static_cast<std::ptrdiff_t>(choose_srv({first, last}, random));
    std::rotate(first, chosen, chosen + 1);
    out.push_back(first->at);
  }
  return out;
}

auto look_up_srv(const std::string& name, const std::optional<host_port>& server) -> result<std::vector<srv_target>> {
  auto resolver = srv_resolver{};
  if (!resolver.is_open) return error{errc::unavailable, "the system's resolver does not start"};
  if (server && !ask_only(*server, resolver.state))
    return error{errc::unavailable, "wants an IPv4 address of a name server, not " + to_text(*server)};
  auto answer = std::string(dns_answer_bytes_max, '\0');
  const auto size = res_nsearch(&resolver.state, name.c_str(), ns_c_in, ns_t_srv,
                                reinterpret_cast<unsigned char*>(answer.data()), static_cast<int>(answer.size()));
  if (size < 0) return srv_problem(resolver.state.res_h_errno);
  answer.resize(std::min(answer.size(), static_cast<std::size_t>(size)));
  return decode_srv(answer);
}

} // namespace weir
