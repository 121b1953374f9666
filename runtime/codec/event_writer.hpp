/// The interface of formats: entries in, text (or bytes) out.
#pragma once

#include "runtime/base/byte_buffer.hpp"
#include "runtime/event/entry.hpp"
#include "runtime/event/msgpack.hpp"

#include <cstdint>
#include <cstring>
#include <limits>
#include <string_view>

namespace weir {

/// How far to write: times t with begin_ns <= t < end_ns and so many bytes; everything, unless narrowed.
struct write_bounds {
  std::int64_t begin_ns = std::numeric_limits<std::int64_t>::min();
  std::int64_t end_ns = std::numeric_limits<std::int64_t>::max();
  /// Enough in `out`: one more event is written while it holds less.
  std::size_t bytes_max = std::numeric_limits<std::size_t>::max();

  auto contains(std::int64_t time_ns) const noexcept -> bool {
    return time_ns >= begin_ns && time_ns < end_ns;
  }
};

struct written_run {
  enum class stop {
    end,       ///< nothing is left
    outside,   ///< the next entry is not in the times
    full,      ///< `out` holds enough
    malformed, ///< what is left is not an entry
  };
  std::uint64_t events = 0;
  stop why = stop::end;
};

/// Formats the entries of one section after the other. Not thread-safe: keeps scratch memory.
class event_writer {
public:
  virtual ~event_writer() = default;
  /// What follows has this tag; the bytes need not outlive the call.
  virtual void begin_section(std::string_view tag) = 0;
  /// Takes entries (runtime/event/entry.hpp) from the front of `entries` and appends them to `out` while
  /// they are within the bounds. Total: any byte string is a valid argument; a malformed entry appends
  /// nothing.
  virtual auto write(byte_buffer& out, std::string_view& entries, const write_bounds& bounds)
      -> written_run = 0;
};

/// Takes `0x92 time` from the front of `entries`. EventTime, which we write ourselves, is read in place.
inline auto take_entry_head(std::string_view& entries, std::int64_t& time_ns) noexcept -> bool {
  if (entries.size() >= entry_head_bytes && std::memcmp(entries.data(), "\x92\xd7\x00", 3) == 0) [[likely]] {
    std::uint32_t words[2];
    std::memcpy(words, entries.data() + 3, sizeof words);
    time_ns = std::int64_t{__builtin_bswap32(words[0])} * 1'000'000'000 + __builtin_bswap32(words[1]);
    entries.remove_prefix(entry_head_bytes);
    return true;
  }
  auto read = msgpack_reader{entries};
  if (!read.entry_head(time_ns)) return false;
  entries = read.rest();
  return true;
}

/// The loop of every format: `put(time_ns, rest)` takes the record, one msgpack map, from the front of `rest`
/// and writes the event, or returns false if the record is malformed.
template <class Put>
auto write_run(const byte_buffer& out, std::string_view& entries, const write_bounds& bounds, Put&& put)
    -> written_run {
  auto run = written_run{};
  while (!entries.empty()) {
    if (out.size() >= bounds.bytes_max) return {run.events, written_run::stop::full};
    auto rest = entries;
    auto time_ns = std::int64_t{0};
    if (!take_entry_head(rest, time_ns)) return {run.events, written_run::stop::malformed};
    if (!bounds.contains(time_ns)) return {run.events, written_run::stop::outside};
    if (!put(time_ns, rest)) return {run.events, written_run::stop::malformed};
    entries = rest;
    ++run.events;
  }
  return run;
}

} // namespace weir
