#include "cli/figures.hpp"

#include "runtime/base/utf8.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace weir::cli {
namespace {

template <class... Figures> auto formatted(const char* format, Figures... figures) -> std::string {
  char text[64];
  std::snprintf(text, sizeof text, format, figures...);
  return text;
}

} // namespace

auto count_text(std::uint64_t count) -> std::string {
  auto text = std::to_string(count);
  for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3)
    text.insert(static_cast<std::size_t>(at), ",");
  return text;
}

namespace {

auto three_digits(double number) -> std::string {
  if (number > 0 && number < 0.0095) return "<0.01";
  auto text = formatted(number < 9.995 ? "%.2f" : number < 99.95 ? "%.1f" : "%.0f", number);
  if (text.find('.') == std::string::npos) return text;
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text;
}

} // namespace

auto short_text(double number) -> std::string {
  if (number < 999.5) return three_digits(number);
  if (number < 999.5e3) return three_digits(number / 1e3) + 'k';
  return number < 999.5e6 ? three_digits(number / 1e6) + 'M' : three_digits(number / 1e9) + 'G';
}

auto rate_text(double events) -> std::string { return short_text(events) + "/s"; }

auto many(std::uint64_t count, std::string_view one, std::string_view several) -> std::string {
  return count_text(count) + ' ' + std::string{count == 1 ? one : several};
}

auto size_text(double bytes) -> std::string {
  constexpr auto units = std::array{"KiB", "MiB", "GiB", "TiB", "PiB"};
  if (bytes < 1024) return formatted("%.0f B", bytes);
  auto unit = std::size_t{0};
  for (bytes /= 1024; bytes >= 1023.95 && unit + 1 < units.size(); ++unit) bytes /= 1024;
  return formatted("%.1f %s", bytes, units[unit]);
}

auto age_text(std::chrono::nanoseconds age) -> std::string {
  using namespace std::chrono;
  if (age <= 0ns) return "0";
  if (age < 1ms) return formatted("%lldus", static_cast<long long>(age / 1us));
  if (age < 1s) return formatted("%lldms", static_cast<long long>(age / 1ms));
  const auto whole = static_cast<long long>(age / 1s);
  if (whole < 60) return formatted("%.1fs", static_cast<double>(age / 100ms) / 10);
  if (whole < 3600) return formatted("%lldm%02llds", whole / 60, whole % 60);
  if (whole < 86400) return formatted("%lldh%02lldm", whole / 3600, whole / 60 % 60);
  return formatted("%lldd%02lldh", whole / 86400, whole / 3600 % 24);
}

namespace {

/// What a terminal may take for a command: C0, DEL and C1 controls, and bytes that are no UTF-8.
auto is_for_terminals(std::string_view character) -> bool {
  const auto first = static_cast<unsigned char>(character.front());
  if (character.size() == 1) return first < 0x20 || first >= 0x7f;
  return first == 0xc2 && static_cast<unsigned char>(character[1]) < 0xa0;
}

} // namespace

auto printable(std::string_view text) -> std::string {
  auto shown = std::string{};
  while (!text.empty()) {
    const auto character = text.substr(0, first_character(text));
    text.remove_prefix(character.size());
    if (is_for_terminals(character))
      shown += '?';
    else
      shown += character;
  }
  return shown;
}

} // namespace weir::cli
