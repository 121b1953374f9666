#include "actors/sinks/loki/stream_pile.hpp"

#include "runtime/codec/event_format.hpp"
#include "runtime/codec/json_writer.hpp"
#include "runtime/event/record_path.hpp"

#include <algorithm>

namespace weir {
namespace {

constexpr auto label_bytes_max = std::size_t{1024}; ///< of a value; Loki's own bound is 2048

void append_member(byte_buffer& out, std::string_view name, std::string_view value) {
  if (out.size() > 0 && out.view().back() != '{') out.push_back(',');
  append_json_string(out, name);
  out.push_back(':');
  append_json_string(out, value);
}

auto line_format(loki_line line) -> format_options {
  return {.as = line == loki_line::json ? event_format::json : event_format::raw, .time = false, .tag = false};
}

} // namespace

stream_pile::stream_pile(const loki_settings& s, const clock& time)
    : labels_(read_columns(s.labels)), metadata_(read_columns(s.metadata)), tag_label_(s.tag_label), clock_(time),
      guard_(labels_.size(), s.labels_max), format_(make_event_writer(line_format(s.line))) {
  auto members = byte_buffer{};
  for (const auto& [name, value] : s.static_labels) append_member(members, name, value);
  static_labels_ = members.view();
}

void stream_pile::assign(const commit_batch& from, committed& done) {
  pile_.pieces.clear();
  pile_.bytes.clear();
  times_.clear();
  series_.clear();
  numbers_.clear();
  for_each_run(from, [&](const event_run& run) { add_run(run, done); });
}

void stream_pile::add_run(const event_run& run, committed& done) {
  prefix_.clear();
  prefix_.push_back('{');
  prefix_.append(static_labels_);
  if (!tag_label_.empty()) append_member(prefix_, tag_label_, run.tag.substr(0, label_bytes_max));
  format_->begin_section(run.tag);
  auto seen = std::uint64_t{0};
  for (auto walk = event_walker{run}; walk.next() && walk.is_whole(); ++seen) {
    auto record = walk.bytes();
    auto time_ns = std::int64_t{0};
    if (!take_entry_head(record, time_ns) || !append_entry(time_ns, walk.bytes(), record)) break;
    pile_.end_piece(walk.at(), series_of(record));
    times_.push_back(time_ns);
  }
  if (seen < run.events) refuse(done, "malformed entry", run, seen, run.events - seen);
}

auto stream_pile::series_of(std::string_view record) -> std::uint32_t {
  const auto now = clock_.monotonic();
  const auto fixed = prefix_.size();
  for (std::size_t i = 0; i < labels_.size(); ++i) {
    const auto value = find_path(record, labels_[i].path);
    if (value.empty()) continue;
    const auto text = text_of_value(value, scratch_).substr(0, label_bytes_max);
    if (!text.empty()) append_member(prefix_, labels_[i].name, guard_.allowed(i, text, now));
  }
  const auto [at, is_new] = numbers_.try_emplace(std::string{prefix_.view()}, static_cast<std::uint32_t>(series_.size()));
  if (is_new) series_.push_back(at->first + '}');
  prefix_.truncate(fixed);
  return at->second;
}

/// False, and nothing appended, if it is malformed.
auto stream_pile::append_entry(std::int64_t time_ns, std::string_view entry, std::string_view record) -> bool {
  line_.clear();
  if (format_->write(line_, entry, {}).events != 1) return false;
  auto& out = pile_.bytes;
  out.append("[\"");
  out.append(std::to_string(time_ns));
  out.append("\",");
  append_json_string(out, line_.view().substr(0, line_.size() - 1));
  append_metadata(record);
  out.push_back(']');
  return true;
}

void stream_pile::append_metadata(std::string_view record) {
  auto members = byte_buffer{};
  for (const auto& m : metadata_)
    if (const auto value = find_path(record, m.path); !value.empty()) append_member(members, m.name, text_of_value(value, scratch_));
  if (members.empty()) return;
  pile_.bytes.append(",{");
  pile_.bytes.append(members.view());
  pile_.bytes.push_back('}');
}

void stream_pile::append_body(piece_numbers pieces, byte_buffer& out) {
  order_.assign(pieces.begin(), pieces.end());
  std::stable_sort(order_.begin(), order_.end(), [&](std::uint32_t a, std::uint32_t b) {
    const auto series = std::pair{pile_.pieces[a].series, pile_.pieces[b].series};
    return series.first != series.second ? series.first < series.second : times_[a] < times_[b];
  });
  out.append("{\"streams\":[");
  if (order_.empty()) return out.append("]}");
  for (std::size_t i = 0; i < order_.size(); ++i) {
    const auto& piece = pile_.pieces[order_[i]];
    const auto is_first = i == 0 || pile_.pieces[order_[i - 1]].series != piece.series;
    if (is_first) {
      out.append(i == 0 ? "{\"stream\":" : "]},{\"stream\":");
      out.append(series_[piece.series]);
      out.append(",\"values\":[");
    } else {
      out.push_back(',');
    }
    out.append(pile_.bytes_of(piece));
  }
  out.append("]}]}");
}

auto stream_pile::take_excess() -> std::string {
  for (std::size_t i = 0; i < labels_.size(); ++i)
    if (guard_.take_excess(i)) return labels_[i].name;
  return {};
}

} // namespace weir
