/// How a tail tells that a stream is over, so that nobody begins it again for a receiver that has forgotten it.
#pragma once

#include "runtime/event/chunk.hpp"
#include "runtime/tail/file_identity.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <tuple>

namespace weir {

/// A stream that is over is told of twice. First this part of it is covered, which no file has: who has it says so to a
/// later process, and that all have the stream, also if others have forgotten it already. When that part is safe with
/// all, they may forget.
inline constexpr auto over_begin = std::uint64_t{1} << 62U;
inline constexpr auto over_end = over_begin + 1;

inline auto says_over(const position_range& p) -> bool {
  return p.begin <= over_begin && p.end >= over_end && p.end != end_of_stream;
}

/// What an earlier process said to be over.
class over_streams {
public:
  void add(const std::string& stream) {
    streams_.insert(stream);
    if (const auto identity = parse_stream(stream)) contents_.insert(content_of(*identity));
  }
  /// Also witnesses of the same content: by one alone it would be begun again.
  auto has(const position_range& p) const -> bool {
    if (streams_.contains(p.stream)) return true;
    const auto identity = p.begin == p.end && !contents_.empty() ? parse_stream(p.stream) : std::nullopt;
    return identity && contents_.contains(content_of(*identity));
  }

private:
  using content = std::tuple<std::uint64_t, std::int64_t, std::uint32_t>;
  static auto content_of(const stream_identity& i) -> content {
    return {i.key.inode, i.key.birth_ns, i.generation};
  }
  std::set<std::string> streams_;
  std::set<content> contents_;
};

} // namespace weir
