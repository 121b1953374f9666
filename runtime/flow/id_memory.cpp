#include "runtime/flow/id_memory.hpp"

#include "runtime/base/binary.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <utility>

namespace weir {
namespace {

constexpr auto generations_max = 8;
constexpr auto digest_digits = std::size_t{32};
constexpr auto id_bytes = 24U;

/// Not for what an adversary may choose: digests are mixed in, not hashed.
auto hash_of(std::string_view text, std::uint64_t seed) -> std::uint64_t {
  for (const auto c : text) seed = (seed ^ static_cast<unsigned char>(c)) * 0x9fb21c651e98df25U;
  return seed ^ seed >> 32U;
}

auto take_hex(std::string_view digits, std::uint64_t& out) -> bool {
  const auto* end = digits.data() + digits.size();
  return std::from_chars(digits.data(), end, out, 16).ptr == end;
}

auto clamped(std::uint64_t position) -> std::uint32_t {
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(position, std::numeric_limits<std::uint32_t>::max()));
}

} // namespace

auto id_memory::key_of(std::string_view owner, std::string_view stream) -> key {
  const auto kind = stream.substr(0, stream.size() - std::min(stream.size(), digest_digits));
  const auto digest = stream.substr(kind.size());
  auto high = std::uint64_t{0};
  auto low = std::uint64_t{0};
  const auto is_digest = digest.size() == digest_digits && take_hex(digest.substr(0, digest_digits / 2), high)
                         && take_hex(digest.substr(digest_digits / 2), low);
  if (!is_digest) {
    high = hash_of(digest, 1);
    low = hash_of(digest, 2);
  }
  const auto whose = hash_of(kind, hash_of(owner, 3));
  return {high ^ whose, low ^ (whose * 0x9e3779b97f4a7c15U)};
}

auto id_memory::youngest(std::int64_t now_s) -> generation& {
  const auto is_full = [&](const generation& g) {
    return now_s - g.first_s >= std::max<std::int64_t>(seconds_of(keep_.ids_age) / generations_max, 1)
           || g.ids.size() >= std::max<std::uint64_t>(keep_.ids_max / generations_max, 1);
  };
  if (generations_.empty() || is_full(generations_.back())) {
    auto& fresh = generations_.emplace_back();
    fresh.first_s = fresh.last_s = now_s;
  }
  auto& last = generations_.back();
  last.last_s = std::max(last.last_s, now_s);
  return last;
}

void id_memory::add(const std::string& source, const position_range& range, std::int64_t now_s) {
  forget(now_s);
  const auto id = key_of(owner_of(source, range.stream), range.stream);
  auto& ids = youngest(now_s).ids;
  auto grown = part{clamped(range.begin), clamped(range.end)};
  for (auto [at, end] = ids.equal_range(id); at != end;) {
    const auto& known = at->second;
    if (known.end < grown.begin || known.begin > grown.end) {
      ++at;
      continue;
    }
    grown = {std::min(known.begin, grown.begin), std::max(known.end, grown.end)};
    at = ids.erase(at);
    --size_;
  }
  ids.emplace(id, grown);
  ++size_;
  make_room();
}

void id_memory::find(const std::string& source, const position_range& range, position_index& to) const {
  const auto id = key_of(owner_of(source, range.stream), range.stream);
  for (const auto& g : generations_)
    for (auto [at, end] = g.ids.equal_range(id); at != end; ++at) {
      const auto begin = std::max<std::uint64_t>(at->second.begin, range.begin);
      const auto behind = std::min<std::uint64_t>(at->second.end, range.end);
      if (begin < behind) to.add(source, {range.stream, begin, behind});
    }
}

void id_memory::drop_oldest() {
  size_ -= generations_.front().ids.size();
  generations_.pop_front();
}

void id_memory::forget(std::int64_t now_s) {
  while (!generations_.empty() && now_s - generations_.front().last_s > seconds_of(keep_.ids_age)) drop_oldest();
}

void id_memory::make_room() {
  while (size_ > keep_.ids_max && !generations_.empty()) {
    crowded_out_s_ = std::max(crowded_out_s_.value_or(0), generations_.front().last_s);
    drop_oldest();
  }
}

auto id_memory::encode() const -> std::string {
  auto out = std::string{};
  out.reserve(size_ * id_bytes + generations_.size() * 12);
  for (const auto& g : generations_) {
    put_number(out, g.last_s);
    put_number(out, static_cast<std::uint32_t>(g.ids.size()));
    for (const auto& [id, p] : g.ids) {
      put_number(out, id.high);
      put_number(out, id.low);
      put_number(out, p.begin);
      put_number(out, p.end);
    }
  }
  return out;
}

auto id_memory::decode(std::string_view bytes) -> bool {
  auto found = std::deque<generation>{};
  auto count = std::size_t{0};
  for (auto read = binary_reader{bytes}; !read.at_end();) {
    auto& g = found.emplace_back();
    g.first_s = g.last_s = read.number<std::int64_t>();
    for (auto left = read.number<std::uint32_t>(); left > 0 && !read.failed(); --left, ++count) {
      const auto high = read.number<std::uint64_t>();
      const auto low = read.number<std::uint64_t>();
      const auto begin = read.number<std::uint32_t>();
      g.ids.emplace(key{high, low}, part{begin, read.number<std::uint32_t>()});
    }
    if (read.failed()) return false;
  }
  for (auto& g : found) generations_.push_back(std::move(g));
  size_ += count;
  make_room();
  return true;
}

} // namespace weir
