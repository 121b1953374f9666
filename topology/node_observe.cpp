// What a node tells of itself and of others.
#include "topology/node_running.hpp"

#include "actors/system/failure.hpp"

namespace weir {
namespace {

using namespace std::chrono_literals;

constexpr auto observe_timeout = 1500ms; // one that does not answer is told within 2 s

} // namespace

auto node::members() -> std::vector<member_view> {
  auto all = std::vector<member_view>{};
  if (!state_->cluster_handle) return all;
  auto self = caf::scoped_actor{*state_->system};
  self->request(state_->cluster_handle, links_timeout, members_atom::value)
      .receive([&](std::vector<member_view>& found) { all = std::move(found); }, [](const caf::error&) {});
  return all;
}

auto node::figures() const -> std::vector<observation> { return state_->boards->observe(system_clock()); }

auto node::boards() const -> std::shared_ptr<const board_registry> { return state_->boards; }

auto node::observe() -> node_report {
  auto self = caf::scoped_actor{*state_->system};
  auto report = node_report{state_->name, {}, figures(), {}, why_alone()};
  const auto add_links = [&](const auto& who) {
    self->request(who, links_timeout, links_atom::value)
        .receive([&](const std::vector<linked_node>& found) {
          report.links.insert(report.links.end(), found.begin(), found.end());
        },
                 [](const caf::error&) {});
  };
  for (const auto& [other, link] : state_->linked()) add_links(link);
  add_links(state_->gate_handle);
  return report;
}

auto node::observe_cluster() -> std::vector<node_report> {
  auto reports = std::vector{observe()};
  const auto others = state_->reached();
  auto self = caf::scoped_actor{*state_->system};
  using question = decltype(self->request(caf::actor{}, observe_timeout, observe_atom::value));
  auto asked = std::vector<question>{};
  for (const auto& [other, at] : others) asked.push_back(self->request(at, observe_timeout, observe_atom::value));
  for (std::size_t i = 0; i < others.size(); ++i) {
    auto report = node_report{others[i].first, {}, {}, {}, {}};
    asked[i].receive([&](std::vector<observation>& found) { report.actors = std::move(found); },
                     [&](const caf::error& e) {
                       report.is_silent = e == caf::sec::request_timeout;
                       report.problem = report.is_silent ? "it does not answer" : failure_text(*state_->system, e);
                     });
    reports.push_back(std::move(report));
  }
  return reports;
}

auto node::why_alone() -> std::string {
  auto why = std::string{};
  if (!state_->cluster_handle) return why;
  auto self = caf::scoped_actor{*state_->system};
  self->request(state_->cluster_handle, links_timeout, alone_atom::value)
      .receive([&](std::string& text) { why = std::move(text); }, [](const caf::error&) {});
  return why;
}

} // namespace weir
