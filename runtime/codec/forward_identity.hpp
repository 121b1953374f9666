/// What a message of the forward protocol is known again by when its client sends it again.
//
// The option `chunk` alone does not do: Fluent Bit's is a hash of the entries, so that equal lines of one
// second, or of two tags, have one id. So the identity is id, tag, count and checksum of the entries together,
// and how far it is trusted follows from what kind of id it is.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace weir {

/// By its form alone.
enum class forward_id_kind : std::uint8_t {
  unique, ///< base64 of 16 bytes (Fluentd, fluent-logger-node, weir cat), or a UUID of version 4 (Fluency)
  seeded, ///< a second and a number that Go before 1.20 gives to every process alike (fluent-logger-golang)
  hash,   ///< hex digits or bytes, as many as a hash has: equal content, equal id (Fluent Bit)
  own,    ///< any other: unique for its client, as far as one can tell
};

struct forward_id_trust {
  bool is_shared = false;  ///< it names one message whoever sends it; else it belongs to its client
  bool may_recur = false;  ///< a new message of equal content may have it
  bool is_durable = false; ///< a repeat after a restart of ours is the same message, and no new one
  bool is_random = false;  ///< whichever collector of ours gets it: what it names is one message of its client
};

/// An id of the kind `unique` that follows from `name`: 24 characters of Base64.
auto derive_forward_id(std::string_view name) -> std::string;

auto kind_of_forward_id(std::string_view id) -> forward_id_kind;
auto trust_in(forward_id_kind kind) -> forward_id_trust;

class forward_identity {
public:
  struct parts {
    std::string_view id;
    std::string_view client; ///< empty where the id is shared
    std::string_view tag;
    std::uint64_t count = 0;
    std::uint32_t checksum = 0; ///< CRC-32C of the entries
  };

  forward_identity();
  ~forward_identity();
  /// 32 hex digits of a SHA-256 over all parts; valid until the next call.
  auto digest(const parts& of) -> std::string_view;

private:
  struct state;
  std::unique_ptr<state> state_;
  std::string text_;
};

} // namespace weir
