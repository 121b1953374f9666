/// The interface of formats: entries in, text (or bytes) out.
#pragma once

#include "runtime/base/byte_buffer.hpp"

#include <cstdint>
#include <limits>
#include <string_view>

namespace weir {

/// The times t with begin_ns <= t < end_ns; all times, unless narrowed.
struct time_window {
  std::int64_t begin_ns = std::numeric_limits<std::int64_t>::min();
  std::int64_t end_ns = std::numeric_limits<std::int64_t>::max();

  auto contains(std::int64_t time_ns) const noexcept -> bool {
    return time_ns >= begin_ns && time_ns < end_ns;
  }
};

struct written_run {
  enum class stop {
    end,       ///< nothing is left
    outside,   ///< the next entry is not in the window
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
  /// they are in the window. Total: any byte string is a valid argument; a malformed entry appends nothing.
  virtual auto write(byte_buffer& out, std::string_view& entries, const time_window& window)
      -> written_run = 0;
};

/// Reads the time and the record's place of each entry and has `put(time_ns, record)` write it; `put` takes
/// the record, one msgpack map, from the front of what it is given, or returns false if it is malformed.
template <class Head, class Put>
auto write_run(std::string_view& entries, const time_window& window, Head&& head, Put&& put) -> written_run {
  auto run = written_run{};
  while (!entries.empty()) {
    auto rest = entries;
    auto time_ns = std::int64_t{0};
    if (!head(rest, time_ns)) return {run.events, written_run::stop::malformed};
    if (!window.contains(time_ns)) return {run.events, written_run::stop::outside};
    if (!put(time_ns, rest)) return {run.events, written_run::stop::malformed};
    entries = rest;
    ++run.events;
  }
  return run;
}

} // namespace weir
