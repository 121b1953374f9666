/// What came of a tap since it was asked last, and how nodes and commands hand that on.
//
//  "PASSED SHOWN UNFIT LEFT_OUT" or "absent", then lines: "! PROBLEM", or an event
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir::cli {

/// passed = shown + unfit + left_out.
struct tap_counts {
  std::uint64_t passed = 0;
  std::uint64_t shown = 0;
  std::uint64_t unfit = 0;    ///< not what is asked for
  std::uint64_t left_out = 0; ///< more than can be shown: nobody looked whether it is

  void add(const tap_counts& more);
};

struct tap_news {
  bool is_absent = false; ///< nothing of the component is there
  tap_counts counts;
  std::vector<std::string> problems; ///< why something is missing
  std::vector<std::string> events;   ///< each a line, that begins neither with "!" nor with a blank

  void add(tap_news more);
};

auto to_text(const tap_news& news) -> std::string;
/// Nothing if it is no such text. Total: it comes from another node.
auto parse_tap_news(std::string_view text) -> std::optional<tap_news>;

} // namespace weir::cli
