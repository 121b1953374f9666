#include "topology/reload.hpp"

#include "actors/system/failure.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <map>
#include <set>
#include <thread>
#include <tuple>
#include <utility>

namespace weir {
namespace {

using namespace std::chrono_literals;
using steady = std::chrono::steady_clock;

constexpr auto answer_patience = 5s;  // with actors that answer at once, or hang
constexpr auto open_patience = 15s;   // with what opens
constexpr auto start_patience = 24h;  // with the same at a start, which has nothing to go back to
constexpr auto leave_patience = 5s;   // with a sink that is replaced: what it has not stored comes again
constexpr auto look_interval = 20ms;
constexpr auto leave_interval = 200ms; // between two looks whether somebody waits any longer

class reload {
public:
  reload(caf::actor_system& system, const topology_plan& running, const topology_plan& wanted,
         const reload_settings& settings)
      : system_(system), running_(running), wanted_(wanted), settings_(settings), self_(system) {}

  auto run() -> result<reload_outcome> {
    WEIR_CHECK(begin());
    for (const auto& step : steps_of(running_, wanted_, settings_.classes, settings_.build.node)) {
      if (step.what == reload_step::kind::begin)
        if (const auto open = open_doors(); !open) return put_back(open.failure());
      begun_.push_back(step);
      if (const auto done = perform(step); !done) return put_back(done.failure());
    }
    if (const auto open = open_doors(); !open) return put_back(open.failure()); // nothing was to begin
    return std::move(outcome_);
  }

private:
  auto begin() -> result<void> {
    self_->request(settings_.guardian, answer_patience, supervisors_atom::value)
        .receive([&](std::vector<supervisor_actor>& found) { supervisors_ = std::move(found); }, [](const caf::error&) {});
    if (supervisors_.empty()) return error{errc::unavailable, "the node's actors do not answer"};
    if (wanted_.components.empty()) return {}; // an end needs nothing that might fail
    WEIR_TRY(now_, plan_builder::begin(running_, components_of(running_, settings_.classes), settings_.build));
    WEIR_TRY(then_, plan_builder::begin(wanted_, components_of(wanted_, settings_.classes), settings_.build));
    return {};
  }

  auto is_start() const -> bool { return running_.components.empty(); }

  /// Once.
  auto open_doors() -> result<void> {
    const auto open = std::exchange(doors_, {});
    return open ? open() : result<void>{};
  }

  auto perform(const reload_step& step) -> result<void> {
    switch (step.what) {
    case reload_step::kind::check: return settings_.discards ? result<void>{} : check(step);
    case reload_step::kind::hire: return hire(*then_, *wanted_.find(step.component));
    case reload_step::kind::grow: return grow(*running_.find(step.component), *wanted_.find(step.component));
    case reload_step::kind::shrink: return shrink(*running_.find(step.component), *wanted_.find(step.component));
    case reload_step::kind::replace: return replace(*then_, *wanted_.find(step.component));
    case reload_step::kind::rewire: return rewire(*then_, *wanted_.find(step.component), settings_.discards);
    case reload_step::kind::pause: return pause(*running_.find(step.component));
    case reload_step::kind::reread: return reread(*wanted_.find(step.component));
    case reload_step::kind::begin: return begin(*wanted_.find(step.component));
    case reload_step::kind::part: return part(step);
    case reload_step::kind::dismiss: return dismiss(*running_.find(step.component));
    case reload_step::kind::drain: return drain(*running_.find(step.component));
    }
    return {};
  }

  /// In reverse. What fails now, too, is told; the rest is put back nevertheless.
  auto put_back(const error& why) -> result<reload_outcome> {
    auto left = std::string{};
    for (auto at = begun_.rbegin(); at != begun_.rend(); ++at)
      if (const auto undone = undo(*at); !undone) left += "; " + at->component + ": " + undone.failure().what;
    if (left.empty()) return error{why.code, why.what};
    return error{why.code, why.what + "; and not all could be put back" + left};
  }

  auto undo(const reload_step& step) -> result<void> {
    switch (step.what) {
    case reload_step::kind::check:
    case reload_step::kind::reread:
    case reload_step::kind::begin:
    case reload_step::kind::part:
    case reload_step::kind::drain: return {};
    case reload_step::kind::hire: return end(*then_, *wanted_.find(step.component));
    case reload_step::kind::grow: return end(*then_, *wanted_.find(step.component), instances_of(*running_.find(step.component)));
    case reload_step::kind::shrink: return bring_back(*running_.find(step.component), instances_of(*wanted_.find(step.component)));
    case reload_step::kind::pause:
    case reload_step::kind::replace: return replace(*now_, *running_.find(step.component));
    case reload_step::kind::rewire: return rewire(*now_, *running_.find(step.component), false);
    case reload_step::kind::dismiss: return bring_back(*running_.find(step.component));
    }
    return {};
  }

  /// What a supervisor says to a change: nothing if it is done.
  template <class Change> auto ask(tier in, Change change, std::chrono::nanoseconds patience) -> result<void> {
    auto problem = std::string{};
    const auto within = std::chrono::duration_cast<std::chrono::milliseconds>(patience);
    self_->request(supervisors_[supervisor_index(in)], within, std::move(change))
        .receive([&](std::string& said) { problem = std::move(said); },
                 [&](const caf::error& e) {
                   problem = e == caf::sec::request_timeout ? "it took longer than " + to_text(duration{patience})
                                                            : failure_text(system_, e);
                 });
    if (problem.empty()) return {};
    return error{errc::failed, std::move(problem)};
  }

  /// At a start a store may be away: whoever sees to it may come later than we do.
  auto hire(plan_builder& builder, const component_plan& c, std::uint32_t first = 0) -> result<void> {
    WEIR_TRY(auto children, builder.children_from(c, first));
    const auto has_to_work = !is_start() || c.in != tier::sink;
    for (auto& child : children)
      if (const auto hired = ask(c.in, hire_child{std::move(child), has_to_work}, to_open()); !hired)
        return named(c, hired.failure());
    return {};
  }

  auto begin(const component_plan& c) -> result<void> {
    for (const auto& address : addresses_of(c, settings_.build.node))
      if (const auto begun = ask(c.in, begin_child{address, !is_start()}, to_open()); !begun)
        return named(c, begun.failure());
    return {};
  }

  auto to_open() const -> std::chrono::nanoseconds { return is_start() ? start_patience : open_patience; }

  auto drain(const component_plan& c) -> result<void> {
    for (const auto& address : addresses_of(c, settings_.build.node))
      self_->send(supervisors_[supervisor_index(c.in)], drain_child{address});
    return {};
  }

  static auto named(const component_plan& c, const error& e) -> error {
    return {e.code, e.what.find(c.name) == std::string::npos ? c.name + ": " + e.what : e.what};
  }

  /// A sink first finishes what its writers have: what its store does not know again should not come again.
  auto replace(plan_builder& builder, const component_plan& c) -> result<void> {
    if (takes_over_as_it_runs(c)) return rewire(builder, c, false);
    WEIR_TRY(auto children, builder.children_of(c));
    for (auto& child : children) {
      if (c.in == tier::sink && !ask(c.in, let_child_leave{child.address}, leave_patience))
        note(c.name + ": its store did not take what it had within " + to_text(duration{leave_patience})
             + "; that is committed again");
      if (const auto replaced = ask(c.in, replace_child{std::move(child)}, open_patience); !replaced)
        return named(c, replaced.failure());
    }
    return {};
  }

  auto pause(const component_plan& c) -> result<void> {
    for (const auto& address : addresses_of(c, settings_.build.node))
      if (!ask(c.in, let_child_leave{address}, leave_patience)) is_held_up_.insert(c.name);
    return {};
  }

  /// What is under way must not be taken for what is read again.
  auto reread(const component_plan& c) -> result<void> {
    if (is_held_up_.contains(c.name)) {
      note(c.name + ": what it has could not be passed on within " + to_text(duration{leave_patience})
           + ", so who is new gets what was there before when it starts again");
      return replace(*then_, c);
    }
    WEIR_TRY(auto children, then_->rereading(c));
    for (auto& child : children)
      if (const auto replaced = ask(c.in, replace_child{std::move(child)}, open_patience); !replaced)
        return named(c, replaced.failure());
    return {};
  }

  /// An aggregator does, unless it needs a thread of its own only by one of the plans.
  auto takes_over_as_it_runs(const component_plan& c) const -> bool {
    if (!std::holds_alternative<aggregator_plan>(c.details)) return false;
    return may_have_dead_letters(*running_.find(c.name)) == may_have_dead_letters(*wanted_.find(c.name));
  }

  auto rewire(plan_builder& builder, const component_plan& c, bool discards) -> result<void> {
    WEIR_TRY(auto changes, builder.changes_of(c, discards));
    for (auto& change : changes) WEIR_CHECK(ask(c.in, std::move(change), answer_patience));
    if (c.in != tier::sink) std::ignore = progress_of(c); // they answer when they have taken it over
    return {};
  }

  /// Ended at once, with what it holds.
  auto end(plan_builder& builder, const component_plan& c, std::uint32_t first = 0) -> result<void> {
    for (const auto& address : addresses_of(c, settings_.build.node, first)) {
      WEIR_CHECK(ask(c.in, dismiss_child{address}, answer_patience));
      builder.forget(address);
    }
    return {};
  }

  /// There was a way for what it has a moment ago: if it takes longer nevertheless, nobody waits for it.
  auto dismiss(const component_plan& c) -> result<void> {
    auto is_left = !is_fed_still_.contains(c.name);
    for (const auto& address : addresses_of(c, settings_.build.node)) {
      if (!is_left) continue;
      is_left = bool{ask(c.in, let_child_leave{address}, settings_.discards ? leave_patience : settings_.patience)};
    }
    if (is_left) return end(*now_, c);
    if (settings_.discards) {
      note(c.name + ": what it had and could not pass on is dropped");
      return end(*now_, c);
    }
    note(c.name + ": is not done yet; it ends when it has passed on what there is for it");
    for (const auto& address : addresses_of(c, settings_.build.node))
      WEIR_CHECK(ask(c.in, retire_child{address}, answer_patience));
    return {};
  }

  /// Those that could be started before one could not go again.
  auto grow(const component_plan& before, const component_plan& after) -> result<void> {
    return hire(*then_, after, instances_of(before));
  }

  /// All are told at once, so that none gets what another one gives up. Who takes longer than there is patience goes on
  /// passing on what it has, and ends then.
  auto shrink(const component_plan& before, const component_plan& after) -> result<void> {
    const auto until = steady::now() + settings_.patience;
    const auto leaving = addresses_of(before, settings_.build.node, instances_of(after));
    for (const auto& address : leaving) caf::anon_send(supervisors_[supervisor_index(before.in)], let_child_leave{address});
    for (const auto& address : leaving) {
      if (has_left(before.in, address, until)) {
        WEIR_CHECK(ask(before.in, dismiss_child{address}, answer_patience));
        now_->forget(address);
        continue;
      }
      note(address + ": is not done yet; it ends when it has passed on what it has");
      WEIR_CHECK(ask(before.in, retire_child{address}, answer_patience));
    }
    return {};
  }

  /// Who asks again is answered in place of who asked before.
  auto has_left(tier in, const std::string& address, steady::time_point until) -> bool {
    while (!ask(in, let_child_leave{address}, leave_interval)) {
      if (steady::now() >= until || (settings_.is_over != nullptr && *settings_.is_over)) return false;
      std::this_thread::sleep_for(look_interval); // its supervisor may be gone, and says so at once
    }
    return true;
  }

  /// One that is on its way out has kept its place.
  auto bring_back(const component_plan& c, std::uint32_t first = 0) -> result<void> {
    WEIR_TRY(auto children, now_->children_from(c, first));
    for (auto& child : children) {
      if (ask(c.in, replace_child{child}, open_patience)) continue;
      WEIR_CHECK(ask(c.in, hire_child{std::move(child)}, open_patience));
    }
    return c.in == tier::collector ? begin(c) : result<void>{};
  }

  /// By component that it sends to, of all instances; nothing if one does not answer.
  auto progress_of(const component_plan& c) -> std::map<std::string, std::vector<outlet_progress>> {
    auto all = std::map<std::string, std::vector<outlet_progress>>{};
    for (const auto& address : addresses_of(c, settings_.build.node)) {
      auto handle = caf::actor{};
      self_->request(supervisors_[supervisor_index(c.in)], answer_patience, progress_atom::value, address)
          .receive([&](caf::actor& found) { handle = std::move(found); }, [](const caf::error&) {});
      if (!handle) continue;
      self_->request(handle, answer_patience, progress_atom::value)
          .receive([&](std::vector<outlet_progress>& found) {
            for (auto& one : found) all[one.component].push_back(std::move(one));
          },
                   [](const caf::error&) {});
    }
    return all;
  }

  /// Waits until `is_done(progress)`.
  template <class Test> auto wait(const component_plan& c, std::chrono::nanoseconds patience, Test is_done) -> bool {
    for (const auto until = steady::now() + patience; !is_done(progress_of(c));) {
      if (steady::now() >= until || (settings_.is_over != nullptr && *settings_.is_over)) return false;
      std::this_thread::sleep_for(look_interval);
    }
    return true;
  }

  /// That what is there now can be got rid of; more may come meanwhile, and goes the same way.
  auto check(const reload_step& step) -> result<void> {
    const auto& c = *running_.find(step.component);
    const auto before = progress_of(c);
    const auto is_done = [&](const auto& now) {
      return std::all_of(before.begin(), before.end(), [&](const auto& had) {
        const auto at = now.find(had.first);
        if (!step.to.empty() && had.first != step.to) return true;
        if (at == now.end()) return true;
        for (std::size_t i = 0; i < std::min(had.second.size(), at->second.size()); ++i)
          if (at->second[i].acked < had.second[i].pushed) return false;
        return true;
      });
    };
    if (wait(c, settings_.patience, is_done)) return {};
    const auto whom = step.to.empty() ? "those behind it" : '"' + step.to + '"';
    return error{errc::failed, "\"" + c.name + "\" has data for " + whom + " that could not be passed on within "
                                   + to_text(duration{settings_.patience})
                                   + ", and would be without them then; --discard drops it"};
  }

  /// It goes on getting rid of that, whether or not somebody waits.
  auto part(const reload_step& step) -> result<void> {
    const auto is_done = [&](const auto& now) { return !now.contains(step.to); };
    if (!wait(*wanted_.find(step.component), settings_.patience, is_done)) is_fed_still_.insert(step.to);
    return {};
  }

  void note(std::string text) {
    spdlog::warn("reload: {}", text);
    outcome_.notes.push_back(std::move(text));
  }

  caf::actor_system& system_;
  const topology_plan& running_;
  const topology_plan& wanted_;
  const reload_settings& settings_;
  caf::scoped_actor self_;
  std::function<result<void>()> doors_ = settings_.open_doors;
  std::vector<supervisor_actor> supervisors_;
  std::unique_ptr<plan_builder> now_;
  std::unique_ptr<plan_builder> then_;
  std::vector<reload_step> begun_;
  std::set<std::string> is_held_up_;   ///< by those that it sends to
  std::set<std::string> is_fed_still_; ///< though nobody is to
  reload_outcome outcome_;
};

} // namespace

auto reload_actors(caf::actor_system& system, const topology_plan& running, const topology_plan& wanted,
                   const reload_settings& settings) -> result<reload_outcome> {
  return reload{system, running, wanted, settings}.run();
}

} // namespace weir
