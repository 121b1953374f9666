/// The chunk: unit of buffering, transfer, acknowledgement and de-duplication.
#pragma once

#include "runtime/base/byte_buffer.hpp"
#include "runtime/event/index_ranges.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

/// Given once, by the collector that closed the chunk; every later hop carries it unchanged.
struct chunk_id {
  std::uint64_t origin = 0;   ///< one start of a collector; random
  std::uint64_t sequence = 0; ///< gapless per origin, from 1
  auto operator<=>(const chunk_id&) const = default;
};

struct chunk_id_hash {
  auto operator()(const chunk_id& id) const -> std::size_t {
    return id.origin * 0x9E3779B97F4A7C15ULL ^ id.sequence;
  }
};

/// A range that begins where a stream ends and ends here says: the stream is over, forget it.
inline constexpr std::uint64_t end_of_stream = UINT64_MAX;

/// A stream whose name begins so means something to its collector's process only, and rides in no chunk.
inline constexpr char local_stream_mark = '!';

inline auto is_local_stream(std::string_view stream) -> bool { return stream.starts_with(local_stream_mark); }

/// What part of a source stream a chunk covers; a source can resume behind it.
struct position_range {
  std::string stream; ///< opaque to all but the source: a file's identity, a connection, …
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  auto operator==(const position_range&) const -> bool = default;
};

/// A run of entries of one tag inside a body.
struct section {
  std::string tag;
  std::uint32_t count = 0; ///< entries
  std::uint32_t bytes = 0; ///< of the body; sections follow each other without gaps
  std::uint32_t cuts = 0;  ///< bytes of chunk::cuts, in the same order; 0: nothing is known of its events' positions
};

/// Immutable bytes shared by everyone who holds the chunk.
class shared_bytes {
public:
  shared_bytes() = default;
  explicit shared_bytes(byte_buffer bytes)
      : owner_(std::make_shared<const byte_buffer>(std::move(bytes))), view_(owner_->view()) {}
  explicit shared_bytes(std::shared_ptr<const byte_buffer> bytes)
      : owner_(std::move(bytes)), view_(owner_->view()) {}
  /// A part of the same buffer; keeps all of it alive.
  auto slice(std::size_t offset, std::size_t size) const -> shared_bytes;
  auto view() const -> std::string_view { return view_; }
  auto size() const -> std::size_t { return view_.size(); }

private:
  std::shared_ptr<const byte_buffer> owner_;
  std::string_view view_;
};

struct chunk {
  chunk_id id;
  std::int64_t time_min_ns = 0; ///< of the events inside
  std::int64_t time_max_ns = 0;
  std::int64_t closed_ns = 0; ///< wall clock when the collector closed it: what delay is measured from
  std::uint64_t count = 0;    ///< events
  /// Every sequence of this origin below it was settled when the chunk was closed and will never be sent
  /// again: receivers fold what they remember of the origin up to here.
  std::uint64_t settled_below = 1;
  std::string source; ///< the collector that closed it; positions are of its streams
  std::vector<section> sections;
  std::vector<position_range> positions;
  /// What every sink has of the source's streams, as far as it became known since an earlier chunk said so.
  std::vector<position_range> settled;
  /// It has no events, and goes to each of a component's actors instead of one: whoever is asked by a collector that starts
  /// has to know these positions.
  bool is_notice = false;
  /// The receiver that passes it on: this copy is held in case that one does not. Empty: its owner passes it on.
  std::string copy_of;
  std::string cuts; ///< where in `positions` each event was born: runtime/event/cuts.hpp
  /// Events whose time is none of their own, but that of the clock when they were read: if they are read again they have
  /// another one. In order, neither overlapping nor adjacent.
  std::vector<index_range> timed_at_reading;
  shared_bytes body;

  auto is_timed_at_reading(std::uint64_t index) const -> bool { return contains(timed_at_reading, index); }

  /// What demand and buffers count: the body and the tables.
  auto footprint_bytes() const -> std::size_t;
};

using chunk_ptr = std::shared_ptr<const chunk>;

/// Calls `visit(section, entries)` for each section, `entries` being its part of the body.
template <class Visitor> void for_each_section(const chunk& c, Visitor&& visit) {
  auto offset = std::size_t{0};
  for (const auto& s : c.sections) {
    visit(s, c.body.view().substr(offset, s.bytes));
    offset += s.bytes;
  }
}

/// Since its collector closed it; 0 if the clock of that one is ahead.
inline auto delay_of(const chunk& c, std::int64_t wall_ns) -> std::uint64_t {
  return wall_ns > c.closed_ns ? static_cast<std::uint64_t>(wall_ns - c.closed_ns) : 0;
}

} // namespace weir
