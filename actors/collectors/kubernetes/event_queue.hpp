/// Events of a cluster between the API server and a chunk, in the order of their versions, each once.
#pragma once

#include "actors/collectors/kubernetes/api_watch.hpp"
#include "runtime/base/interval_set.hpp"
#include "runtime/parser/time_format.hpp"

#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <vector>

namespace weir {

struct cluster_event {
  std::uint64_t version = 0;
  std::uint64_t from = 0; ///< nothing else that was not known before lies between this version and its own
  std::int64_t time_ns = 0;
  std::string space;  ///< namespace
  std::string record; ///< msgpack
  bool is_timed = true; ///< false: it has no time of its own
};

/// A version is a position: what was covered in an earlier process is left out.
class event_queue final : public api_listener {
public:
  /// More is not asked for until some of it is taken.
  static constexpr std::size_t asked_bytes_max = std::size_t{4} << 20;
  /// What is kept of one list; of more the oldest go.
  static constexpr std::size_t listed_bytes_max = std::size_t{64} << 20;

  event_queue(const clock& time, bool wants_old);
  /// Ranges of versions in order. Gives the version from which a watch finds what is not in them; 0: a list does.
  auto resume(std::span<const interval> covered) -> std::uint64_t;

  auto has_room() const -> bool { return bytes_ < asked_bytes_max; }
  auto is_empty() const -> bool { return waiting_.empty(); }
  auto take() -> cluster_event;
  /// Events of lists that were too long, since the last call.
  auto take_dropped() -> std::uint64_t { return std::exchange(dropped_, 0); }
  /// The server is behind what was read: it is another one, whose versions began anew.
  auto is_behind() const -> bool { return is_behind_; }

  void begin_list() override;
  void present(api_object object) override;
  void gone(api_object) override {}
  void end_list(std::uint64_t version) override;

private:
  auto is_known(std::uint64_t version) const -> bool;
  void put(cluster_event event);
  auto event_of(api_object object, std::uint64_t version) const -> cluster_event;
  auto time_of(api_object object) const -> std::optional<std::int64_t>;
  void drop_oldest();

  time_parser times_;
  const clock& clock_;
  bool wants_old_;
  bool is_listing_ = false;
  bool is_behind_ = false;
  std::vector<interval> covered_; ///< by earlier processes
  std::uint64_t told_ = 0;        ///< everything up to this version is known
  std::vector<cluster_event> listed_;
  std::size_t listed_bytes_ = 0;
  std::deque<cluster_event> waiting_;
  std::size_t bytes_ = 0; ///< of waiting_
  std::uint64_t dropped_ = 0;
};

} // namespace weir
