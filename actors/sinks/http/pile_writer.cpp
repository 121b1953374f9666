#include "actors/sinks/http/pile_writer.hpp"

namespace weir {

pile_writer::pile_writer(const http_store_settings& s, request_paths paths)
    : paths_(std::move(paths)), format_(make_event_writer(options_of(s))) {}

auto pile_writer::write(const commit_batch& batch, committed& done) -> std::span<const event_pile> {
  piles_.clear();
  numbers_.clear();
  for_each_run(batch, [&](const event_run& run) { add_run(run, done); });
  return piles_;
}

void pile_writer::add_run(const event_run& run, committed& done) {
  format_->begin_section(run.tag);
  paths_.begin_tag(run.tag);
  times_ = {0, 0};
  auto seen = std::uint64_t{0};
  for (auto walk = event_walker{run}; walk.next() && walk.is_whole(); ++seen) {
    auto why = std::string_view{};
    auto* const pile = pile_for(walk.time_ns(), why);
    if (pile == nullptr) {
      refuse(done, why, run, seen, 1);
      continue;
    }
    auto entry = walk.bytes();
    if (format_->write(pile->bytes, entry, {}).events == 0) break;
    pile->end_piece(walk.at());
  }
  if (seen < run.events) refuse(done, "malformed entry", run, seen, run.events - seen);
}

auto pile_writer::pile_for(std::int64_t time_ns, std::string_view& why) -> event_pile* {
  if (times_.contains(time_ns)) return &piles_[number_];
  why = paths_.of(time_ns, path_);
  if (!why.empty()) return nullptr;
  const auto [at, is_new] = numbers_.try_emplace(path_, piles_.size());
  if (is_new) piles_.emplace_back().place = path_;
  number_ = at->second;
  times_ = paths_.times_around(time_ns);
  return &piles_[number_];
}

} // namespace weir
