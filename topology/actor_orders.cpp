#include "topology/actor_orders.hpp"

#include "actors/system/failure.hpp"

#include <spdlog/spdlog.h>

#include <vector>

namespace weir {
namespace {

using namespace std::chrono_literals;

constexpr auto order_timeout = 2s;

/// The actor that runs there; null: none does.
auto running_at(caf::scoped_actor& asks, const guardian_actor& of, const std::string& address) -> caf::actor {
  auto supervisors = std::vector<supervisor_actor>{};
  asks->request(of, order_timeout, supervisors_atom::value)
      .receive([&](std::vector<supervisor_actor>& all) { supervisors = std::move(all); }, [](const caf::error&) {});
  auto found = caf::actor{};
  for (const auto& s : supervisors)
    if (!found)
      asks->request(s, order_timeout, progress_atom::value, address)
          .receive([&](caf::actor& there) { found = std::move(there); }, [](const caf::error&) {});
  return found;
}

} // namespace

auto order_sink(caf::actor_system& system, const guardian_actor& of, const std::string& address, const sink_order& what)
    -> result<void> {
  auto self = caf::scoped_actor{system};
  const auto at = running_at(self, of, address);
  if (!at) return error{errc::not_found, "no actor runs at " + address};
  auto came = result<void>{};
  self->request(at, order_timeout, what).receive([](const std::string&) {}, [&](const caf::error& e) {
    const auto is_late = e == caf::sec::request_timeout;
    came = is_late ? error{errc::unavailable, address + " does not answer"} : error{errc::rejected, address + " is no sink"};
  });
  return came;
}

auto restart_actor(caf::actor_system& system, const guardian_actor& of, const std::string& address, const std::string& by)
    -> result<void> {
  auto self = caf::scoped_actor{system};
  const auto at = running_at(self, of, address);
  if (!at) return error{errc::not_found, "no actor runs at " + address};
  spdlog::warn("{}: is restarted: asked for by {}", address, by);
  self->send_exit(at, failure_reason(failure::retry, "restart asked for by " + by));
  return {};
}

} // namespace weir
