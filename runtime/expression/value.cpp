#include "runtime/expression/value.hpp"

#include "runtime/codec/time_text.hpp"
#include "runtime/event/msgpack.hpp"

#include <array>
#include <cmath>

namespace weir::expr {
namespace {

/// Whole values of 64 bits end here, as a real number.
constexpr auto integer_end = 9223372036854775808.0;

/// Without the loss of a conversion, which makes neighbours of large numbers equal.
auto compare_numbers(std::int64_t a, double b) -> std::partial_ordering {
  if (std::isnan(b)) return std::partial_ordering::unordered;
  if (b >= integer_end) return std::partial_ordering::less;
  if (b < -integer_end) return std::partial_ordering::greater;
  const auto whole = static_cast<std::int64_t>(b);
  if (a != whole) return a <=> whole;
  return 0.0 <=> b - static_cast<double>(whole);
}

auto reversed(std::partial_ordering order) -> std::partial_ordering { return 0 <=> order; }

auto read_number(msgpack_reader& read) -> value {
  auto whole = std::int64_t{0};
  auto real = 0.0;
  if (read.integer(whole)) return value::of(whole);
  return read.real(real) ? value::of(real) : value{};
}

auto read_extension(msgpack_reader& read, std::string_view bytes) -> value {
  auto type = std::int8_t{0};
  auto content = std::string_view{};
  if (!read.ext(type, content)) return {};
  if (type != 0 || content.size() != 8) return value::of(bytes, kind::bytes);
  auto time = std::uint64_t{0};
  for (const auto c : content) time = time << 8 | static_cast<unsigned char>(c);
  return value::with(kind::time, static_cast<std::int64_t>(time >> 32) * 1'000'000'000
                                     + static_cast<std::int64_t>(time & 0xffffffff));
}

void append_seconds(msgpack_writer& to, std::int64_t ns) {
  constexpr auto second = std::int64_t{1'000'000'000};
  if (ns % second == 0) return to.integer(ns / second);
  to.real(static_cast<double>(ns) / static_cast<double>(second));
}

void append_time(msgpack_writer& to, std::int64_t ns) {
  char text[time_text_bytes];
  write_time_text(text, ns);
  to.str({text, sizeof text});
}

} // namespace

auto read_value(std::string_view bytes) -> value {
  const auto head = bytes.empty() ? 0U : static_cast<unsigned char>(bytes.front());
  if ((head & 0xe0) == 0xa0 && bytes.size() > (head & 0x1f)) return value::of(bytes.substr(1, head & 0x1f));
  auto read = msgpack_reader{bytes};
  auto text = std::string_view{};
  auto flag = false;
  switch (read.peek()) {
  case msgpack_type::integer:
  case msgpack_type::real: return read_number(read);
  case msgpack_type::str:
  case msgpack_type::bin: return read.str_or_bin(text) ? value::of(text) : value{};
  case msgpack_type::boolean: return read.boolean(flag) ? value::of(flag) : value{};
  case msgpack_type::nil: return value::with(kind::null, 0);
  case msgpack_type::array: return value::of(bytes, kind::list);
  case msgpack_type::map: return value::of(bytes, kind::map);
  case msgpack_type::ext: return read_extension(read, bytes);
  default: return {};
  }
}

auto append_value(byte_buffer& out, const value& v) -> bool {
  auto to = msgpack_writer{out};
  switch (v.type) {
  case kind::nothing:
  case kind::pattern: return false;
  case kind::null: to.nil(); break;
  case kind::boolean: to.boolean(v.number != 0); break;
  case kind::integer: to.integer(v.number); break;
  case kind::real: to.real(v.real); break;
  case kind::text: to.str(v.text); break;
  case kind::time: append_time(to, v.number); break;
  case kind::duration: append_seconds(to, v.number); break;
  case kind::list:
  case kind::map:
  case kind::bytes: to.raw(v.text); break;
  }
  return true;
}

auto compare(const value& a, const value& b) -> std::partial_ordering {
  if (a.type == kind::integer && b.type == kind::real) return compare_numbers(a.number, b.real);
  if (a.type == kind::real && b.type == kind::integer) return reversed(compare_numbers(b.number, a.real));
  if (a.type != b.type) return std::partial_ordering::unordered;
  switch (a.type) {
  case kind::real: return a.real <=> b.real;
  case kind::integer:
  case kind::time:
  case kind::duration: return a.number <=> b.number;
  case kind::text: return a.text <=> b.text;
  default: return std::partial_ordering::unordered;
  }
}

auto is_equal(const value& a, const value& b) -> bool {
  if (a.type != b.type) return compare(a, b) == 0;
  switch (a.type) {
  case kind::nothing: return false;
  case kind::null: return true;
  case kind::real: return a.real == b.real;
  case kind::text:
  case kind::list:
  case kind::map:
  case kind::bytes: return a.text == b.text;
  default: return a.number == b.number;
  }
}

auto to_text(kinds k) -> std::string {
  struct named {
    kinds k;
    std::string_view name;
  };
  static constexpr auto names = std::array{
      named{numbers, "a number"}, named{texts, "a text"},     named{booleans, "a boolean"},        named{times, "a time"},
      named{durations, "a duration"}, named{nulls, "null"},   named{lists, "a list"},              named{maps, "a map"},
      named{only(kind::bytes), "bytes"}, named{only(kind::pattern), "a /regular expression/"}};
  if ((k & anything) == anything) return "anything";
  auto text = std::string{};
  for (const auto& n : names)
    if ((k & n.k) != 0) text += (text.empty() ? "" : " or ") + std::string{n.name};
  return text.empty() ? "nothing" : text;
}

} // namespace weir::expr
