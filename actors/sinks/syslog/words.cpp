#include "actors/sinks/syslog/words.hpp"

#include "runtime/codec/syslog_words.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <utility>

namespace weir {
namespace {

constexpr auto severity_words = std::array<std::pair<std::string_view, unsigned>, 24>{
    {{"emerg", 0}, {"emergency", 0}, {"panic", 0}, {"alert", 1}, {"crit", 2}, {"critical", 2}, {"fatal", 2}, {"err", 3},
     {"error", 3}, {"severe", 3}, {"e", 3}, {"warning", 4}, {"warn", 4}, {"w", 4}, {"notice", 5}, {"info", 6},
     {"informational", 6}, {"information", 6}, {"i", 6}, {"debug", 7}, {"trace", 7}, {"fine", 7}, {"d", 7}, {"verbose", 7}}};

auto small_number(std::string_view text, unsigned most) -> std::optional<unsigned> {
  auto number = 0U;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec != std::errc{} || read.ptr != text.data() + text.size() || number > most) return {};
  return number;
}

} // namespace

auto syslog_facility_of(std::string_view text) -> std::optional<unsigned> {
  const auto at = std::find(syslog_facilities.begin(), syslog_facilities.end(), text);
  if (at != syslog_facilities.end()) return static_cast<unsigned>(at - syslog_facilities.begin());
  return small_number(text, 23);
}

auto syslog_severity_of(std::string_view text) -> std::optional<unsigned> {
  if (text.empty() || text.size() > 13) return {};
  auto small = std::string{text};
  for (auto& c : small)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  const auto at = std::find_if(severity_words.begin(), severity_words.end(), [&](const auto& w) { return w.first == small; });
  if (at != severity_words.end()) return at->second;
  return small_number(small, 7);
}

} // namespace weir
