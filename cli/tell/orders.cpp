#include "cli/tell/orders.hpp"

#include "cli/status/json_object.hpp"

namespace weir::cli {
namespace {

auto addresses_for(const node& at, const question& what) -> result<std::vector<std::string>> {
  const auto address = what.word("address");
  const auto component = address.empty() ? what.word("component") : std::string{};
  if (component.empty() && address.empty()) return error{errc::malformed, "it wants \"component\" or \"address\""};
  auto found = std::vector<std::string>{};
  for (const auto& o : at.figures())
    if (o.address == address || o.component == component) found.push_back(o.address);
  if (found.empty()) return error{errc::not_found, "nothing of \"" + component + address + "\" runs on this node"};
  return found;
}

auto carry_out_at(node& at, const std::string& address, const std::string& what, const std::string& by) -> result<void> {
  using enum sink_order::kind;
  if (what == "restart") return at.restart(address, by);
  return at.order(address, {what == "pause" ? pause : what == "resume" ? resume : retry, by});
}

} // namespace

auto carry_out_order(node& at, const question& what, const std::string& by) -> result<std::string> {
  WEIR_TRY(const auto addresses, addresses_for(at, what));
  for (const auto& address : addresses) WEIR_CHECK(carry_out_at(at, address, what.topic, by));
  if (what.word("as") == "text") {
    auto text = std::string{};
    for (const auto& address : addresses) text += address + '\n';
    return text;
  }
  return line_of([&](msgpack_writer& to) {
    auto out = object{to};
    write_texts(out, "done", addresses);
  });
}

} // namespace weir::cli
