#include "tests/chaos/line.hpp"

#include <array>
#include <charconv>

namespace weir::chaos {

namespace {

/// Every padding is a piece of this text.
constexpr auto pool = std::string_view{
    "the quick brown fox jumps over the lazy dog while a request of client 10.0.1.17 to /api/v1/items/4711 "
    "was served from cache in 0.0023 s with status 200 and 5321 bytes; next comes the same again but longer "
    "so that lines differ in length and a block of them never ends where the one before it has ended "
    "already"};
constexpr auto padding_max = std::size_t{160};

/// splitmix64's finaliser: neighbours differ in length.
auto mix(std::uint64_t x) -> std::uint64_t {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

void append_number(std::string& out, std::uint64_t number) {
  auto digits = std::array<char, 20>{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), static_cast<std::size_t>(end - digits.data()));
}

template <class Number> auto take_number(std::string_view& text, Number& out) -> bool {
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (code != std::errc{}) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

auto take_text(std::string_view& text, std::string_view wanted) -> bool {
  if (!text.starts_with(wanted)) return false;
  text.remove_prefix(wanted.size());
  return true;
}

} // namespace

auto padding(line_number which) -> std::string_view {
  const auto bits = mix(which.number * 1000 + which.stream);
  return pool.substr(bits % 140, 10 + (bits >> 32) % (padding_max - 10));
}

void append_line(std::string& out, line_number which) {
  out += R"({"g":)";
  append_number(out, which.stream);
  out += R"(,"n":)";
  append_number(out, which.number);
  out += R"(,"p":")";
  out += padding(which);
  out += R"("})";
}

auto recognise(std::string_view stored) -> std::optional<line_number> {
  const auto begin = stored.find(R"("g":)");
  if (begin == std::string_view::npos) return {};
  stored.remove_prefix(begin + 4);
  auto which = line_number{};
  if (!take_number(stored, which.stream) || !take_text(stored, R"(,"n":)")) return {};
  if (!take_number(stored, which.number) || !take_text(stored, R"(,"p":")")) return {};
  if (!take_text(stored, padding(which)) || stored != R"("})") return {};
  return which;
}

} // namespace weir::chaos
