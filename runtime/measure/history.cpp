#include "runtime/measure/history.hpp"

#include <algorithm>

namespace weir {
namespace {

auto floor_to(std::int64_t second, std::int64_t step) -> std::int64_t { return second - second % step; }

auto in_unit(std::uint64_t value, measure_unit unit) -> double {
  return unit == measure_unit::seconds ? static_cast<double>(value) / 1e9 : static_cast<double>(value);
}

/// The finest one that is coarse enough and reaches so far back; the last if there is none.
auto resolution_for(std::int64_t seconds_ago, std::int64_t step) -> std::size_t {
  constexpr auto& all = history::resolutions;
  for (std::size_t i = 0; i < all.size(); ++i)
    if (all[i].step >= step && all[i].step * static_cast<std::int64_t>(all[i].points) >= seconds_ago) return i;
  return all.size() - 1;
}

} // namespace

void history_slice::add(const history_slice& other) {
  if (other.step != step) return;
  const auto shift = (other.from - from) / step;
  for (const auto& [name, its] : other.rows) {
    auto& mine = rows[name];
    mine.adds_up = its.adds_up;
    mine.numbers.resize(count);
    for (std::size_t i = 0; i < its.numbers.size(); ++i) {
      const auto at = static_cast<std::int64_t>(i) + shift;
      if (!its.numbers[i] || at < 0 || at >= static_cast<std::int64_t>(count)) continue;
      auto& to = mine.numbers[static_cast<std::size_t>(at)];
      to = !to ? *its.numbers[i] : its.adds_up ? *to + *its.numbers[i] : std::max(*to, *its.numbers[i]);
    }
  }
}

/// The step of each resolution that has ended before `second` goes into its ring.
void history::pass(std::int64_t second) {
  for (std::size_t i = 0; i < resolutions.size(); ++i) {
    const auto step = resolutions[i].step;
    const auto ended = std::min((floor_to(second, step) - floor_to(second_, step)) / step,
                                static_cast<std::int64_t>(resolutions[i].points + packed_ring::points_of_block));
    if (ended == 0) continue;
    for (auto& [name, s] : series_) {
      auto& t = s.tracks[i];
      t.ring.add(t.open);
      t.open.reset();
      for (std::int64_t more = 1; more < ended; ++more) t.ring.add(std::nullopt);
    }
  }
}

void history::add(std::int64_t second, const std::map<std::string, reading>& now) {
  if (second <= second_) return;
  if (second_ != 0) pass(second);
  const auto is_new_minute = second / resolutions.back().step != second_ / resolutions.back().step;
  second_ = second;
  for (const auto& [name, r] : now) {
    auto& s = series_.try_emplace(name, series{r.kind, r.unit}).first->second;
    for (auto& t : s.tracks)
      t.open = r.kind == measure_kind::counter || !t.open ? r.value : std::max(*t.open, r.value);
  }
  if (is_new_minute) keep_bound();
}

/// Who is gone for good leaves nothing but what is missing, which costs little, and ends with the rest.
void history::keep_bound() {
  auto may_forget = true;
  while (may_forget && bytes() > bytes_max) {
    may_forget = false;
    for (auto& [name, s] : series_) may_forget = s.tracks.back().ring.forget_oldest_block() || may_forget;
  }
  std::erase_if(series_, [](const auto& s) {
    const auto& minutes = s.second.tracks.back();
    if (minutes.open || minutes.ring.size() < resolutions.back().points) return false;
    const auto all = minutes.ring.last(resolutions.back().points);
    return std::none_of(all.begin(), all.end(), [](const auto& p) { return p.has_value(); });
  });
}

auto history::bytes() const -> std::size_t {
  auto sum = std::size_t{0};
  for (const auto& [name, s] : series_) {
    sum += sizeof s + name.size() + 64;
    for (const auto& t : s.tracks) sum += t.ring.bytes();
  }
  return sum;
}

auto history::names() const -> std::vector<std::string> {
  auto all = std::vector<std::string>{};
  for (const auto& [name, s] : series_) all.push_back(name);
  return all;
}

auto history::row_of(const series& of, std::size_t at, std::size_t count, bool is_rate) const -> history_slice::row {
  auto row = history_slice::row{of.kind == measure_kind::counter || of.kind == measure_kind::gauge, {}};
  const auto all = of.tracks[at].ring.last(count + 1);
  for (std::size_t i = 1; i < all.size(); ++i) {
    auto& to = row.numbers.emplace_back();
    if (!all[i] || (is_rate && (!all[i - 1] || *all[i] < *all[i - 1]))) continue;
    to = is_rate ? in_unit(*all[i] - *all[i - 1], of.unit) / static_cast<double>(resolutions[at].step) : in_unit(*all[i], of.unit);
  }
  return row;
}

auto history::read(const std::vector<std::string>& names, std::int64_t seconds_ago, std::int64_t step) const -> history_slice {
  const auto at = resolution_for(seconds_ago, step);
  const auto [its_step, points] = resolutions[at];
  const auto count = std::clamp((seconds_ago + its_step - 1) / its_step, std::int64_t{1}, static_cast<std::int64_t>(points));
  auto out = history_slice{its_step, floor_to(second_, its_step) - count * its_step, static_cast<std::size_t>(count), {}};
  for (const auto& name : names) {
    const auto is_rate = name.ends_with(rate_ending);
    const auto found = series_.find(is_rate ? name.substr(0, name.size() - rate_ending.size()) : name);
    if (found == series_.end() || (is_rate && found->second.kind != measure_kind::counter)) continue;
    out.rows[name] = row_of(found->second, at, out.count, is_rate);
  }
  return out;
}

} // namespace weir
