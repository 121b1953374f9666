#include "actors/sinks/elasticsearch/bulk_batch.hpp"

#include "actors/sinks/elasticsearch/document_id.hpp"
#include "runtime/codec/event_writer.hpp"
#include "runtime/codec/json_writer.hpp"
#include "runtime/event/msgpack_shape.hpp"
#include "runtime/event/record_path.hpp"

namespace weir {
namespace {

/// Of a document's _id, and of its routing.
constexpr auto id_bytes_max = std::size_t{512};

constexpr auto action_begin = std::string_view{"{\"create\":{\"_index\":\""};

} // namespace

bulk_batch::bulk_batch(bulk_batch_settings settings) : settings_(std::move(settings)), writer_(settings_.ecs) {}

void bulk_batch::assign(const commit_batch& from, committed& done) {
  documents_.clear();
  body_.clear();
  ids_.clear();
  indices_.clear();
  numbers_.clear();
  index_change_ = 0;
  for (std::size_t i = 0; i < from.chunks.size(); ++i) {
    auto keys = event_keys{*from.chunks[i]};
    for_each_run(from, i, [&](const event_run& run) { add_run(run, keys, done); });
  }
}

void bulk_batch::add_run(const event_run& run, event_keys& keys, committed& done) {
  tag_ = run.tag;
  settings_.names.begin_tag(run.tag);
  writer_.begin_tag(run.tag);
  index_change_ = 0;
  auto entries = run.entries;
  auto seen = std::uint64_t{0};
  for (; !entries.empty(); ++seen) {
    auto d = bulk_document{.at = {run.first.chunk, run.first.index + seen}, .begin = body_.size()};
    d.is_timed_at_reading = contains(run.timed_at_reading, d.at.index);
    auto time_ns = std::int64_t{0};
    auto why_not = std::string_view{};
    if (!take_entry_head(entries, time_ns) || msgpack_reader{entries}.peek() != msgpack_type::map) break;
    if (!add_event(d, time_ns, entries, keys, why_not)) break;
    if (!why_not.empty()) refuse(done, why_not, run, seen, 1);
  }
  if (seen < run.events) refuse(done, "malformed entry", run, seen, run.events - seen);
}

auto bulk_batch::add_event(const bulk_document& begun, std::int64_t time_ns, std::string_view& entries, event_keys& keys,
                           std::string_view& why_not) -> bool {
  auto d = begun;
  auto record = entries;
  if (!settings_.id_key.empty() || !settings_.routing.empty()) {
    auto read = msgpack_reader{entries};
    if (!read.value(record)) return false;
  }
  enter_index(time_ns);
  d.index = index_;
  why_not = append_action(d, time_ns, record, keys);
  if (!writer_.append(body_, time_ns, entries)) return body_.truncate(d.begin), false;
  if (!why_not.empty()) return body_.truncate(d.begin), true;
  d.end = body_.size();
  documents_.push_back(d);
  return true;
}

void bulk_batch::enter_index(std::int64_t time_ns) {
  auto& names = settings_.names;
  const auto name = names.of(time_ns);
  if (index_change_ == names.changes()) return;
  index_change_ = names.changes();
  const auto [at, is_new] = numbers_.try_emplace(std::string{name}, static_cast<std::uint32_t>(indices_.size()));
  if (is_new) indices_.push_back({std::string{name}, names.of_all_times(), std::string{tag_}});
  index_ = at->second;
  action_ = action_begin;
  (action_ += name) += "\",\"_id\":";
}

/// Returns why there is none.
auto bulk_batch::append_action(bulk_document& d, std::int64_t time_ns, std::string_view record, event_keys& keys)
    -> std::string_view {
  body_.append(action_);
  d.id_begin = ids_.size();
  if (settings_.id_key.empty() || !append_own_id(record)) {
    const auto own_time = d.is_timed_at_reading ? std::nullopt : std::optional{time_ns};
    const auto id = document_id{keys.of(d.at.index), own_time};
    body_.push_back('"');
    body_.append(id.view());
    body_.push_back('"');
    ids_.append(id.view());
  }
  d.id_bytes = static_cast<std::uint32_t>(ids_.size() - d.id_begin);
  if (d.id_bytes > id_bytes_max) return "the field of \"id_key\" is longer than 512 bytes";
  if (!settings_.routing.empty()) {
    const auto value = find_path(record, settings_.routing);
    const auto text = value.empty() ? std::string_view{} : text_of_value(value, scratch_);
    if (text.size() > id_bytes_max) return "the field of \"routing\" is longer than 512 bytes";
    if (!text.empty()) body_.append(",\"routing\":"), append_json_string(body_, text);
  }
  body_.append("}}\n");
  return {};
}

/// False if the record has none.
auto bulk_batch::append_own_id(std::string_view record) -> bool {
  const auto value = find_path(record, settings_.id_key);
  if (value.empty()) return false;
  scratch_.clear();
  const auto text = text_of_value(value, scratch_);
  if (text.empty()) return false;
  append_json_string(body_, text);
  ids_.append(text);
  return true;
}

auto bulk_batch::removal_of(const bulk_document& d, std::string_view index) const -> std::string {
  const auto lines = lines_of(d);
  const auto behind_index = action_begin.size() + indices_[d.index].name.size() + std::string_view{"\","}.size();
  const auto rest = lines.substr(behind_index, lines.find('\n') + 1 - behind_index);
  return "{\"delete\":{\"_index\":\"" + std::string{index} + "\"," + std::string{rest};
}

} // namespace weir
