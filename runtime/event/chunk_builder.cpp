#include "runtime/event/chunk_builder.hpp"

#include <algorithm>

namespace weir {
namespace {

constexpr auto section_bytes_max = std::size_t{512} << 10;

} // namespace

auto chunk_builder::begin(std::string_view tag) -> byte_buffer& {
  entry_begin_ = body_.size();
  if (sections_.empty() || sections_.back().table.tag != tag) {
    if (!sections_.empty() && sections_.back().table.count == 0) sections_.pop_back();
    sections_.push_back({{std::string{tag}, 0, 0}});
  }
  return body_;
}

void chunk_builder::finish(std::int64_t time_ns, std::uint32_t count) {
  const auto bytes = body_.size() - entry_begin_;
  if (const auto& open = sections_.back().table; open.count > 0 && open.bytes + bytes > section_bytes_max) {
    auto tag = open.tag;
    sections_.push_back({{std::move(tag), 0, 0}});
  }
  auto& s = sections_.back();
  s.table.count += count;
  s.table.bytes += static_cast<std::uint32_t>(bytes);
  s.time_min_ns = std::min(s.time_min_ns, time_ns);
  s.time_max_ns = std::max(s.time_max_ns, time_ns);
  events_ += count;
}

void chunk_builder::covered(std::string_view stream, std::uint64_t begin, std::uint64_t end) {
  if (!positions_.empty() && positions_.back().stream == stream && positions_.back().end == begin)
    positions_.back().end = end;
  else
    positions_.push_back({std::string{stream}, begin, end});
  saved_.body = body_.size();
  saved_.sections = sections_.size();
  if (!sections_.empty()) saved_.last = sections_.back();
  saved_.events = events_;
}

auto chunk_builder::roll_back() -> std::uint64_t {
  const auto lost = events_ - saved_.events;
  body_.truncate(saved_.body);
  sections_.resize(saved_.sections);
  if (!sections_.empty()) sections_.back() = saved_.last;
  events_ = saved_.events;
  return lost;
}

auto chunk_builder::release_body() -> shared_bytes {
  if (body_.size() > body_.capacity() / 2) {
    auto full = pool_.take();
    full.swap(body_);
    return shared_bytes{pool_.share(std::move(full))};
  }
  // A quiet stream must not pin a large buffer with every small chunk.
  auto exact = byte_buffer{body_.size()};
  exact.append(body_.view());
  body_.clear();
  return shared_bytes{std::move(exact)};
}

auto chunk_builder::cut(std::size_t first, std::size_t last, const shared_bytes& body, std::size_t& offset)
    -> std::shared_ptr<chunk> {
  auto c = std::make_shared<chunk>();
  auto bytes = std::size_t{0};
  c->time_min_ns = INT64_MAX;
  c->time_max_ns = INT64_MIN;
  for (auto i = first; i < last; ++i) {
    auto& s = sections_[i];
    c->count += s.table.count;
    bytes += s.table.bytes;
    c->time_min_ns = std::min(c->time_min_ns, s.time_min_ns);
    c->time_max_ns = std::max(c->time_max_ns, s.time_max_ns);
    c->sections.push_back(std::move(s.table));
  }
  if (c->count == 0) c->time_min_ns = c->time_max_ns = 0;
  c->body = body.slice(offset, bytes);
  offset += bytes;
  return c;
}

auto chunk_builder::take(std::size_t bytes_max) -> std::vector<std::shared_ptr<chunk>> {
  if (!sections_.empty() && sections_.back().table.count == 0) sections_.pop_back();
  auto chunks = std::vector<std::shared_ptr<chunk>>{};
  const auto body = release_body();
  auto offset = std::size_t{0};
  auto first = std::size_t{0};
  do {
    auto last = first;
    auto bytes = std::size_t{0};
    while (last < sections_.size() && (last == first || bytes + sections_[last].table.bytes <= bytes_max))
      bytes += sections_[last++].table.bytes;
    chunks.push_back(cut(first, last, body, offset));
    first = last;
  } while (first < sections_.size());
  chunks.back()->positions = std::move(positions_);
  sections_.clear();
  positions_.clear();
  events_ = 0;
  entry_begin_ = 0;
  saved_ = {};
  return chunks;
}

} // namespace weir
