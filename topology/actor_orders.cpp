#include "topology/actor_orders.hpp"

#include "actors/system/failure.hpp"
#include "runtime/os/random.hpp"

#include <spdlog/spdlog.h>

#include <chrono>
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

/// Answers come by themselves, with the number of their question.
template <class Answer, class Question>
auto ask_each(caf::actor_system& system, const guardian_actor& of, const std::vector<std::string>& addresses, Question what, duration patience)
    -> told_by_receiver<Answer> {
  auto self = caf::scoped_actor{system};
  const auto until = std::chrono::steady_clock::now() + patience;
  auto asked = std::map<std::uint64_t, std::string>{};
  auto told = told_by_receiver<Answer>{};
  auto number = random_id();
  for (const auto& address : addresses) {
    const auto at = running_at(self, of, address);
    if (!at) continue;
    what.question = ++number;
    asked.emplace(number, address);
    self->send(at, what);
  }
  for (auto left = patience; told.size() < asked.size() && left.count() > 0; left = until - std::chrono::steady_clock::now())
    self->receive([&](const Answer& came) {
      if (const auto from = asked.find(came.question); from != asked.end()) told.insert_or_assign(from->second, came);
    },
                  caf::after(left) >> [] {});
  return told;
}

} // namespace

auto ask_receivers(caf::actor_system& system, const guardian_actor& of, const std::vector<std::string>& addresses,
                   const ask_positions& what, duration patience) -> told_by_receiver<known_positions> {
  return ask_each<known_positions>(system, of, addresses, what, patience);
}

auto ask_receivers(caf::actor_system& system, const guardian_actor& of, const std::vector<std::string>& addresses, const ask_had& what,
                   duration patience) -> told_by_receiver<known_had> {
  return ask_each<known_had>(system, of, addresses, what, patience);
}

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
