#include "cli/tell/history_keeper.hpp"

#include "cli/json_text.hpp"

#include <array>
#include <charconv>

namespace weir::cli {
namespace {

using namespace std::chrono_literals;

constexpr auto others_wait = 2s;
constexpr auto series_max = std::size_t{200}; // of one question

auto split_names(std::string_view text) -> std::vector<std::string> {
  auto names = std::vector<std::string>{};
  while (!text.empty()) {
    const auto end = std::min(text.find(','), text.size());
    if (end > 0) names.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return names;
}

auto json_number(const std::optional<double>& n) -> std::string {
  if (!n) return "null";
  auto text = std::array<char, 32>{};
  return {text.data(), std::to_chars(text.data(), text.data() + text.size(), *n).ptr};
}

auto json_of(const history_slice& slice, const std::vector<std::string>& partial) -> std::string {
  auto text = "{\"step\": " + std::to_string(slice.step) + ", \"from\": " + std::to_string(slice.from)
              + ", \"partial\": " + json_list(partial) + ", \"series\": {";
  auto comma = "";
  for (const auto& [name, row] : slice.rows) {
    text += comma + json_string(name) + ": [";
    for (std::size_t i = 0; i < row.numbers.size(); ++i) text += (i == 0 ? "" : ", ") + json_number(row.numbers[i]);
    text += ']';
    comma = ", ";
  }
  return text + "}}\n";
}

auto json_of_names(const std::vector<std::string>& names) -> std::string {
  auto steps = std::string{};
  for (const auto& r : history::resolutions)
    steps += (steps.empty() ? "{\"step\": " : ", {\"step\": ") + std::to_string(r.step) + ", \"seconds\": "
             + std::to_string(r.step * static_cast<std::int64_t>(r.points)) + '}';
  return "{\"names\": " + json_list(names) + ", \"steps\": [" + steps + "]}\n";
}

/// What came between two moments; but for the greatest, which is that of all.
auto difference(const histogram& now, const histogram& before) -> histogram {
  auto d = now;
  if (now.count() < before.count()) return d; // it began anew
  for (std::size_t i = 0; i < d.words().size(); ++i)
    if (i != 2) d.words()[i] -= before.words()[i];
  return d;
}

} // namespace

void figures_reader::add(const observation& o, std::map<std::string, reading>& to) {
  const auto stem = o.component + '.';
  for (const auto& m : measures_of(o.tier)) {
    if (m.value != nullptr) {
      auto& r = to.try_emplace(stem + std::string{m.name}, reading{m.kind, m.unit, 0}).first->second;
      r.value = m.kind == measure_kind::age ? std::max(r.value, o.*m.value) : r.value + o.*m.value;
      continue;
    }
    auto& before = before_[o.address + '.' + std::string{m.name}];
    const auto since = difference(o.*m.spread, before);
    before = o.*m.spread;
    if (since.count() == 0) continue;
    for (const auto& [ending, part] : {std::pair{"_p50", 0.5}, std::pair{"_p99", 0.99}}) {
      auto& r = to.try_emplace(stem + std::string{m.name} + ending, reading{measure_kind::age, m.unit, 0}).first->second;
      r.value = std::max(r.value, since.quantile(part));
    }
  }
  auto& dropped = to.try_emplace(stem + "dropped", reading{}).first->second;
  for (const auto& [reason, events] : o.dropped) dropped.value += events;
}

auto figures_reader::read(const std::vector<observation>& actors) -> std::map<std::string, reading> {
  auto now = std::map<std::string, reading>{};
  for (const auto& o : actors) add(o, now);
  return now;
}

history_keeper::history_keeper(node& of)
    : node_(of),
      began_ns_(system_clock().wall_ns()),
      began_at_(system_clock().monotonic()),
      thread_([this] { work(); }) {}

history_keeper::~history_keeper() {
  {
    const auto lock = std::lock_guard{guard_};
    is_over_ = true;
  }
  ends_.notify_all();
  thread_.join();
}

auto history_keeper::second() const -> std::int64_t {
  return (began_ns_ + (system_clock().monotonic() - began_at_) / 1ns) / 1'000'000'000;
}

void history_keeper::look() {
  const auto now = reads_.read(node_.figures());
  const auto at = second();
  const auto lock = std::lock_guard{guard_};
  history_.add(at, now);
}

void history_keeper::work() {
  auto next = system_clock().monotonic();
  while (true) {
    look();
    next = std::max(next + 1s, system_clock().monotonic());
    auto lock = std::unique_lock{guard_};
    if (ends_.wait_until(lock, next, [this] { return is_over_; })) return;
  }
}

auto history_keeper::tell(const question& what) -> result<std::string> {
  const auto names = split_names(what.word("series"));
  WEIR_TRY(const auto from, what.number("from", 600));
  WEIR_TRY(const auto step, what.number("step", 0));
  if (names.size() > series_max) return error{errc::malformed, "\"series\" wants " + std::to_string(series_max) + " names at most"};
  const auto clipped = [](std::uint64_t n) { return static_cast<std::int64_t>(std::min(n, std::uint64_t{1} << 30)); };
  auto slice = history_slice{};
  {
    const auto lock = std::lock_guard{guard_};
    if (names.empty()) return json_of_names(history_.names());
    slice = history_.read(names, clipped(from), clipped(step));
  }
  if (what.word("as") == "slice") return encode_slice(slice);
  auto partial = std::vector<std::string>{};
  if (!what.word("alone").empty()) return json_of(slice, partial);
  auto theirs = what;
  theirs.words["as"] = "slice";
  for (const auto& a : node_.ask_all({std::string{figures_word} + to_text(theirs), {}, "its console"}, others_wait)) {
    const auto read = a.came ? decode_slice(*a.came) : std::nullopt;
    if (read)
      slice.add(*read);
    else
      partial.push_back(a.node + ": " + (a.came ? "it sent what cannot be read" : a.came.failure().what));
  }
  return json_of(slice, partial);
}

} // namespace weir::cli
