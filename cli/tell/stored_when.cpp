#include "cli/tell/stored_when.hpp"

#include "actors/sinks/store.hpp"
#include "runtime/ledger/file_ledger.hpp"

#include <algorithm>

namespace weir::cli {
namespace {

using namespace std::chrono_literals;

constexpr auto database_patience = 200ms;

auto has_target(const commit_time& t, const trace_target& target) -> bool {
  return target.found_in({{t.stream, t.first, t.end}}).has_value();
}

} // namespace

auto second_text(std::int64_t second) -> std::string {
  constexpr auto second_ns = std::int64_t{1'000'000'000};
  constexpr auto to_seconds = std::size_t{19};
  return time_text(second * second_ns).substr(0, to_seconds) + 'Z';
}

stored_when::stored_when(const topology_plan& plan, const std::string& component, const std::string& node) : sink_(component) {
  const auto c = std::find_if(plan.components.begin(), plan.components.end(), [&](const auto& x) { return x.name == component && x.in == tier::sink; });
  if (c == plan.components.end()) return;
  const auto* type = plugin_registry<store>::find(c->type);
  if (type == nullptr) return;
  const auto its = type->claims(c->written, {component, node});
  ledger_ = its.ledger;
  if (c->type == "sqlite" && its.data) database_ = its.data->place;
}

void stored_when::read() {
  is_read_ = true;
  if (!ledger_.empty())
    if (auto times = commit_times_of(real_file_system(), ledger_)) times_ = std::move(*times);
  if (database_.empty()) return;
  if (auto opened = sqlite_times_reader::open(database_, sink_)) rows_ = std::move(*opened);
  if (rows_) rows_->end_at(system_clock().monotonic() + database_patience);
}

auto stored_when::of(const trace_target& target) -> known {
  if (!is_read_) read();
  if (times_) return in_ledger(target);
  return rows_ ? in_database(target) : known{};
}

auto stored_when::in_ledger(const trace_target& target) const -> known {
  const auto stream = target.chunk ? stream_of_origin(target.chunk->origin) : std::string{};
  const auto* best = surest_of(times_->all(), [&](const commit_time& t) {
    if (target.chunk) return t.stream == stream && t.first <= target.chunk->sequence && target.chunk->sequence < t.end;
    return t.source == target.source && has_target(t, target);
  });
  if (best != nullptr) return {best->at_s, 0};
  auto oldest = std::int64_t{0};
  for (const auto& t : times_->all()) oldest = oldest == 0 ? t.at_s : std::min(oldest, t.at_s);
  return {0, oldest};
}

auto stored_when::in_database(const trace_target& target) -> known {
  const auto found = target.chunk ? rows_->of({}, stream_of_origin(target.chunk->origin), target.chunk->sequence)
                                  : rows_->of(target.source, {}, target.position);
  const auto* best = found ? surest_of(*found, [&](const auto& t) { return target.chunk || has_target(t, target); }) : nullptr;
  if (best != nullptr) return {best->at_s, 0};
  return {0, rows_->oldest().value_or(0)};
}

} // namespace weir::cli
