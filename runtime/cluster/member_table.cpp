#include "runtime/cluster/member_table.hpp"

namespace weir {

auto member_table::find(const std::string& node) const -> const entry* {
  const auto& in = buckets_[bucket_of(node)];
  const auto at = in.find(node);
  return at == in.end() ? nullptr : &at->second;
}

void member_table::put(member who) {
  auto& e = buckets_[bucket_of(who.node)][who.node];
  if (!e.who.node.empty()) count(e, false);
  e = {std::move(who), false};
  count(e, true);
}

void member_table::forget(const member& gone) {
  auto rest = member{};
  rest.node = gone.node;
  rest.version = gone.version;
  rest.state = gone.state;
  rest.since_ns = gone.since_ns;
  rest.serves = gone.serves;
  put(rest);
  auto& e = buckets_[bucket_of(rest.node)][rest.node];
  count(e, false);
  e.is_forgotten = true;
  forgotten_.push_back(rest.node);
  while (forgotten_.size() > forgotten_max_) {
    const auto oldest = std::move(forgotten_.front());
    forgotten_.pop_front();
    if (const auto* known = find(oldest); known != nullptr && known->is_forgotten) erase(oldest);
  }
}

void member_table::erase(const std::string& node) {
  auto& in = buckets_[bucket_of(node)];
  const auto at = in.find(node);
  if (at == in.end()) return;
  count(at->second, false);
  in.erase(at);
}

auto member_table::gone_before(std::int64_t wall_ns) const -> std::vector<std::string> {
  auto found = std::vector<std::string>{};
  for (auto at = gone_.begin(); at != gone_.end() && at->first < wall_ns; ++at) found.push_back(at->second);
  return found;
}

void member_table::count(const entry& e, bool is_in) {
  if (e.is_forgotten) return;
  const auto in = bucket_of(e.who.node);
  const auto mark = mark_of(e.who);
  digests_[static_cast<std::size_t>(member_scope::all)][in] ^= mark;
  if (e.who.serves) digests_[static_cast<std::size_t>(member_scope::serving)][in] ^= mark;
  size_ += is_in ? 1 : std::size_t(-1);
  if (!is_gone(e.who.state)) return;
  const auto since = std::pair{e.who.since_ns, e.who.node};
  if (is_in)
    gone_.insert(since);
  else
    gone_.erase(since);
}

} // namespace weir
