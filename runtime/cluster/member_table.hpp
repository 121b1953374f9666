/// The members that a node knows, by bucket, with the digests of them: kept with each change, so that reading one costs
/// nothing that grows with them.
//
// Who is forgotten is no member any more, but its last version is kept: whoever still takes it for up (a node that was cut
// off for longer than tombstones live) is told better, instead of bringing it back. These are bounded in number, the oldest
// go first, and they end with the process. So a member comes back as up, for good, if all processes that have forgotten it
// have ended since; then only an operator, or its own return, ends that.
#pragma once

#include "runtime/cluster/gossip.hpp"

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace weir {

enum class member_scope { all, serving };

class member_table {
public:
  using digest = std::array<std::uint64_t, member_buckets>;
  struct entry {
    member who;
    bool is_forgotten = false;
  };
  using bucket = std::map<std::string, entry>;

  explicit member_table(std::size_t forgotten_max) : forgotten_max_(forgotten_max) {}

  /// Forgotten ones as well. Good until the next change.
  auto find(const std::string& node) const -> const entry*;
  /// In place of what was known of it.
  void put(member who);
  void forget(const member& gone);
  void erase(const std::string& node);

  /// Without those that are forgotten.
  auto size() const -> std::size_t { return size_; }
  auto digest_of(member_scope scope) const -> const digest& { return digests_[static_cast<std::size_t>(scope)]; }
  auto buckets() const -> const std::array<bucket, member_buckets>& { return buckets_; }
  /// Who left or went down before, by its clock or that of who judged it.
  auto gone_before(std::int64_t wall_ns) const -> std::vector<std::string>;

private:
  /// Takes it in, or out.
  void count(const entry& e, bool is_in);

  std::size_t forgotten_max_;
  std::size_t size_ = 0;
  std::array<bucket, member_buckets> buckets_;
  std::array<digest, 2> digests_{};
  std::set<std::pair<std::int64_t, std::string>> gone_; // by since when
  std::deque<std::string> forgotten_;                   // the latest last; some may have come back
};

} // namespace weir
