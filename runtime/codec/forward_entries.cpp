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

/// `out` is the time that the number stands for, or now if it stands for none.
void take_number(std::optional<std::int64_t> time_ns, const forward_time_rules& rules, forward_event& out) {
  out.time_ns = time_ns.value_or(rules.now_ns);
  out.is_time_lost = !time_ns;
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
    if (out.time_ns < second_ns) out.time_ns = rules.now_ns;
    return event;
  }
  if (read.peek() == msgpack_type::real) {
    if (!read.real(real) || !std::isfinite(real)) return invalid;
    return take_number(epoch_time(real, rules.unit), rules, out), event;
  }
  if (read.nil()) return out.time_ns = rules.now_ns, event;
  if (read.unsigned_integer(natural))
    number = static_cast<std::int64_t>(std::min<std::uint64_t>(natural, INT64_MAX));
  else if (!read.integer(number))
    return invalid;
  if (natural > INT64_MAX) return take_number(std::nullopt, rules, out), event;
  return take_number(number == 0 ? rules.now_ns : epoch_time(number, rules.unit), rules, out), event;
}

/// `[time, metadata*]` or a time alone.
auto read_time(std::string_view time, const forward_time_rules& rules, forward_event& out)
    -> forward_entry_kind {
  auto read = msgpack_reader{time};
  auto count = std::uint32_t{0};
  out.metadata = {};
  out.is_time_lost = false;
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

void forward_entries::add(std::string_view entry, bool plain) {
  ++entry_count_;
  // An entry that no run may hold goes on alone.
  plain = plain && entry.size() <= run_bytes_max;
  if (!runs_.empty()) {
    auto& last = runs_.back();
    const auto joined = last.bytes.size() + entry.size();
    const auto fits = last.plain == plain && joined <= run_bytes_max;
    if (fits || runs_.size() >= runs_max) {
      last.plain = fits && plain;
      last.bytes = {last.bytes.data(), joined};
      ++last.count;
      return;
    }
  }
  runs_.push_back({entry, 1, plain});
}

auto forward_entries::walk_packed(std::string_view bytes) -> result<void> {
  clear();
  auto read = msgpack_reader{bytes};
  while (!read.at_end()) {
    const auto* begin = read.at();
    auto plain = !all_odd_ && skip_plain(read);
    if (!plain) {
      // A reader that failed half-way into an entry begins anew at its first byte.
      read = msgpack_reader{{begin, static_cast<std::size_t>(bytes.data() + bytes.size() - begin)}};
      const auto out_of_step = read.peek() == msgpack_type::integer;
      if (out_of_step || !read.skip())
        return error{errc::malformed, "the payload is damaged or cut off at byte "
                                          + std::to_string(begin - bytes.data()) + " of "
                                          + std::to_string(bytes.size())};
    }
    add({begin, static_cast<std::size_t>(read.at() - begin)}, plain);
  }
  return {};
}

auto forward_entries::walk_array(std::string_view bytes, std::uint32_t count) -> result<void> {
  clear();
  auto read = msgpack_reader{bytes};
  for (std::uint32_t i = 0; i < count; ++i) {
    const auto* begin = read.at();
    auto plain = !all_odd_ && skip_plain(read);
    if (!plain) {
      read = msgpack_reader{{begin, static_cast<std::size_t>(bytes.data() + bytes.size() - begin)}};
      if (!read.skip()) return error{errc::malformed, "the entries are damaged or cut off"};
    }
    add({begin, static_cast<std::size_t>(read.at() - begin)}, plain);
  }
  return {};
}

} // namespace weir
