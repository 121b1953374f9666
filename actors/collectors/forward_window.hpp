/// Messages of the forward protocol that were handed on, by the id that their client gave each.
//
// A client that wants acks sends a message again, under the same id, until it gets one. Its entries are
// counted: those that were put once under this id, by this process or an earlier one, are not put again. So
// a message that was cut by a crash goes on where it was cut, and a client that sends other or more entries
// under an id it has used before has only those put that lie behind the ones that are known.
// An id is forgotten when window_streams_max newer ones have come.
#pragma once

#include "actors/collectors/source.hpp"
#include "runtime/flow/gaps.hpp"
#include "runtime/flow/position_index.hpp"

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>

namespace weir {

class forward_window {
public:
  /// Of a position stream: this and the client's id. One stream for each message, counted in entries.
  static constexpr auto stream_prefix = std::string_view{"~f1:"};
  /// Longer ids, and empty ones, are not remembered.
  static constexpr std::size_t id_bytes_max = 1024;

  struct known_entries {
    std::uint64_t front = 0;     ///< entries before it were put
    std::vector<interval> ahead; ///< and these, by an earlier process: as gaps::known
    std::uint64_t position = 0;  ///< of forward_acks: what is put is safe when this is
  };

  /// `chunk`: as in forward_option; empty if it is none that can be remembered. Valid until the next call.
  auto stream_of(std::string_view chunk) -> std::string_view;
  /// What earlier instances handed on; it is safe when `position` is.
  void resume(const resume_info& resume, std::uint64_t position);
  auto find(std::string_view stream) -> known_entries*;
  /// A stream that find() does not find. Valid until window_streams_max more were added.
  auto add(std::string_view stream) -> known_entries&;
  auto size() const -> std::size_t { return known_.size(); }

private:
  struct text_hash {
    using is_transparent = void;
    auto operator()(std::string_view text) const -> std::size_t {
      return std::hash<std::string_view>{}(text);
    }
  };
  std::unordered_map<std::string, known_entries, text_hash, std::equal_to<>> known_;
  std::deque<const std::string*> order_; ///< keys of known_, oldest first
  std::size_t size_max_ = window_streams_max;
  std::string stream_;
};

} // namespace weir
