/// The events that pass a component, as `weir top` asks for them and keeps the last ones.
#pragma once

#include "cli/tell/question.hpp"
#include "cli/tell/tap_news.hpp"

#include <cstdint>
#include <deque>
#include <string>

namespace weir::cli {

/// What is tapped; nothing if it is of no component.
struct tap_choice {
  std::string component;
  std::string filter; ///< words "tag:PATTERN", and a text that is to be in the record
  bool is_held = false; ///< nothing new is wanted
  auto operator==(const tap_choice&) const -> bool = default;
};

struct top_event {
  std::uint64_t number = 0;
  std::string at, tag, node, source;
  std::string text; ///< the record as JSON; of a large one the beginning
};

inline constexpr std::size_t tap_events_kept = 500;
inline constexpr std::size_t tap_text_bytes = 4096; ///< of each

struct top_tap {
  std::string component;
  tap_counts counts;
  std::string note; ///< what is wrong
  std::deque<top_event> events; ///< the oldest first

  /// Adds what came; the oldest go.
  void take(const tap_news& news);

private:
  std::uint64_t taken_ = 0;
};

/// What the node is asked for that, as often as there may be something new.
auto question_of_tap(const tap_choice& what, const std::string& session) -> question;

} // namespace weir::cli
