/// Which node has a partition: tokens as Murmur3Partitioner computes them, and the ring of nodes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace weir {

/// Of a partition key as it travels: the value itself, of several columns each as `size u16, bytes, 0`.
auto murmur3_token(std::string_view key) -> std::int64_t;

/// Pure.
class token_ring {
public:
  token_ring() = default;
  /// Tokens and the number of the node that has each.
  explicit token_ring(std::vector<std::pair<std::int64_t, std::size_t>> tokens);

  /// Calls `takes(node)` for the nodes from the token on, each once at least, until one does. False: none.
  template <class Takes> auto walk(std::int64_t token, Takes&& takes) const -> bool {
    const auto first = begin_of(token);
    for (std::size_t i = 0; i < tokens_.size(); ++i)
      if (takes(tokens_[(first + i) % tokens_.size()].second)) return true;
    return false;
  }

private:
  auto begin_of(std::int64_t token) const -> std::size_t;

  std::vector<std::pair<std::int64_t, std::size_t>> tokens_;
};

} // namespace weir
