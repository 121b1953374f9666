#include "actors/sinks/redis/ledger.hpp"

#include "actors/sinks/redis/scripts.hpp"

#include <algorithm>
#include <charconv>

namespace weir {
namespace {

constexpr auto hashes_at_once = std::size_t{1000};
constexpr auto keep_up_every_s = std::int64_t{10};

auto suffix_of(const ledger_stream& of) -> std::string {
  return std::string{of.kind} + ' ' + text_for_row(of.owner) + ' ' + text_for_row(of.stream);
}

auto digits_of(std::int64_t number) -> std::string {
  const auto text = std::to_string(number);
  return number < 0 ? text : std::string(20 - text.size(), '0') + text;
}

/// The numbers of `within` that the rows have, as the script says it.
auto text_within(const std::vector<ledger_span>& rows, const ledger_span& within) -> std::string {
  auto parts = std::vector<ledger_span>{};
  for (const auto& r : rows) {
    const auto part = ledger_span{std::max(r.first, within.first), std::min(r.last, within.last)};
    if (part.first >= part.last) continue;
    if (!parts.empty() && part.first <= parts.back().last)
      parts.back().last = std::max(parts.back().last, part.last);
    else
      parts.push_back(part);
  }
  auto text = std::string{};
  for (const auto& p : parts) text += (text.empty() ? "" : " ") + digits_of(p.first) + '-' + digits_of(p.last);
  return text;
}

auto hex_digits(std::uint64_t number) -> std::string {
  char digits[16];
  return {digits, std::to_chars(digits, digits + sizeof digits, number, 16).ptr};
}

auto decimal(std::string_view text) -> std::int64_t {
  auto number = std::int64_t{0};
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

} // namespace

redis_ledger::redis_ledger(const std::string& name, const retention& keep) : prefix_("weir:ledger:" + text_for_row(name) + ':'), keep_(keep) {}

auto redis_ledger::rows_at(redis_connection& at, const std::vector<std::string>& suffixes, ledger_rows& to) const -> result<void> {
  for (std::size_t from = 0; from < suffixes.size(); from += hashes_at_once) {
    const auto end = std::min(suffixes.size(), from + hashes_at_once);
    for (auto i = from; i < end; ++i) at.put({"HGETALL", prefix_ + suffixes[i]});
    WEIR_TRY(const auto replies, at.ask());
    for (auto i = from; i < end; ++i) {
      const auto& hash = replies[i - from];
      if (hash.is_error()) return error_of_redis(hash.text);
      for (std::size_t f = 0; f + 1 < hash.items.size(); f += 2)
        (void)to.apply(suffixes[i] + ' ' + hash.items[f].text, hash.items[f + 1].text);
    }
  }
  return {};
}

auto redis_ledger::look(redis_connection& at, std::span<const chunk_ptr> chunks) const -> result<ledger_view> {
  auto suffixes = std::vector<std::string>{};
  for (const auto& [of, span] : streams_of(chunks)) suffixes.push_back(suffix_of(of));
  auto rows = ledger_rows{};
  WEIR_CHECK(rows_at(at, suffixes, rows));
  return rows.view_of(chunks);
}

auto redis_ledger::words_of(std::span<const chunk_ptr> chunks, const ledger_view& known, const ledger_plan& plan) -> redis_ledger_words {
  auto made = redis_ledger_words{};
  for (const auto& [of, span] : streams_of(chunks)) {
    const auto within = ledger_span{std::max<std::int64_t>(span.first, 0), span.last};
    if (within.last <= within.first) continue;
    const auto found = known.find(of.key());
    auto have = found == known.end() ? std::string{} : text_within(found->second, within);
    made.checks.insert(made.checks.end(), {suffix_of(of), digits_of(within.first), digits_of(within.last), std::move(have)});
  }
  for (const auto& [of, span] : plan.rows) {
    const auto is_over = span.first == -1 && span.last == -1;
    if (!is_over && (span.first < 0 || span.last < span.first)) continue; // beyond 2^63 there is no order
    const auto below = of.kind == 'c' ? plan.whole_below.find(of.stream) : plan.whole_below.end();
    auto whole = below != plan.whole_below.end() && below->second > 1 ? digits_of(below->second) : std::string{};
    made.rows.insert(made.rows.end(), {suffix_of(of), digits_of(span.first), digits_of(span.last), std::move(whole)});
  }
  return made;
}

auto redis_ledger::keep_up(redis_connection& at, std::int64_t now_s) -> result<void> {
  if (now_s < due_s_) return {};
  const auto old_before = std::to_string(now_s - seconds_of(keep_.streams));
  const auto ids_before = std::to_string(now_s - seconds_of(keep_.ids_age));
  WEIR_TRY(const auto done, at.ask_one({"EVAL", redis_forget_script, "0", prefix_, old_before, ids_before, std::to_string(keep_.ids_max)}));
  if (done.items.size() == 2) crowded_out_s_ = std::max(crowded_out_s_, decimal(done.items[1].text));
  const auto has_more = done.items.size() == 2 && done.items[0].number >= static_cast<std::int64_t>(hashes_at_once);
  due_s_ = has_more ? now_s : now_s + keep_up_every_s;
  return {};
}

auto redis_ledger::knowledge(redis_connection& at, const std::string& source) const -> result<stream_knowledge> {
  WEIR_TRY(const auto streams, at.ask_one({"SMEMBERS", prefix_ + "of " + text_for_row(source)}));
  auto suffixes = std::vector<std::string>{};
  for (const auto& s : streams.items) suffixes.push_back(s.text);
  auto rows = ledger_rows{};
  WEIR_CHECK(rows_at(at, suffixes, rows));
  return rows.knowledge(source);
}

auto redis_ledger::known_ids(redis_connection& at, const std::vector<id_range>& asked) const -> result<std::vector<id_range>> {
  auto suffixes = std::vector<std::string>{};
  for (const auto& a : asked) suffixes.push_back(suffix_of({'c', {}, hex_digits(a.origin)}));
  std::sort(suffixes.begin(), suffixes.end());
  suffixes.erase(std::unique(suffixes.begin(), suffixes.end()), suffixes.end());
  auto rows = ledger_rows{};
  WEIR_CHECK(rows_at(at, suffixes, rows));
  auto found = std::vector<id_range>{};
  rows.add_known(asked, found);
  return found;
}

} // namespace weir
