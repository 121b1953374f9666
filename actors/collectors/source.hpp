/// The plug-in interface of collectors: a source gives events and the position behind them.
#pragma once

#include "actors/plugin.hpp"
#include "runtime/base/result.hpp"
#include "runtime/event/births.hpp"
#include "runtime/event/chunk.hpp"
#include "runtime/event/event.hpp"
#include "runtime/parser/parser.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace weir {

struct observation;

/// Where a source puts what it read. Lines go through the collector's parser and operators,
/// entries through its operators; both end in the chunk under construction.
class intake {
public:
  virtual ~intake() = default;
  /// One line without its line ending; line_padding bytes behind it must be readable. If no time is found in it, it has
  /// that of the clock, `now_ns`, and its chunk says so.
  virtual void line(std::string_view tag, std::int64_t now_ns, std::string_view line) = 0;
  virtual void event(const event_view& event) = 0;
  /// `count` whole, valid entries (runtime/event/entry.hpp) back to back; at most 512 KiB a call.
  virtual void entries(std::string_view tag, std::string_view entries, std::uint32_t count) = 0;
  /// Every line that is put next gets these fields, unless its record has them: key-value pairs in msgpack, keys are str.
  /// The bytes stay until the next call.
  virtual void attach(std::string_view /*fields*/, std::uint32_t /*count*/) {}
  /// What is put next is of this stream, up to the next call. For sources whose events may be joined with later ones of the
  /// stream, beyond a save point: without it nothing is held back longer. An empty one: what is put may be joined with what
  /// comes next, whichever streams that is of, and these are covered in their order.
  virtual void enter(std::string_view /*stream*/) {}
  /// Where in its stream the next line, event or run of entries begins; the entries of a run are one apart. Stores
  /// know events again by it, so it has to mean the same one in every process. What is put without another call is
  /// one more event of the same position.
  void born_at(std::uint64_t position) { next_ = {position, 0}; }
  /// What is put next has no position by which a store could know it again.
  void born_nowhere() { next_ = {}; }
  /// Counts what was read but cannot become an event ("invalid entry", "line too long").
  virtual void drop(std::string_view reason, std::uint64_t events = 1) = 0;
  /// Everything put so far covers `stream` from `begin` to `end`. A save point: chunks are cut only here, and a
  /// source that fails is restarted from the last one. Call it at least every few hundred KiB.
  virtual void covered(std::string_view stream, std::uint64_t begin, std::uint64_t end) = 0;
  /// As covered(), of a range without events: but not only whoever gets the next chunk is told, but everybody who may be
  /// asked by a later process where to go on. For what that must not find unknown.
  virtual void tell_all(std::string_view stream, std::uint64_t begin, std::uint64_t end) { covered(stream, begin, end); }
  /// What the events since the last save point have become; for whoever can make one wherever it likes.
  virtual auto unsaved_bytes() const -> std::size_t { return 0; }

protected:
  /// Of what is put; counted here, so that no filter behind it changes what the others are called.
  auto take_birth() -> birth { return next_.is_known() ? birth{next_.position, next_.ordinal++} : birth{}; }

private:
  birth next_;
};

/// So much of unsaved_bytes() calls for a save point: short lines may become large events.
inline constexpr std::size_t unsaved_bytes_max = std::size_t{4} << 20;

/// What earlier instances of a source handed on: ranges by stream, in order, as its covered() calls said.
struct resume_info {
  /// Never put again. There may be holes between the ranges of a stream: what died on its way to one of
  /// several receivers. They are put again if they are still to be had.
  std::vector<position_range> covered;
  /// Put again, though some receivers have them: their streams are known by these.
  std::vector<position_range> elsewhere;
};

enum class read_status {
  more,     ///< the budget is used up, or there is more to read at once
  idle,     ///< nothing now: wake me by wake_fd() or wake_at()
  finished, ///< nothing ever again (only with --once, or at the end of a pipe)
};

/// Lives in one collector actor; all calls come from one thread at a time.
/// It has no thread, queue or retry of its own; it may throw, and is then made anew.
class source {
public:
  virtual ~source() = default;
  /// Opens what others connect to. open() follows when it is known where to go on; meanwhile read() is called
  /// without a budget, so that whoever connects is answered.
  virtual auto listen() -> result<void> { return {}; }
  /// Called once before the first read with a budget; `resume` is empty at the first start.
  virtual auto open(const resume_info& resume) -> result<void> = 0;
  /// Puts about `budget` bytes of events into `out`, then returns. Never blocks.
  virtual auto read(intake& out, std::size_t budget) -> result<read_status> = 0;
  /// All events that covered these positions are safe. Comes in the order of the covered() calls.
  virtual void acknowledge(std::span<const position_range> /*safe*/) {}
  /// What everybody has to know (intake::tell_all()), to be told to who is new.
  virtual auto standing() const -> std::vector<position_range> { return {}; }
  /// A descriptor that polls readable when read() has something to do; -1 if there is none.
  virtual auto wake_fd() const -> int { return -1; }
  /// When read() wants to be called again even if nothing woke it.
  virtual auto wake_at() const -> std::optional<monotonic_time> { return std::nullopt; }
  /// How long to leave a source alone that gave little and then nothing: longer costs delay, less wake-ups.
  virtual auto pause() const -> std::chrono::nanoseconds { return std::chrono::milliseconds{4}; }
  /// A few words for status: "12 files, 3 rotated". Cheap.
  virtual auto summary() const -> std::string { return {}; }
  /// Adds what only the source knows: problems, files, what is noted so far. Called a few times a second; cheap.
  virtual void observe(observation& /*to*/) const {}
  /// Whether nothing is half read or unacknowledged on the outside, so that --once may end.
  virtual auto is_settled() const -> bool { return true; }
};

using source_plugin = plugin<source>;
template <class T> using register_source = register_plugin<source, T>;

} // namespace weir
