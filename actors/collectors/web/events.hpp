/// The events of one request, all made before the first of them is put.
#pragma once

#include "runtime/base/byte_buffer.hpp"
#include "runtime/event/repeated_keys.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

class web_events {
public:
  /// What one request may bring: an event costs more than its bytes.
  static constexpr std::size_t events_max = 1'000'000;

  struct item {
    std::optional<std::int64_t> time_ns; ///< nothing: that of its arrival
    std::uint32_t tag = 0;
    std::uint32_t bytes = 0;
  };

  void clear();
  /// `record` is one msgpack map, whole; of keys that repeat in it the last one counts. False: there are events_max already.
  auto add(std::string_view tag, std::optional<std::int64_t> time_ns, std::string_view record) -> bool;
  /// In place of an event that was sent and is none.
  auto add_nothing(std::string_view reason) -> bool;

  auto size() const -> std::size_t { return items_.size(); }
  auto bytes() const -> std::size_t { return records_.size(); }
  auto items() const -> const std::vector<item>& { return items_; }
  auto records() const -> std::string_view { return records_.view(); }
  auto tag(const item& of) const -> const std::string& { return tags_[of.tag]; }
  /// By reason, as many as add_nothing() was told of.
  auto dropped() const -> const std::map<std::string, std::uint64_t, std::less<>>& { return dropped_; }
  auto dropped_count() const -> std::uint64_t;

private:
  auto number_of(std::string_view tag) -> std::uint32_t;

  std::vector<item> items_;
  byte_buffer records_; ///< back to back, in the order of items_
  std::vector<std::string> tags_;
  std::map<std::string, std::uint32_t, std::less<>> numbers_;
  std::uint32_t last_tag_ = 0;
  std::map<std::string, std::uint64_t, std::less<>> dropped_;
  repeated_keys repeated_;
  byte_buffer distinct_;
};

} // namespace weir
