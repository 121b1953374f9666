/// Requests with an Idempotency-Key, and how much of each was put: by this process or by an earlier one.
//
// A key names one request whoever sends it, so that its stream is no collector's (shared_stream_mark) and a repeat to another
// collector is known to the store. Position n of the stream is event n of the request. A request is forgotten when
// window_streams_max newer ones have come.
#pragma once

#include "actors/collectors/source.hpp"
#include "runtime/base/interval_set.hpp"

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace weir {

class request_memory {
public:
  static constexpr auto stream_prefix = std::string_view{"~*h1:"};

  struct known {
    std::uint64_t put_to = 0;        ///< events from the first one on
    std::vector<interval> put_ahead; ///< behind a hole: what an earlier process had put
    std::uint64_t position = 0;      ///< of held_acks: what was put of it is safe when this is

    auto has(std::uint64_t event) const -> bool;
  };

  /// What earlier instances handed on; it is safe when `position` is.
  void resume(const resume_info& resume, std::uint64_t position);
  /// Of a request that is new: nothing was put. Valid until the next call.
  auto of(const std::string& stream) -> known&;
  auto size() const -> std::size_t { return known_.size(); }

private:
  std::unordered_map<std::string, known> known_;
  std::deque<std::string> order_; ///< keys of known_, oldest first
  std::size_t size_max_ = 0;
};

/// The stream of a request: its key and where it goes.
auto stream_of_request(std::string_view key, std::string_view target) -> std::string;

} // namespace weir
