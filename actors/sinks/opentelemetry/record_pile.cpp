#include "actors/sinks/opentelemetry/record_pile.hpp"

#include "runtime/codec/event_writer.hpp"
#include "runtime/event/msgpack.hpp"
#include "runtime/event/record_path.hpp"

#include <algorithm>

namespace weir {

record_pile::record_pile(const opentelemetry_settings& s)
    : writer_(s.record), fields_(read_columns(s.resource_fields)), has_uid_(s.record_uid) {
  auto attributes = byte_buffer{};
  for (const auto& [name, value] : s.resource) append_otlp_text(attributes, 1, name, value);
  fixed_ = attributes.view();
}

void record_pile::assign(const commit_batch& from, committed& done) {
  pile_.pieces.clear();
  pile_.bytes.clear();
  resources_.clear();
  numbers_.clear();
  for (std::size_t i = 0; i < from.chunks.size(); ++i) {
    auto keys = event_keys{*from.chunks[i]};
    for_each_run(from, i, [&](const event_run& run) { add_run(run, keys, done); });
  }
}

void record_pile::add_run(const event_run& run, event_keys& keys, committed& done) {
  auto seen = std::uint64_t{0};
  for (auto walk = event_walker{run}; walk.next() && walk.is_whole(); ++seen) {
    auto record = walk.bytes();
    auto time_ns = std::int64_t{0};
    if (!take_entry_head(record, time_ns) || msgpack_reader{record}.peek() != msgpack_type::map) break;
    const auto uid = has_uid_ ? std::optional{keys.of(walk.at().index).text()} : std::nullopt;
    writer_.append(pile_.bytes, time_ns, run.tag, record, uid ? uid->view() : std::string_view{});
    pile_.end_piece(walk.at(), series_of(record));
  }
  if (seen < run.events) refuse(done, "malformed entry", run, seen, run.events - seen);
}

auto record_pile::series_of(std::string_view record) -> std::uint32_t {
  resource_.clear();
  resource_.append(fixed_);
  for (const auto& f : fields_)
    if (const auto value = find_path(record, f.path); !value.empty()) append_otlp_attribute(resource_, 1, f.name, value);
  const auto [at, is_new] = numbers_.try_emplace(std::string{resource_.view()}, static_cast<std::uint32_t>(resources_.size()));
  if (is_new) resources_.push_back(at->first);
  return at->second;
}

void record_pile::append_body(piece_numbers pieces, byte_buffer& out) {
  order_.assign(pieces.begin(), pieces.end());
  const auto& all = pile_.pieces;
  std::stable_sort(order_.begin(), order_.end(), [&](std::uint32_t a, std::uint32_t b) { return all[a].series < all[b].series; });
  for (auto first = order_.begin(); first != order_.end();) {
    const auto series = all[*first].series;
    const auto end = std::find_if(first, order_.end(), [&](std::uint32_t number) { return all[number].series != series; });
    auto group = otlp_group{resources_[series], 0};
    for (auto at = first; at != end; ++at) group.records += all[*at].end - all[*at].begin;
    append_otlp_head(out, group);
    for (; first != end; ++first) out.append(pile_.bytes_of(all[*first]));
  }
}

} // namespace weir
