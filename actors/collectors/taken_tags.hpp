/// Which tags the sinks behind a collector take; looks closely only where a tag is not the one before it.
#pragma once

#include "runtime/event/tag_counts.hpp"
#include "runtime/event/tag_pattern.hpp"
#include "runtime/os/clock.hpp"

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

/// What each of the sinks matches; absent where all tags are taken.
using sink_patterns = std::shared_ptr<const std::vector<tag_pattern>>;

class taken_tags {
public:
  explicit taken_tags(sink_patterns by) : by_(std::move(by)) {}

  auto takes(std::string_view tag) -> bool {
    if (!by_) return true;
    if (latest_ == nullptr || latest_->first != tag) look_up(tag);
    return latest_->second;
  }

private:
  using verdicts = std::map<std::string, bool, std::less<>>;
  void look_up(std::string_view tag);

  sink_patterns by_;
  verdicts known_;
  const verdicts::value_type* latest_ = nullptr;
};

/// Says at most once a minute which events no sink took.
class untaken_report {
public:
  /// `all` are the counts since the beginning; empty if nothing is to be said now. The last
  /// report does not wait for its minute.
  auto text(const tag_counts& all, monotonic_time now, bool is_last) -> std::string;

private:
  tag_counts told_;
  monotonic_time again_at_{};
};

} // namespace weir
