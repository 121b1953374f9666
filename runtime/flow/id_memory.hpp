/// Ids that clients gave their messages (window streams), as a store remembers them.
//
// They are kept in generations of an eighth of the age or of the number; the oldest goes as a whole when it is old
// enough, or when there would be too many. So an id lives for its age, and up to an eighth of that longer, unless the
// number takes it before. One costs some 56 bytes of memory.
#pragma once

#include "runtime/flow/gaps.hpp"
#include "runtime/flow/position_index.hpp"
#include "runtime/flow/retention.hpp"

#include <array>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace weir {

class id_memory {
public:
  /// Of owner and name. A name ends with 32 hexadecimal digits of a digest of what it stands for.
  struct key {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    auto operator==(const key&) const -> bool = default;
  };
  static auto key_of(std::string_view owner, std::string_view stream) -> key;

  /// Entries of one message, which has several of these where they lie apart. Nearly all have one: an interval_set for
  /// each message would more than double what an id costs.
  struct part {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
  };

  explicit id_memory(const retention& keep) : keep_(keep) {}

  /// `source`: the collector that sent it, as in chunk::source.
  void add(const std::string& source, const position_range& range, std::int64_t now_s);
  /// Adds the parts of the range that are known, as `source`'s.
  void find(const std::string& source, const position_range& range, position_index& to) const;
  /// Forgets what is old.
  void forget(std::int64_t now_s);

  auto size() const -> std::size_t { return size_; }
  /// When the last of those came that had to go for their number, before their age; nothing if none had to.
  auto crowded_out_s() const -> std::optional<std::int64_t> { return crowded_out_s_; }

  /// All that is known, as generation*, the oldest first.
  //  generation := last i64 (seconds, when its last id came), count u32, id*
  //  id         := high u64, low u64, begin u32, end u32
  auto encode() const -> std::string;
  /// Adds what the above wrote. False if it is damaged; nothing is taken over then. Total.
  auto decode(std::string_view bytes) -> bool;

private:
  struct hash_key {
    auto operator()(const key& k) const noexcept -> std::size_t { return k.low; }
  };
  struct generation {
    std::int64_t first_s = 0; ///< when its first id came
    std::int64_t last_s = 0;
    std::unordered_multimap<key, part, hash_key> ids;
  };
  auto youngest(std::int64_t now_s) -> generation&;
  void drop_oldest();
  void make_room();

  retention keep_;
  std::deque<generation> generations_; ///< the oldest first
  std::size_t size_ = 0;
  std::optional<std::int64_t> crowded_out_s_;
};

} // namespace weir
