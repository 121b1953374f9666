#include "actors/sinks/clickhouse/row_piles.hpp"

#include "runtime/codec/json_writer.hpp"
#include "runtime/event/msgpack.hpp"
#include "runtime/event/record_path.hpp"

namespace weir {

auto row_piles::write(const commit_batch& batch, committed& done) -> result<std::span<const event_pile>> {
  piles_.clear();
  numbers_.clear();
  auto state = result<void>{};
  for (std::size_t i = 0; i < batch.chunks.size(); ++i) {
    auto keys = event_keys{*batch.chunks[i]};
    for_each_run(batch, i, [&](const event_run& run) {
      if (state) state = add_run(run, keys, done);
    });
  }
  WEIR_CHECK(state);
  return std::span<const event_pile>{piles_};
}

auto row_piles::add_run(const event_run& run, event_keys& keys, committed& done) -> result<void> {
  auto seen = std::uint64_t{0};
  for (auto walk = event_walker{run}; walk.next() && walk.is_whole(); ++seen) {
    auto record = walk.bytes();
    auto time_ns = std::int64_t{0};
    if (!take_entry_head(record, time_ns) || msgpack_reader{record}.peek() != msgpack_type::map) break;
    WEIR_CHECK(enter_table(run.tag, time_ns));
    auto& pile = piles_[number_];
    const auto before = pile.bytes.size();
    if (append_row(pile.bytes, {time_ns, run.tag, record}, keys, walk.at().index)) {
      pile.end_piece(walk.at());
      continue;
    }
    pile.bytes.truncate(before);
    refuse(done, "its time is outside of what the column \"time\" has", run, seen, 1);
  }
  if (seen < run.events) refuse(done, "malformed entry", run, seen, run.events - seen);
  return {};
}

auto row_piles::enter_table(std::string_view tag, std::int64_t time_ns) -> result<void> {
  const auto& name = names_.of(tag, time_ns);
  const auto known = numbers_.find(name);
  if (known != numbers_.end() && number_ == known->second && table_ != nullptr) return {};
  WEIR_TRY(table_, tables_(name));
  const auto [at, is_new] = numbers_.try_emplace(name, piles_.size());
  if (is_new) piles_.emplace_back().place = name;
  number_ = at->second;
  return {};
}

auto row_piles::append_row(byte_buffer& out, const row& r, event_keys& keys, std::uint64_t index) -> bool {
  using source = clickhouse_table::source;
  for (const auto& c : table_->columns) {
    switch (c.from) {
    case source::time:
      if (!append_row_time(out, c.type, r.time_ns)) return false;
      break;
    case source::time_ns: append_row_value(out, c.type, r.time_ns); break;
    case source::tag: append_text(out, c.type, r.tag); break;
    case source::record: append_record(out, c.type, r.record); break;
    case source::event_key: append_row_value(out, c.type, keys.of(index).text().view()); break;
    case source::field: append_row_value(out, c.type, value_for(c.type.takes, find_path(r.record, c.path), scratch_)); break;
    }
  }
  return true;
}

void row_piles::append_text(byte_buffer& out, const clickhouse_type& type, std::string_view text) {
  scratch_.clear();
  append_valid_text(scratch_, text);
  append_row_value(out, type, scratch_.view());
}

void row_piles::append_record(byte_buffer& out, const clickhouse_type& type, std::string_view record) {
  json_.clear();
  (void)take_json(json_, record); // it is a map, whole, and appends nothing if it is none after all
  append_row_value(out, type, json_.view());
}

} // namespace weir
