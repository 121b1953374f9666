#include "runtime/codec/json_number.hpp"

#include "runtime/codec/json_string.hpp"

#include <charconv>
#include <cmath>
#include <cstring>

namespace weir::json {
namespace {

/// Numbers with at most six decimals and fifteen digits, which are most of those that people log, without the
/// general algorithm. Fifteen decimal digits tell doubles apart, so the text is also the shortest.
auto put_short_decimal(char* to, double value) noexcept -> char* {
  constexpr auto scale = 1e6;
  const auto size_of = std::fabs(value);
  if (!(size_of < 1e9)) return nullptr;
  const auto digits = static_cast<std::uint64_t>(size_of * scale + 0.5);
  if (static_cast<double>(digits) / scale != size_of) return nullptr;
  if (std::signbit(value)) *to++ = '-';
  to = put_unsigned(to, digits / 1'000'000);
  *to++ = '.';
  auto fraction = static_cast<std::uint32_t>(digits % 1'000'000);
  for (auto i = 5; i >= 0; --i, fraction /= 10) to[i] = static_cast<char>('0' + fraction % 10);
  auto size = 6;
  while (size > 1 && to[size - 1] == '0') --size;
  return to + size;
}

template <class Real> auto put_any_real(char* to, Real value) noexcept -> char* {
  if (!std::isfinite(value)) return put_text(to, "null");
  auto* end = std::to_chars(to, to + number_bytes_max, value).ptr;
  for (const auto* at = to; at != end; ++at)
    if (*at == '.' || *at == 'e') return end;
  return put_text(end, ".0");
}

} // namespace

auto put_unsigned(char* to, std::uint64_t value) noexcept -> char* {
  return std::to_chars(to, to + number_bytes_max, value).ptr;
}

auto put_signed(char* to, std::int64_t value) noexcept -> char* {
  return std::to_chars(to, to + number_bytes_max, value).ptr;
}

auto put_real(char* to, double value) noexcept -> char* {
  auto* end = put_short_decimal(to, value);
  return end != nullptr ? end : put_any_real(to, value);
}

auto put_real(char* to, float value) noexcept -> char* { return put_any_real(to, value); }

} // namespace weir::json
