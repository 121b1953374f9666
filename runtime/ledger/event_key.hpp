/// The key of an event, for stores without transactions: a second write of an event has the key of the first, and so is
/// the same row or document.
//
//  key   := place u8[16]          the first bytes of SHA-256 over where the event was born
//           position u64be, ordinal u32be       so keys of one stream sort in the order of birth
//  born  := 'p' namespace_size u64be, namespace, stream_size u64be, stream
//         | 'c' origin u64be, sequence u64be, tag      of an event without a position: it is known again by its chunk
//                                                      alone; its `position` is which it is of those of its tag there
//  text  := key as 56 lower-case hex digits
//
//  The namespace is chunk::source, or empty for streams that are nobody's (owner_of() in runtime/flow/position_index.hpp).
//  An event of several lines has the position and the ordinal of its first one.
//
//  Stores keep keys for ever, so this format stays as it is: a change would let everything in again. Another one would
//  begin what is hashed with another letter.
#pragma once

#include "runtime/event/birth_walker.hpp"
#include "runtime/event/chunk.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace weir {

/// Digits and not base64: they sort as the bytes do, a store that does not tell upper from lower case keeps them apart, and
/// a position can be read off. Elasticsearch takes an _id of up to 512 bytes.
struct event_key_text {
  std::array<char, 56> digits;
  auto view() const -> std::string_view { return {digits.data(), digits.size()}; }
};

struct event_key {
  std::array<char, 28> bytes{};

  event_key() = default;
  /// Hashes; for many events of a stream there is event_place. `source`: the collector.
  event_key(const std::string& source, std::string_view stream, std::uint64_t position, std::uint32_t ordinal);

  auto view() const -> std::string_view { return {bytes.data(), bytes.size()}; }
  auto text() const -> event_key_text;
  auto operator==(const event_key&) const -> bool = default;
  /// As stores sort bytes: without signs.
  auto operator<=>(const event_key& other) const { return view() <=> other.view(); }
};

/// What the keys of a stream's events, or of those of a tag in a chunk, have in common.
class event_place {
public:
  static auto of_stream(const std::string& source, std::string_view stream) -> event_place;
  static auto of_chunk(const chunk_id& id, std::string_view tag) -> event_place;

  /// Allocates nothing.
  auto key(std::uint64_t position, std::uint32_t ordinal) const -> event_key;

private:
  std::array<char, 16> hash_{};
};

/// The keys of a chunk's events; those that are left of it (part_that_matches) have the same ones there. Operators that
/// drop events or give them other tags may change those of events without a position.
class event_keys {
public:
  /// The chunk lives longer.
  explicit event_keys(const chunk& c);

  /// `index`: which of the chunk's events, over all its sections; no lower than at the call before.
  auto of(std::uint64_t index) -> event_key;
  /// Whether that of the last call is known again in every chunk that brings it, also after it was read anew.
  auto has_position() const -> bool { return walk_.born().is_known(); }

private:
  struct tag_events {
    std::uint64_t before = 0; ///< in sections that lie behind
    std::optional<event_place> place;
  };
  void enter_section_of(std::uint64_t index);

  const chunk& chunk_;
  std::size_t section_ = 0;
  std::uint64_t first_ = 0;    ///< event of the section
  std::size_t cuts_ = 0;       ///< where those of the section begin
  birth_walker walk_;
  std::uint64_t walked_ = 0;   ///< events that the walker has come to, of all sections
  std::vector<std::optional<event_place>> places_; ///< by range
  std::unordered_map<std::string_view, tag_events> tags_;
};

} // namespace weir
