/// Several outlets over one stream of chunks: a chunk is settled when every outlet has its ack.
#pragma once

#include "runtime/flow/outlet.hpp"

#include <algorithm>
#include <map>
#include <vector>

namespace weir {

class fan_out {
public:
  explicit fan_out(const std::vector<outlet_settings>& settings);

  void push(const chunk_ptr& c, monotonic_time now);
  /// Acks from one outlet; returns the chunks that are settled by them.
  auto ack(std::size_t outlet_index, const std::vector<chunk_id>& ids) -> std::vector<chunk_ptr>;

  auto at(std::size_t index) -> outlet& { return outlets_[index]; }
  auto size() const -> std::size_t { return outlets_.size(); }
  auto outlets() const -> const std::vector<outlet>& { return outlets_; }

  /// What the slowest outlet has room for.
  auto room_bytes() const -> std::uint64_t;
  auto is_hungry() const -> bool;
  auto deadline() const -> std::optional<monotonic_time>;
  /// Bytes of chunks that some outlet still waits for; each chunk counts once.
  auto unsettled_bytes() const -> std::uint64_t { return unsettled_bytes_; }
  auto unsettled_events() const -> std::uint64_t { return unsettled_events_; }
  auto unsettled_chunks() const -> std::size_t { return pending_.size(); }
  auto oldest_closed_ns() const -> std::int64_t;

private:
  struct pending {
    std::size_t outlets = 0;
    std::uint64_t bytes = 0;
    std::int64_t closed_ns = 0;
  };
  std::vector<outlet> outlets_;
  std::map<chunk_id, pending> pending_;
  std::uint64_t unsettled_bytes_ = 0;
  std::uint64_t unsettled_events_ = 0;
};

} // namespace weir
