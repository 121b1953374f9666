/// Watches over an aggregator's copies: asks who is to pass them on, and takes over from whoever is gone.
#pragma once

#include "actors/aggregators/aggregator_core.hpp"
#include "runtime/flow/sender_links.hpp"

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace weir {

struct copy_keeper_settings {
  std::string component = {};                           ///< of the aggregator; empty: it gets no copies
  duration take_over_after = std::chrono::seconds{10};  ///< that the other one is not there
  duration give_up_after = std::chrono::hours{1};       ///< on one that is there and does not know: it is passed on, too
};

class copy_keeper {
public:
  /// `address`: of the aggregator.
  copy_keeper(std::string address, copy_keeper_settings settings, std::function<std::uint64_t()> random)
      : address_(std::move(address)), settings_(std::move(settings)), random_(std::move(random)) {}

  auto component() const -> const std::string& { return settings_.component; }
  void set(copy_keeper_settings settings) { settings_ = std::move(settings); }
  /// The others of the component, as they are there now.
  void on_peers(std::vector<sender_links::receiver> there) { there_ = std::move(there); }
  void on_down(std::uint64_t handle);
  void on_answer(aggregator_core& core, const known_settled& note);
  void work(aggregator_core& core, monotonic_time now);
  /// When work() has something to do; not while there are no copies.
  auto deadline(aggregator_core& core) const -> std::optional<monotonic_time>;
  auto take_outgoing() -> std::vector<outgoing> { return std::exchange(outbox_, {}); }
  /// What to tell people since the last call.
  auto take_news() -> std::vector<std::string> { return std::exchange(news_, {}); }

private:
  void ask(aggregator_core& core, const std::string& holder, std::uint64_t handle, monotonic_time now);
  void look_after(aggregator_core& core, const std::string& holder, monotonic_time now);

  std::string address_;
  copy_keeper_settings settings_;
  std::function<std::uint64_t()> random_;
  std::vector<sender_links::receiver> there_;
  std::map<std::string, monotonic_time> absent_since_; ///< holders
  std::map<std::uint64_t, std::string> questions_;     ///< holders, by question
  monotonic_time asked_at_{};
  monotonic_time give_up_at_{};
  std::vector<outgoing> outbox_;
  std::vector<std::string> news_;
};

} // namespace weir
