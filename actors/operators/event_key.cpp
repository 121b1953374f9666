#include "actors/operators/event_key.hpp"

#include "runtime/event/msgpack.hpp"
#include "runtime/event/record_path.hpp"
#include "runtime/os/random.hpp"

namespace weir {

/// A sequence of whole msgpack values, so that two different ones never look the same.
auto event_key::bytes_of(const event_view& event, bool with_time) -> std::string_view {
  constexpr auto lacks = std::string_view{"\xc1"}; // no value begins with it
  bytes_.clear();
  auto write = msgpack_writer{bytes_};
  write.str(event.tag);
  if (with_time && !event.is_timed_at_reading) write.integer(event.time_ns);
  for (const auto& path : paths_) {
    const auto value = find_path(event.record, path);
    write.raw(value.empty() ? lacks : value);
  }
  if (paths_.empty()) write.raw(event.record);
  return bytes_.view();
}

auto random_siphash_key() -> siphash_key { return {random_id(), random_id()}; }

} // namespace weir
