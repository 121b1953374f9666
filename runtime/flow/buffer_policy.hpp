/// How an aggregator's buffer behaves, as its settings say.
#pragma once

namespace weir {

/// When what is written to a chunk log is on the device.
enum class sync_policy {
  always,   ///< a chunk is safe when it is on the device
  interval, ///< it is safe when written; the device follows at least every sync_interval
  os,       ///< it is safe when written; the device follows when the system likes
};

/// What happens to a chunk for which the log has no room.
enum class full_policy {
  block,       ///< it waits, and with it its sender
  drop_oldest, ///< what has been in the log longest makes room
  drop_newest, ///< it is dropped
};

} // namespace weir
