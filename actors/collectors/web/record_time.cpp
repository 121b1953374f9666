#include "actors/collectors/web/record_time.hpp"

#include "runtime/base/assert.hpp"
#include "runtime/event/msgpack.hpp"

namespace weir {
namespace {

auto parser_of_times(const clock& now) -> time_parser {
  auto made = time_parser::compile({}, time_zone{}, now);
  WEIR_ASSERT(static_cast<bool>(made)); // the format without a name
  return std::move(*made);
}

auto held(std::optional<std::int64_t> time_ns) -> std::optional<std::int64_t> {
  return time_ns && is_event_time(*time_ns) ? time_ns : std::nullopt;
}

/// `0x92 EventTime` is how an entry begins.
auto time_of_ext(std::string_view value) -> std::optional<std::int64_t> {
  auto entry = std::string{"\x92"}.append(value);
  auto time_ns = std::int64_t{0};
  return msgpack_reader{entry}.entry_head(time_ns) ? std::optional{time_ns} : std::nullopt;
}

} // namespace

record_time::record_time(std::string key, bool keeps, const clock& now)
    : key_(std::move(key)), keeps_(keeps), texts_(parser_of_times(now)) {}

auto record_time::of(std::string_view value) -> std::optional<std::int64_t> {
  auto read = msgpack_reader{value};
  auto whole = std::int64_t{0};
  auto real = double{};
  auto text = std::string_view{};
  if (read.integer(whole)) return held(time_of_number(whole, time_unit::by_magnitude));
  if (read.str(text)) return texts_.parse(text);
  if (read.peek() == msgpack_type::ext) return held(time_of_ext(value));
  return read.peek() == msgpack_type::real && read.real(real) ? held(time_of_number(real, time_unit::by_magnitude)) : std::nullopt;
}

auto record_time::take(std::string_view record) -> timed_record {
  if (key_.empty()) return {std::nullopt, record};
  const auto value = find_field(record, key_);
  const auto time_ns = value.empty() ? std::nullopt : of(value);
  if (!time_ns || keeps_) return {time_ns, record};
  auto read = msgpack_reader{record};
  auto write = msgpack_writer{rest_};
  auto count = std::uint32_t{0};
  if (!read.map(count)) return {time_ns, record};
  rest_.clear();
  const auto mark = write.open();
  auto left = std::uint32_t{0};
  for (; count > 0; --count) {
    const auto* const begin = read.at();
    auto key = std::string_view{};
    const auto is_time = read.str_or_bin(key) && key == key_;
    if (read.at() == begin && !read.skip()) break;
    if (!read.skip()) break;
    if (is_time) continue;
    write.raw({begin, static_cast<std::size_t>(read.at() - begin)});
    ++left;
  }
  write.close_map(mark, left);
  return {time_ns, rest_.view()};
}

} // namespace weir
