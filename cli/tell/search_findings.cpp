#include "cli/tell/search_findings.hpp"

#include "runtime/base/utf8.hpp"
#include "runtime/codec/json_writer.hpp"
#include "runtime/codec/text_value.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>
#include <numeric>
#include <tuple>

namespace weir::cli {
namespace {

constexpr auto record_bytes_told = std::size_t{64} << 10;
constexpr auto bars_max = std::int64_t{60};
constexpr auto second_ns = std::int64_t{1'000'000'000};
constexpr auto day_s = std::int64_t{86'400};
constexpr auto widths_s = std::array<std::int64_t, 18>{1,   2,   5,    10,   15,   30,   60,     120,    300,
                                                      600, 900, 1800, 3600, 7200, 10800, 21600, 43200, day_s};

auto order_of(const found_event& e) { return std::tie(e.at.at.time_ns, e.at.node, e.at.at.row); }

auto take_number(std::string_view& text, char behind) -> std::optional<std::int64_t> {
  auto number = std::int64_t{0};
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec != std::errc{}) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(read.ptr - text.data()));
  if (behind == 0) return text.empty() ? std::optional{number} : std::nullopt;
  if (text.empty() || text.front() != behind) return std::nullopt;
  text.remove_prefix(1);
  return number;
}

auto json_text_of(std::string_view text) -> std::string {
  auto json = byte_buffer{};
  append_json_string(json, text);
  return std::string{json.view()};
}

auto json_time(std::int64_t time_ns) -> std::string {
  auto text = byte_buffer{};
  append_time(text, time_ns);
  return '"' + std::string{text.view()} + '"';
}

auto is_utf8(std::string_view text) -> bool {
  auto valid = byte_buffer{};
  append_valid_text(valid, text);
  return valid.view() == text;
}

auto floor_of(std::int64_t number, std::int64_t unit) -> std::int64_t {
  return number / unit - (number % unit < 0 ? 1 : 0);
}

/// From the first to the last of them that the span touches.
auto bars_of_width(const time_span& all, std::int64_t width_s) -> std::int64_t {
  const auto last = floor_of(all.to_ns - 1, second_ns);
  return floor_of(last, width_s) - floor_of(floor_of(all.from_ns, second_ns), width_s) + 1;
}

} // namespace

auto parse_event_place(const std::string& text) -> result<event_place> {
  auto rest = std::string_view{text};
  const auto time = take_number(rest, ':');
  const auto row = time ? take_number(rest, ':') : std::nullopt;
  if (row) return event_place{{*time, *row}, std::string{rest}};
  return error{errc::malformed, "\"before\" wants what \"next\" was"};
}

auto to_text(const event_place& p) -> std::string {
  return std::to_string(p.at.time_ns) + ':' + std::to_string(p.at.row) + ':' + p.node;
}

auto bound_of(const event_place& before, const std::string& node) -> row_place {
  if (node == before.node) return before.at;
  using rows = std::numeric_limits<std::int64_t>;
  return {before.at.time_ns, node < before.node ? rows::max() : rows::min()};
}

auto event_json(const found_row& row, const event_place& at) -> std::string {
  auto json = "{\"id\": " + json_text_of(to_text(at)) + ", \"time\": " + json_time(row.at.time_ns) + ", \"tag\": "
              + json_text_of(row.tag) + ", \"node\": " + json_text_of(at.node);
  const auto has_lines = row.record.find('\n') != std::string::npos; // between its parts: another program's
  if (row.is_json && !has_lines && row.record.size() <= record_bytes_told && is_utf8(row.record))
    return json + ", \"record\": " + row.record + '}';
  const auto part = std::string_view{row.record}.substr(0, whole_characters(row.record, record_bytes_told));
  return json + ", \"text\": " + json_text_of(part) + ", \"bytes\": " + std::to_string(row.record.size()) + '}';
}

auto bar_plan::of(const time_span& all) -> bar_plan {
  using ends = std::numeric_limits<std::int64_t>;
  if (all.from_ns >= all.to_ns || all.from_ns == ends::min() || all.to_ns == ends::max()) return {};
  auto width_s = day_s;
  for (const auto w : widths_s)
    if (bars_of_width(all, w) <= bars_max) {
      width_s = w;
      break;
    }
  while (bars_of_width(all, width_s) > bars_max) width_s += (bars_of_width(all, width_s) / bars_max) * day_s;
  const auto first = floor_of(floor_of(all.from_ns, second_ns), width_s) * width_s;
  return {first * second_ns, width_s * second_ns, static_cast<std::size_t>(bars_of_width(all, width_s))};
}

auto bar_plan::span_of(std::size_t i, const time_span& all) const -> time_span {
  const auto from = first_ns + static_cast<std::int64_t>(bars - 1 - i) * width_ns;
  return {std::max(from, all.from_ns), from > all.to_ns - width_ns ? all.to_ns : from + width_ns};
}

void search_findings::add(search_findings more, bool has_bars) {
  if (times && more.times) more.times = {std::min(times->first, more.times->first), std::max(times->second, more.times->second)};
  if (more.times) times = more.times;
  has_more = has_more || more.has_more;
  std::move(more.events.begin(), more.events.end(), std::back_inserter(events));
  std::move(more.problems.begin(), more.problems.end(), std::back_inserter(problems));
  if (!has_bars) return;
  bars.resize(std::min(bars.size(), more.bars.size()));
  for (std::size_t i = 0; i < bars.size(); ++i) bars[i] += more.bars[i];
}

void search_findings::put_in_order(std::size_t events_max) {
  std::sort(events.begin(), events.end(), [](const auto& a, const auto& b) { return order_of(a) > order_of(b); });
  has_more = has_more || events.size() > events_max;
  if (events.size() > events_max) events.resize(events_max);
}

auto to_text(const search_findings& found) -> std::string {
  auto text = std::string{};
  if (found.times) text += "times " + std::to_string(found.times->first) + ' ' + std::to_string(found.times->second) + '\n';
  for (const auto number : found.bars) text += "bar " + std::to_string(number) + '\n';
  for (const auto& e : found.events)
    text += "row " + std::to_string(e.at.at.time_ns) + ' ' + std::to_string(e.at.at.row) + ' ' + e.json + '\n';
  if (found.has_more) text += "more\n";
  for (const auto& p : found.problems) text += "problem " + p + '\n';
  return text;
}

namespace {

/// False: it is no line of findings.
auto read_line(std::string_view line, const std::string& node, search_findings& to) -> bool {
  const auto space = std::min(line.find(' '), line.size());
  const auto word = line.substr(0, space);
  line.remove_prefix(std::min(space + 1, line.size()));
  if (word == "more") return to.has_more = true;
  if (word == "problem") return to.problems.push_back(node + ": " + std::string{line}), true;
  const auto first = take_number(line, word == "bar" ? char{0} : ' ');
  if (!first || (word == "bar" && *first < 0)) return false;
  if (word == "bar") return to.bars.push_back(static_cast<std::uint64_t>(*first)), true;
  const auto second = take_number(line, word == "times" ? char{0} : ' ');
  if (!second || (word != "times" && word != "row")) return false;
  if (word == "times")
    to.times = {*first, *second};
  else
    to.events.push_back({{{*first, *second}, node}, std::string{line}});
  return true;
}

} // namespace

auto parse_findings(std::string_view text, const std::string& node) -> std::optional<search_findings> {
  auto found = search_findings{};
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    if (!read_line(text.substr(0, end), node, found)) return std::nullopt;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return found;
}

auto answer_of(const search_findings& found, const bar_plan& bars, const time_span& all) -> std::string {
  auto json = std::string{"{\"entries\": ["};
  for (const auto& e : found.events) json += (&e == &found.events.front() ? "" : ", ") + e.json;
  json += "], \"histogram\": [";
  for (auto i = found.bars.size(); i > 0; --i) {
    const auto span = bars.span_of(i - 1, all);
    json += (i == found.bars.size() ? "" : ", ") + ("{\"from\": " + json_time(span.from_ns)) + ", \"to\": " + json_time(span.to_ns)
            + ", \"count\": " + std::to_string(found.bars[i - 1]) + '}';
  }
  json += ']';
  if (found.bars.size() == bars.bars)
    json += ", \"total\": " + std::to_string(std::accumulate(found.bars.begin(), found.bars.end(), std::uint64_t{0}));
  if (found.has_more && !found.events.empty()) json += ", \"next\": " + json_text_of(to_text(found.events.back().at));
  auto problem = std::string{};
  for (const auto& p : found.problems) problem += (problem.empty() ? "" : "; ") + p;
  if (!problem.empty()) json += ", \"problem\": " + json_text_of(problem);
  return json + "}\n";
}

} // namespace weir::cli
