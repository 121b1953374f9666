#include "runtime/measure/history.hpp"

#include <array>
#include <charconv>

namespace weir {
namespace {

template <class T> void append_decimal(std::string& to, T value) {
  auto text = std::array<char, 32>{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  to.append(text.data(), end);
}

/// The part up to `at`, which is taken away with it.
auto take_until(std::string_view& text, char at) -> std::string_view {
  const auto end = std::min(text.find(at), text.size());
  const auto part = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return part;
}

template <class T> auto read_decimal(std::string_view text) -> std::optional<T> {
  auto value = T{};
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  return read.ec == std::errc{} && read.ptr == text.data() + text.size() ? std::optional{value} : std::nullopt;
}

constexpr auto numbers_max = std::size_t{20'000}; // of a row

auto decode_row(std::string_view line, history_slice& to) -> bool {
  const auto kind = take_until(line, ' ');
  const auto name = take_until(line, ' ');
  if ((kind != "+" && kind != "^") || name.empty()) return false;
  auto row = history_slice::row{kind == "+", {}};
  while (!line.empty()) {
    const auto word = take_until(line, ' ');
    const auto number = read_decimal<double>(word);
    if ((!number && word != "-") || row.numbers.size() == to.count) return false;
    row.numbers.push_back(number);
  }
  row.numbers.resize(to.count);
  to.rows[std::string{name}] = std::move(row);
  return true;
}

} // namespace

auto encode_slice(const history_slice& of) -> std::string {
  auto text = std::string{"1 "};
  append_decimal(text, of.step);
  text += ' ';
  append_decimal(text, of.from);
  text += ' ';
  append_decimal(text, of.count);
  text += '\n';
  for (const auto& [name, row] : of.rows) {
    text += (row.adds_up ? "+ " : "^ ") + name;
    for (const auto& n : row.numbers) {
      text += ' ';
      if (n)
        append_decimal(text, *n);
      else
        text += '-';
    }
    text += '\n';
  }
  return text;
}

auto decode_slice(std::string_view text) -> std::optional<history_slice> {
  auto head = take_until(text, '\n');
  if (take_until(head, ' ') != "1") return std::nullopt;
  const auto step = read_decimal<std::int64_t>(take_until(head, ' '));
  const auto from = read_decimal<std::int64_t>(take_until(head, ' '));
  const auto count = read_decimal<std::size_t>(head);
  constexpr auto latest = std::int64_t{1} << 40;
  if (!step || !from || !count || *step < 1 || *from < 0 || *from > latest || *count > numbers_max) return std::nullopt;
  auto out = history_slice{*step, *from, *count, {}};
  while (!text.empty())
    if (!decode_row(take_until(text, '\n'), out)) return std::nullopt;
  return out;
}

} // namespace weir
