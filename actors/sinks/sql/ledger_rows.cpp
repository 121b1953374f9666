#include "actors/sinks/sql/ledger_rows.hpp"

#include <algorithm>
#include <charconv>

namespace weir {
namespace {

constexpr auto forgotten_at_once = std::size_t{2000};
constexpr auto over_mark = std::int64_t{-1};
/// Of what has no age of its own to go by, how often it is looked for.
constexpr auto look_every_s = std::int64_t{600};

auto number_in(std::string_view text) -> std::optional<std::int64_t> {
  auto number = std::int64_t{0};
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec != std::errc{} || read.ptr != text.data() + text.size()) return {};
  return number;
}

/// Up to the next space, which goes too.
auto take_word(std::string_view& from) -> std::string_view {
  const auto end = std::min(from.find(' '), from.size());
  const auto word = from.substr(0, end);
  from.remove_prefix(std::min(end + 1, from.size()));
  return word;
}

struct row_key {
  ledger_stream of;
  std::int64_t first = 0;
};

auto key_in(std::string_view text) -> std::optional<row_key> {
  if (std::count(text.begin(), text.end(), ' ') != 3) return {};
  const auto kind = take_word(text);
  const auto owner = take_word(text);
  const auto stream = take_word(text);
  const auto first = number_in(text);
  if (kind.size() != 1 || std::string_view{"cpws"}.find(kind) == std::string_view::npos || !first || *first < over_mark) return {};
  return row_key{{kind[0], name_of_row(owner), name_of_row(stream)}, *first};
}

auto key_of(const ledger_stream& of, std::int64_t first) -> std::string {
  return std::string{of.kind} + ' ' + text_for_row(of.owner) + ' ' + text_for_row(of.stream) + ' ' + std::to_string(first);
}

auto value_of(std::int64_t last, std::int64_t seen_s) -> std::string { return std::to_string(last) + ' ' + std::to_string(seen_s); }

auto hex_number(std::string_view text) -> std::uint64_t {
  auto number = std::uint64_t{0};
  std::from_chars(text.data(), text.data() + text.size(), number, 16);
  return number;
}

auto hex_text(std::uint64_t number) -> std::string {
  char digits[16];
  return {digits, std::to_chars(digits, digits + sizeof digits, number, 16).ptr};
}

} // namespace

auto ledger_rows::apply(std::string_view key, std::optional<std::string_view> value) -> bool {
  auto what = key_in(key);
  if (!what) return false;
  if (!value) {
    const auto found = streams_.find(what->of);
    if (found == streams_.end() || found->second.erase(what->first) == 0) return true;
    if (what->of.kind == 'w') --ids_count_;
    if (found->second.empty()) streams_.erase(found);
    return true;
  }
  const auto last = number_in(take_word(*value));
  const auto seen_s = number_in(*value);
  const auto is_over = what->first == over_mark;
  if (!last || !seen_s || (is_over ? *last != over_mark : *last < what->first)) return false;
  const auto is_new = streams_[what->of].insert_or_assign(what->first, row{*last, *seen_s}).second;
  if (what->of.kind != 'w') return true;
  if (is_new) ++ids_count_;
  ids_.emplace_back(*seen_s, std::move(what->of));
  return true;
}

auto ledger_rows::view_of(std::span<const chunk_ptr> chunks) const -> ledger_view {
  auto view = ledger_view{};
  for (const auto& [of, span] : streams_of(chunks)) {
    const auto found = streams_.find(of);
    if (found == streams_.end()) continue;
    auto& rows = view[of.key()];
    auto at = found->second.upper_bound(span.first);
    if (at != found->second.begin()) --at;
    if (at != found->second.begin() && found->second.begin()->first == over_mark) rows.push_back({over_mark, over_mark});
    for (; at != found->second.end() && at->first <= span.last; ++at) rows.push_back({at->first, at->second.last});
  }
  return view;
}

auto ledger_rows::records_of(const ledger_plan& plan, std::int64_t now_s, const std::function<bool(const ledger_stream&)>& is_ours) const
    -> ledger_records {
  auto records = ledger_records{};
  for (auto at = plan.rows.begin(); at != plan.rows.end();) {
    const auto& of = at->first;
    const auto found = streams_.find(of);
    auto rows = found == streams_.end() ? stream_rows{} : found->second;
    if (!is_ours(of)) {
      ++at;
      continue;
    }
    for (; at != plan.rows.end() && at->first == of; ++at) add(of, rows, at->second, now_s, records);
    const auto below = of.kind == 'c' ? plan.whole_below.find(of.stream) : plan.whole_below.end();
    if (below != plan.whole_below.end() && below->second > 1 && rows.begin()->first < below->second)
      add(of, rows, {std::min<std::int64_t>(rows.begin()->first, 1), below->second}, now_s, records);
  }
  return records;
}

void ledger_rows::add(const ledger_stream& of, stream_rows& to, ledger_span span, std::int64_t now_s, ledger_records& records) {
  if (span.first < 0) {
    if (span.last != over_mark) return; // beyond 2^63 there is no order
    to[over_mark] = {over_mark, now_s};
    records[key_of(of, over_mark)] = value_of(over_mark, now_s);
    return;
  }
  auto at = to.lower_bound(span.first);
  while (at != to.begin() && std::prev(at)->first >= 0 && std::prev(at)->second.last >= span.first) --at;
  while (at != to.end() && at->first <= span.last) {
    span = {std::min(span.first, at->first), std::max(span.last, at->second.last)};
    records[key_of(of, at->first)] = std::nullopt;
    at = to.erase(at);
  }
  to[span.first] = {span.last, now_s};
  records[key_of(of, span.first)] = value_of(span.last, now_s);
}

void ledger_rows::remove(const ledger_stream& of, const stream_rows& rows, ledger_records& to) {
  for (const auto& [first, r] : rows) to[key_of(of, first)] = std::nullopt;
}

void ledger_rows::forget(const retention& keep, std::int64_t now_s, ledger_records& to) {
  forget_ids(keep, now_s, to);
  if (forgot_at_s_ && now_s - *forgot_at_s_ < look_every_s) return;
  forgot_at_s_ = now_s;
  forget_streams(now_s - seconds_of(keep.streams), to);
}

void ledger_rows::forget_ids(const retention& keep, std::int64_t now_s, ledger_records& to) {
  const auto latest_of = [&](const ledger_stream& of) -> std::optional<std::int64_t> {
    const auto found = streams_.find(of);
    if (found == streams_.end()) return {};
    auto latest_s = INT64_MIN;
    for (const auto& [first, r] : found->second) latest_s = std::max(latest_s, r.seen_s);
    return latest_s;
  };
  while (!ids_.empty() && latest_of(ids_.front().second) != ids_.front().first) ids_.pop_front(); // gone, or it came again
  auto left = ids_count_;
  for (std::size_t i = 0; i < std::min(ids_.size(), forgotten_at_once); ++i) {
    const auto& [seen_s, of] = ids_[i];
    const auto is_crowded_out = left > keep.ids_max;
    if (seen_s >= now_s - seconds_of(keep.ids_age) && !is_crowded_out) return;
    if (latest_of(of) != seen_s) continue;
    if (is_crowded_out) crowded_out_s_ = std::max(crowded_out_s_, seen_s);
    const auto& rows = streams_.find(of)->second;
    left -= std::min(left, rows.size());
    remove(of, rows, to);
  }
}

void ledger_rows::forget_streams(std::int64_t before_s, ledger_records& to) const {
  for (const auto& [of, rows] : streams_) {
    if (of.kind == 'w' || to.size() >= forgotten_at_once) continue;
    const auto is_old = [&](const auto& r) { return r.second.seen_s < before_s; };
    const auto over = rows.find(over_mark);
    const auto is_past = of.kind == 'c' ? std::all_of(rows.begin(), rows.end(), is_old) : over != rows.end() && is_old(*over);
    if (is_past) remove(of, rows, to);
  }
}

auto ledger_rows::knowledge(const std::string& source) const -> stream_knowledge {
  const auto of_kind = [&](char kind) {
    auto known = position_index{};
    for (auto at = streams_.lower_bound({kind, source, {}}); at != streams_.end() && at->first.kind == kind && at->first.owner == source; ++at) {
      for (const auto& [first, r] : at->second)
        if (first >= 0) known.add(source, {at->first.stream, static_cast<std::uint64_t>(first), static_cast<std::uint64_t>(r.last)});
      if (at->second.begin()->first == over_mark) known.add(source, {at->first.stream, 0, end_of_stream});
    }
    return known.of(source);
  };
  return {of_kind('p'), of_kind('s'), {}};
}

void ledger_rows::add_known(const std::vector<id_range>& asked, std::vector<id_range>& to) const {
  for (const auto& want : asked) {
    const auto found = streams_.find({'c', {}, hex_text(want.origin)});
    if (found == streams_.end()) continue;
    auto known = id_ranges{};
    for (const auto& [first, r] : found->second)
      if (first >= 0 && r.last > first)
        known.insert(id_range{hex_number(found->first.stream), static_cast<std::uint64_t>(first), static_cast<std::uint64_t>(r.last - 1)});
    for (const auto& part : known.common(want)) to.push_back(part);
  }
}

auto ledger_rows::size() const -> std::size_t {
  auto rows = std::size_t{0};
  for (const auto& [of, its] : streams_) rows += its.size();
  return rows;
}

} // namespace weir
