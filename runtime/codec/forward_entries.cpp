#include "runtime/codec/forward_entries.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace weir {
namespace {

constexpr auto second_ns = std::int64_t{1'000'000'000};
constexpr auto marker_seconds_min = std::int64_t{0xFFFFFFFE};
/// More than any honest message changes between plain and odd entries; bounds the memory for runs.
constexpr auto runs_max = std::size_t{4096};

/// Whether a time that entry_head() accepted may stay as it is.
auto is_plain_time(std::int64_t time_ns) -> bool {
  return time_ns >= second_ns && time_ns < marker_seconds_min * second_ns;
}

auto is_marker(std::int64_t time_ns) -> bool {
  return time_ns == marker_seconds_min * second_ns || time_ns == (marker_seconds_min + 1) * second_ns;
}

auto event_time(std::string_view bytes) -> std::int64_t {
  auto seconds = std::uint32_t{0};
  auto nanoseconds = std::uint32_t{0};
  std::memcpy(&seconds, bytes.data(), 4);
  std::memcpy(&nanoseconds, bytes.data() + 4, 4);
  return std::int64_t{__builtin_bswap32(seconds)} * second_ns + __builtin_bswap32(nanoseconds);
}

void take_now(const forward_time_rules& rules, forward_event& out) {
  out.time_ns = rules.now_ns;
  out.is_timed_at_reading = true;
}

/// `out` is the time that the number stands for, or now if it stands for none.
void take_number(std::optional<std::int64_t> time_ns, const forward_time_rules& rules, forward_event& out) {
  out.is_time_lost = !time_ns;
  time_ns ? void(out.time_ns = *time_ns) : take_now(rules, out);
}

auto normalise_time(msgpack_reader& read, const forward_time_rules& rules, forward_event& out)
    -> forward_entry_kind {
  using enum forward_entry_kind;
  auto type = std::int8_t{0};
  auto bytes = std::string_view{};
  auto natural = std::uint64_t{0};
  auto number = std::int64_t{0};
  auto real = 0.0;
  if (read.ext(type, bytes)) {
    if (type != 0 || bytes.size() != 8) return invalid;
    out.time_ns = event_time(bytes);
    if (is_marker(out.time_ns)) return nothing;
    if (out.time_ns < second_ns) take_now(rules, out);
    return event;
  }
  if (read.peek() == msgpack_type::real) {
    if (!read.real(real) || !std::isfinite(real)) return invalid;
    return take_number(time_of_number(real, rules.unit), rules, out), event;
  }
  if (read.nil()) return take_now(rules, out), event;
  if (read.unsigned_integer(natural))
    number = static_cast<std::int64_t>(std::min<std::uint64_t>(natural, INT64_MAX));
  else if (!read.integer(number))
    return invalid;
  if (natural > INT64_MAX) return take_number(std::nullopt, rules, out), event;
  if (number == 0) return take_now(rules, out), event;
  return take_number(time_of_number(number, rules.unit), rules, out), event;
}

/// `[time, metadata*]` or a time alone.
auto read_time(std::string_view time, const forward_time_rules& rules, forward_event& out)
    -> forward_entry_kind {
  auto read = msgpack_reader{time};
  auto count = std::uint32_t{0};
  out.metadata = {};
  out.is_time_lost = out.is_timed_at_reading = false;
  if (!read.array(count)) return normalise_time(read, rules, out);
  if (count == 0) return forward_entry_kind::invalid;
  const auto kind = normalise_time(read, rules, out);
  if (kind == forward_entry_kind::event && count > 1 && read.peek() == msgpack_type::map)
    (void)read.value(out.metadata);
  return kind;
}

} // namespace

auto normalise(std::string_view time, std::string_view record, const forward_time_rules& rules,
               forward_event& out) -> forward_entry_kind {
  const auto type = msgpack_reader{record}.peek();
  if (type == msgpack_type::nil) return forward_entry_kind::nothing;
  if (type != msgpack_type::map) return forward_entry_kind::invalid;
  out.record = record;
  return read_time(time, rules, out);
}

auto next_forward_entry(msgpack_reader& from, const forward_time_rules& rules, forward_event& out)
    -> forward_entry_kind {
  auto whole = std::string_view{};
  if (!from.value(whole)) return forward_entry_kind::invalid;
  auto read = msgpack_reader{whole};
  auto count = std::uint32_t{0};
  auto time = std::string_view{};
  auto record = std::string_view{};
  if (!read.array(count) || count < 2 || !read.value(time) || !read.value(record))
    return forward_entry_kind::invalid;
  return normalise(time, record, rules, out);
}

auto forward_entries::skip_plain(msgpack_reader& read) -> bool {
  auto time_ns = std::int64_t{0};
  if (!read.entry_head(time_ns) || !is_plain_time(time_ns) || read.peek() != msgpack_type::map) return false;
  auto bytes = records_.skip(read.rest());
  if (bytes == 0) bytes = repeated_.skip_distinct(read.rest());
  if (bytes == 0) return false;
  read.advance(bytes);
  return true;
}

void forward_entries::clear() {
  runs_.clear();
  entry_count_ = 0;
}

void forward_entries::add(std::string_view entries, std::uint32_t count, bool plain) {
  entry_count_ += count;
  // An entry that no run may hold goes on alone.
  plain = plain && entries.size() <= run_bytes_max;
  if (!runs_.empty()) {
    auto& last = runs_.back();
    const auto joined = last.bytes.size() + entries.size();
    const auto fits = last.plain == plain && joined <= run_bytes_max;
    if (fits || runs_.size() >= runs_max) {
      last.plain = fits && plain;
      last.bytes = {last.bytes.data(), joined};
      last.count += count;
      return;
    }
  }
  runs_.push_back({entries, count, plain});
}

/// 0x92 0xd7 0x00 seconds u32be nanoseconds u32be, and a record that resembles the last one.
auto forward_entries::skip_common(const char* at, const char* end) -> std::size_t {
  constexpr auto head = std::string_view{"\x92\xd7\0", 3};
  constexpr auto head_bytes = std::size_t{11};
  if (end - at <= static_cast<std::ptrdiff_t>(head_bytes) || std::memcmp(at, head.data(), head.size()) != 0)
    return 0;
  auto seconds = std::uint32_t{0};
  std::memcpy(&seconds, at + head.size(), sizeof seconds);
  seconds = __builtin_bswap32(seconds);
  // Zero and the markers, also with too many nanoseconds, are looked at more closely.
  constexpr auto seconds_max = static_cast<std::uint32_t>(marker_seconds_min) - 5;
  if (seconds == 0 || seconds > seconds_max) return 0;
  at += head_bytes;
  const auto bytes = records_.skip({at, static_cast<std::size_t>(end - at)});
  return bytes == 0 ? 0 : head_bytes + bytes;
}

auto forward_entries::add_common(const char* at, const char* end, std::uint64_t entries_max) -> std::uint64_t {
  const auto* const begin = at;
  auto count = std::uint32_t{0};
  while (count < entries_max) {
    const auto bytes = skip_common(at, end);
    if (bytes == 0 || static_cast<std::size_t>(at - begin) + bytes > run_bytes_max) break;
    at += bytes;
    ++count;
  }
  if (count > 0) add({begin, static_cast<std::size_t>(at - begin)}, count, true);
  return count;
}

auto forward_entries::add_one(msgpack_reader& read) -> bool {
  const auto rest = read.rest();
  const auto plain = !all_odd_ && skip_plain(read);
  if (!plain) {
    // A reader that failed half-way into an entry begins anew at its first byte.
    read = msgpack_reader{rest};
    if (!read.skip()) return false;
  }
  add(rest.substr(0, rest.size() - read.rest().size()), 1, plain);
  return true;
}

auto forward_entries::walk_packed(std::string_view bytes) -> result<void> {
  clear();
  auto read = msgpack_reader{bytes};
  while (!read.at_end()) {
    if (!all_odd_ && add_common(read.at(), bytes.data() + bytes.size(), UINT64_MAX) > 0) {
      const auto* behind = runs_.back().bytes.data() + runs_.back().bytes.size();
      read.advance(static_cast<std::size_t>(behind - read.at()));
      continue;
    }
    const auto begin = read.at() - bytes.data();
    if (read.peek() == msgpack_type::integer || !add_one(read))
      return error{errc::malformed, "the payload is damaged or cut off at byte " + std::to_string(begin)
                                        + " of " + std::to_string(bytes.size())};
  }
  return {};
}

auto forward_entries::walk_array(std::string_view bytes, std::uint32_t count) -> result<void> {
  clear();
  auto read = msgpack_reader{bytes};
  while (entry_count_ < count) {
    if (!all_odd_ && add_common(read.at(), bytes.data() + bytes.size(), count - entry_count_) > 0) {
      const auto* behind = runs_.back().bytes.data() + runs_.back().bytes.size();
      read.advance(static_cast<std::size_t>(behind - read.at()));
    } else if (!add_one(read)) {
      return error{errc::malformed, "the entries are damaged or cut off"};
    }
  }
  return {};
}

} // namespace weir
