#include "runtime/base/units.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>

namespace weir {
namespace {

struct unit {
  std::string_view name;
  double factor;
};

constexpr auto size_units =
    std::array{unit{"B", 1},           unit{"KiB", 1024.0}, unit{"MiB", 1048576.0}, unit{"GiB", 1073741824.0},
               unit{"TiB", 0x1p40},    unit{"kB", 1e3},     unit{"KB", 1e3},        unit{"MB", 1e6},
               unit{"GB", 1e9},        unit{"TB", 1e12},    unit{"k", 1024.0},      unit{"m", 1048576.0},
               unit{"g", 1073741824.0}};

constexpr auto count_units = std::array{unit{"", 1}, unit{"k", 1e3}, unit{"M", 1e6}, unit{"G", 1e9}};

constexpr auto time_units = std::array{unit{"ns", 1},   unit{"us", 1e3},   unit{"ms", 1e6},   unit{"s", 1e9},
                                       unit{"m", 60e9}, unit{"h", 3600e9}, unit{"d", 86400e9}};

/// Splits "1.5h" and multiplies; `wanted` ends the sentence of every error.
template <std::size_t N>
auto parse_quantity(std::string_view text, const std::array<unit, N>& units, std::string_view wanted)
    -> result<std::int64_t> {
  const auto wrong = [&] {
    return error{errc::malformed, "wants " + std::string{wanted} + ", not \"" + std::string{text} + '"'};
  };
  auto number = 0.0;
  const auto [rest, ec] =
      std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  if (ec != std::errc{} || number < 0) return wrong();
  auto name = std::string_view{rest, static_cast<std::size_t>(text.data() + text.size() - rest)};
  if (!name.empty() && name.front() == ' ') name.remove_prefix(1);
  if (name.empty() && number == 0) return std::int64_t{0};
  for (const auto& u : units)
    if (u.name == name) {
      const auto product = number * u.factor;
      if (product >= 9.2e18) return wrong();
      return static_cast<std::int64_t>(std::llround(product));
    }
  return wrong();
}

template <std::size_t N>
auto print_quantity(std::int64_t value, const std::array<unit, N>& units) -> std::string {
  if (value == 0) return "0";
  const auto* best = &units[0];
  for (const auto& u : units) {
    const auto factor = static_cast<std::int64_t>(u.factor);
    if (value % factor == 0 && u.factor > best->factor) best = &u;
  }
  return std::to_string(value / static_cast<std::int64_t>(best->factor)) + std::string{best->name};
}

} // namespace

auto parse_byte_count(std::string_view text) -> result<byte_count> {
  WEIR_TRY(const auto value, parse_quantity(text, size_units, "a size such as 64KiB or 4GiB"));
  return byte_count{static_cast<std::uint64_t>(value)};
}

auto parse_duration(std::string_view text) -> result<duration> {
  WEIR_TRY(const auto value, parse_quantity(text, time_units, "a duration such as 200ms, 5s or 1h"));
  return duration{value};
}

auto parse_item_count(std::string_view text) -> result<item_count> {
  WEIR_TRY(const auto value, parse_quantity(text, count_units, "a number such as 65536, 10k or 4M"));
  return item_count{static_cast<std::uint64_t>(value)};
}

auto to_text(byte_count size) -> std::string {
  constexpr auto binary =
      std::array{size_units[0], size_units[1], size_units[2], size_units[3], size_units[4]};
  return print_quantity(static_cast<std::int64_t>(size.value), binary);
}

auto to_text(item_count items) -> std::string {
  return print_quantity(static_cast<std::int64_t>(items.value), count_units);
}

auto to_text(duration time) -> std::string { return print_quantity(time.count(), time_units); }

} // namespace weir
