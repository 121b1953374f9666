/// What tells events apart for operators that look at one event in the light of others.
#pragma once

#include "actors/operators/operator.hpp"
#include "runtime/base/byte_buffer.hpp"
#include "runtime/base/siphash.hpp"

#include <string>
#include <vector>

namespace weir {

/// A hash of an event's tag and of what it has at some paths; of no path, of the whole record. A field that is not there
/// differs from all that are. Not thread-safe: keeps scratch memory.
class event_key {
public:
  event_key(std::vector<std::string> paths, siphash_key key) : paths_(std::move(paths)), key_(key) {}

  auto narrow(const event_view& event) -> std::uint64_t { return siphash64(key_, bytes_of(event, false)); }
  auto wide(const event_view& event) -> std::array<std::uint64_t, 2> { return siphash128(key_, bytes_of(event, false)); }
  /// With the time as well, unless that is merely when the event was read, which may be another one the next time.
  auto narrow_with_time(const event_view& event) -> std::uint64_t { return siphash64(key_, bytes_of(event, true)); }

private:
  auto bytes_of(const event_view& event, bool with_time) -> std::string_view;

  std::vector<std::string> paths_;
  siphash_key key_;
  byte_buffer bytes_;
};

/// A key that nobody knows who could write events for it.
auto random_siphash_key() -> siphash_key;

} // namespace weir
