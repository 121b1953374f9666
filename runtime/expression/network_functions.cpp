#include "runtime/expression/functions.hpp"
#include "runtime/net/ip_network.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>
#include <optional>

namespace weir::expr {
namespace {

struct networks final : preparation {
  std::vector<net::ip_network> all;
};

auto prepare_networks(std::span<const value> constants, const surroundings& /*around*/)
    -> result<std::unique_ptr<preparation>> {
  auto made = std::make_unique<networks>();
  for (const auto& c : constants) {
    WEIR_TRY(auto network, net::parse_network(c.text));
    made->all.push_back(network);
  }
  return std::unique_ptr<preparation>{std::move(made)};
}

auto read_address(std::string_view text) -> std::optional<net::ip_bytes> {
  char terminated[INET6_ADDRSTRLEN] = {};
  if (text.size() >= sizeof terminated) return std::nullopt;
  std::copy(text.begin(), text.end(), terminated);
  auto made = net::ip_bytes{};
  if (::inet_pton(AF_INET6, terminated, made.data()) == 1) return made;
  made[10] = made[11] = 0xff;
  if (::inet_pton(AF_INET, terminated, made.data() + 12) == 1) return made;
  return std::nullopt;
}

auto ip_in(const call_input& in) -> value {
  const auto address = read_address(in.arguments[0].text);
  if (!address) return {};
  const auto& among = static_cast<const networks&>(*in.prepared).all;
  return value::of(std::any_of(among.begin(), among.end(), [&](const auto& n) { return n.contains(*address); }));
}

} // namespace

auto network_functions() -> std::vector<function> {
  return {{"ip_in", "address, network, …", "Whether the address is in one of the networks: \"10.0.0.0/8\", \"fe80::/10\".",
           booleans, {texts, texts, texts}, 2, arguments_max, ip_in, 1, prepare_networks}};
}

} // namespace weir::expr
