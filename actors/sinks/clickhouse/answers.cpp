#include "actors/sinks/clickhouse/answers.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace weir {
namespace {

constexpr auto text_bytes_max = std::size_t{300};

/// What of it is the same for all rows: not where in the rows it was found, nor who said it.
auto sentence_of(std::string_view text) -> std::string {
  constexpr auto begin = std::string_view{"DB::Exception: "};
  if (const auto at = text.find(begin); at != std::string_view::npos) text.remove_prefix(at + begin.size());
  for (const std::string_view end : {", e.what() =", " (version ", ": (at row", " (at row", "\n", "\r", ": While executing"})
    text = text.substr(0, text.find(end));
  auto made = std::string{text.substr(0, text_bytes_max)};
  for (auto& byte : made)
    if (static_cast<unsigned char>(byte) < ' ') byte = ' ';
  while (made.ends_with('.') || made.ends_with(' ')) made.pop_back();
  return text.size() > text_bytes_max ? made + "..." : made;
}

template <std::size_t Count> auto is_one_of(int code, const std::array<int, Count>& codes) -> bool {
  return std::find(codes.begin(), codes.end(), code) != codes.end();
}

} // namespace

auto clickhouse_error_of(std::string_view body) -> clickhouse_error {
  constexpr auto begin = std::string_view{"Code: "};
  auto made = clickhouse_error{};
  const auto at = body.substr(0, 1024).find(begin);
  if (at == std::string_view::npos) return made;
  body.remove_prefix(at + begin.size());
  const auto read = std::from_chars(body.data(), body.data() + body.size(), made.code);
  if (read.ec != std::errc{} || made.code < 0) return {};
  made.what = sentence_of(body);
  return made;
}

auto fault_of(const clickhouse_error& e) -> clickhouse_fault {
  // Values that cannot be parsed, or that are outside of what a type, a constraint or a default of the table takes.
  constexpr auto of_events = std::array{6, 26, 27, 38, 41, 53, 69, 72, 117, 131, 321, 349, 395, 469};
  constexpr auto of_load = std::array{159, 202, 203, 241, 252, 285, 319, 425, 999};
  constexpr auto of_login = std::array{192, 193, 194, 195, 516};
  constexpr auto of_rights = std::array{164, 291, 482, 497};
  constexpr auto of_tables = std::array{10, 16, 36, 47, 60, 81};
  if (e.code == 252 && e.what.find("partitions for single INSERT") != std::string::npos) return clickhouse_fault::of_the_size;
  if (is_one_of(e.code, of_events)) return clickhouse_fault::of_an_event;
  if (is_one_of(e.code, of_load)) return clickhouse_fault::of_the_load;
  if (is_one_of(e.code, of_login)) return clickhouse_fault::of_the_login;
  if (is_one_of(e.code, of_rights)) return clickhouse_fault::of_the_rights;
  return is_one_of(e.code, of_tables) ? clickhouse_fault::of_the_table : clickhouse_fault::other;
}

auto unescaped_field(std::string_view field) -> std::string {
  auto made = std::string{};
  for (std::size_t i = 0; i < field.size(); ++i) {
    if (field[i] != '\\' || i + 1 == field.size()) {
      made += field[i];
      continue;
    }
    const auto next = field[++i];
    made += next == 'n' ? '\n' : next == 't' ? '\t' : next;
  }
  return made;
}

} // namespace weir
