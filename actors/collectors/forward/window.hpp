/// Messages of the forward protocol that were handed on, by what each is known again by.
//
// A client that wants acks sends a message again, on a new connection, until it gets one. Such a repeat is
// answered, and of its entries only those are put that were not before, by this process or an earlier one: a
// message that was cut by a crash goes on where it was cut. A new message of equal content (the same line twice
// in one second, under an id that is a hash) must not be taken for one: it is put behind the first, in the same
// stream. What is known of a message: which connection carried it, whether its ack went out, and whether the
// client can have read it.
// A stream is forgotten when window_streams_max newer ones have come.
#pragma once

#include "actors/collectors/source.hpp"
#include "runtime/codec/forward_identity.hpp"
#include "runtime/flow/gaps.hpp"
#include "runtime/flow/position_index.hpp"

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace weir {

class client_connection;

/// What became of the connection over which messages came.
struct forward_carrier {
  const client_connection* open = nullptr; ///< null once it has ended
  std::uint64_t read_to = 0;                ///< then: its client had the acks for what was safe at this position
};
using forward_carrier_ptr = std::shared_ptr<forward_carrier>;

class forward_window {
public:
  /// Of a position stream: this and a digest (forward_identity). One stream for equal messages, in entries.
  static constexpr auto stream_prefix = std::string_view{"~f2:"};
  /// The same where the id is random: the stream is no collector's (shared_stream_mark).
  static constexpr auto shared_prefix = std::string_view{"~*f2:"};

  struct arrival {
    std::string_view stream;
    std::uint64_t count = 0; ///< of entries
    forward_id_trust trust;
    const forward_carrier_ptr& carrier;
    std::uint64_t safe = 0; ///< position up to which all is safe
  };
  /// One message that was put, wholly or in part.
  struct sending {
    std::uint64_t first = 0;    ///< where it begins in its stream
    std::uint64_t position = 0; ///< of held_acks: what was put of it is safe when this is
    forward_carrier_ptr carrier; ///< what brought it last; null: it came to an earlier process
  };
  struct verdict {
    sending* message = nullptr; ///< new or known; valid until the next call
    bool is_resent = false;
    gaps known; ///< entries of it that were put before
  };

  /// What earlier instances handed on; it is safe when `position` is.
  void resume(const resume_info& resume, std::uint64_t position);
  auto judge(const arrival& message) -> verdict;
  auto size() const -> std::size_t { return known_.size(); }

private:
  struct text_hash {
    using is_transparent = void;
    auto operator()(std::string_view text) const -> std::size_t {
      return std::hash<std::string_view>{}(text);
    }
  };
  struct known_stream {
    std::uint64_t next = 0; ///< where a new message would begin
    bool is_resumed = false;
    gaps resumed; ///< of earlier processes
    std::vector<sending> sendings;
  };
  auto add(std::string_view stream) -> known_stream&;
  auto judge_resumed(known_stream& known, const arrival& message) -> verdict;

  std::unordered_map<std::string, known_stream, text_hash, std::equal_to<>> known_;
  std::deque<const std::string*> order_; ///< keys of known_, oldest first
  std::size_t size_max_ = window_streams_max;
  std::uint64_t resumed_position_ = 0;
};

} // namespace weir
