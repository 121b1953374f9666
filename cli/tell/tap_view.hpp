/// One who looks at what passes some actors of this node: a sample of what fits him, as lines, and counts of all else.
#pragma once

#include "cli/tell/tap_filter.hpp"
#include "cli/tell/tap_news.hpp"
#include "runtime/event/chunk.hpp"
#include "runtime/measure/board_registry.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace weir::cli {

/// How much he can take, and may cost.
struct tap_pace {
  double events_each_second = 200;
  double looked_at_bytes_each_second = 8 << 20;
  std::size_t line_bytes_max = std::size_t{64} << 10; ///< of a record; of a larger one there is the beginning
  std::size_t read_bytes_max = std::size_t{1} << 20;  ///< of one read()
};

struct tap_wish {
  enum class form {
    json, ///< {"time", "tag", "node", "source", "record"}; of a record that is too large "text" and "bytes" instead
    text, ///< TIME TAG RECORD
  };
  std::string component; ///< empty: all collectors
  bool at_exit = false;
  form as = form::json;
};

/// Not thread-safe. Ends with its destruction, whatever it looked at.
class tap_view {
public:
  /// `accepts`: what of a chunk is for the component at all.
  tap_view(tap_wish wish, tap_filter filter, tag_pattern accepts, std::string node, tap_pace pace = {});
  ~tap_view();
  tap_view(const tap_view&) = delete;
  auto operator=(const tap_view&) -> tap_view& = delete;

  /// It looks at those of these that it is about. Whether there are some.
  auto attend(const std::vector<board_registry::known>& actors) -> bool;
  /// Since the last call. What it may cost grows with the time since then, up to that of a second.
  auto read(monotonic_time now) -> tap_news;

private:
  struct walk; ///< through the events of a chunk
  void refill(monotonic_time now);
  void show(const tap_ring::passed& one, double events_most, tap_news& to);
  /// False: no more of the chunk.
  auto show(const event_view& event, walk& at) -> bool;
  auto line_of_event(const event_view& event, const std::string& source) -> std::string;
  auto point_of(const actor_board& of) const -> tap_point&;

  const tap_wish wish_;
  tap_filter filter_;
  const tag_pattern accepts_;
  const std::string node_;
  const tap_pace pace_;
  const std::shared_ptr<tap_ring> ring_ = std::make_shared<tap_ring>();
  std::vector<std::shared_ptr<const actor_board>> actors_;
  monotonic_time refilled_at_{};
  double events_left_ = 0; ///< that may be shown
  double bytes_left_ = 0;  ///< that may be looked at
};

} // namespace weir::cli
