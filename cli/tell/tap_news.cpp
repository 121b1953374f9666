#include "cli/tell/tap_news.hpp"

#include <array>
#include <charconv>
#include <iterator>

namespace weir::cli {
namespace {

constexpr auto absent_word = std::string_view{"absent"};
constexpr auto problem_mark = std::string_view{"! "};

auto next_line(std::string_view& text) -> std::string_view {
  const auto end = std::min(text.find('\n'), text.size());
  const auto line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

auto parse_counts(std::string_view line) -> std::optional<tap_counts> {
  auto numbers = std::array<std::uint64_t, 4>{};
  const auto* at = line.data();
  const auto* const end = line.data() + line.size();
  for (auto& n : numbers) {
    const auto read = std::from_chars(at, end, n);
    if (read.ec != std::errc{}) return std::nullopt;
    at = read.ptr;
    if (at != end && *at == ' ') ++at;
  }
  if (at != end) return std::nullopt;
  return tap_counts{numbers[0], numbers[1], numbers[2], numbers[3]};
}

} // namespace

void tap_counts::add(const tap_counts& more) {
  passed += more.passed;
  shown += more.shown;
  unfit += more.unfit;
  left_out += more.left_out;
}

void tap_news::add(tap_news more) {
  is_absent = is_absent && more.is_absent;
  counts.add(more.counts);
  std::move(more.problems.begin(), more.problems.end(), std::back_inserter(problems));
  std::move(more.events.begin(), more.events.end(), std::back_inserter(events));
}

auto to_text(const tap_news& news) -> std::string {
  const auto& c = news.counts;
  auto text = std::to_string(c.passed) + ' ' + std::to_string(c.shown) + ' ' + std::to_string(c.unfit) + ' ' + std::to_string(c.left_out) + '\n';
  if (news.is_absent) text = std::string{absent_word} + '\n';
  for (const auto& p : news.problems) text += std::string{problem_mark} + p + '\n';
  for (const auto& e : news.events) text += e + '\n';
  return text;
}

auto parse_tap_news(std::string_view text) -> std::optional<tap_news> {
  auto news = tap_news{};
  const auto head = next_line(text);
  news.is_absent = head == absent_word;
  if (!news.is_absent) {
    const auto counts = parse_counts(head);
    if (!counts) return std::nullopt;
    news.counts = *counts;
  }
  while (!text.empty()) {
    const auto line = next_line(text);
    if (line.starts_with(problem_mark))
      news.problems.emplace_back(line.substr(problem_mark.size()));
    else if (!line.empty())
      news.events.emplace_back(line);
  }
  return news;
}

} // namespace weir::cli
