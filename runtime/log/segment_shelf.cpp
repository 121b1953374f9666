#include "runtime/log/segment_shelf.hpp"

#include "runtime/log/salvage.hpp"

#include <algorithm>
#include <tuple>

namespace weir {
namespace {

constexpr auto blocks_max = std::size_t{16};
constexpr auto opened_max = std::size_t{6};
constexpr auto block_step = std::size_t{16} << 10;

auto not_found(std::uint64_t number) -> error {
  return {errc::not_found, "the chunk log has no record " + std::to_string(number)};
}

auto record_in(const std::vector<located_record>& records, std::uint64_t number) -> const located_record* {
  const auto is_before = [](const located_record& r, std::uint64_t n) { return r.header.number < n; };
  auto at = std::lower_bound(records.begin(), records.end(), number, is_before);
  // Numbers rise, unless a damaged record that does not count lies in between.
  if (at == records.end() || at->header.number != number)
    at = std::find_if(records.begin(), records.end(),
                      [&](const located_record& r) { return r.header.number == number; });
  return at == records.end() ? nullptr : &*at;
}

} // namespace

void segment_shelf::add(segment s) {
  segments_.push_back(std::move(s));
  if (segments_.back().opened != nullptr) note_opened(segments_.back());
}

auto segment_shelf::bytes() const -> std::uint64_t {
  auto sum = std::uint64_t{0};
  for (const auto& s : segments_) sum += s.bytes;
  return sum;
}

void segment_shelf::forget(segment& s) {
  std::erase(opened_, s.header.identity.segment);
  std::erase_if(blocks_, [&](const known_block& b) { return b.segment == s.header.identity.segment; });
}

void segment_shelf::drop_front() {
  forget(segments_.front());
  std::ignore = files_.remove(segments_.front().path);
  segments_.pop_front();
}

void segment_shelf::drop_back() {
  forget(segments_.back());
  std::ignore = files_.remove(segments_.back().path);
  segments_.pop_back();
}

void segment_shelf::cut(segment& of, std::uint64_t end, std::uint64_t last) {
  forget(of);
  of.used = end;
  of.last = last;
  if (of.opened != nullptr) note_opened(of);
  if (of.opened == nullptr || !of.opened->truncate(end)) return;
  of.bytes = end;
}

auto segment_shelf::find(std::uint64_t number) -> segment* {
  const auto after = std::upper_bound(segments_.begin(), segments_.end(), number,
                                      [](std::uint64_t n, const segment& s) { return n < s.header.first; });
  if (after == segments_.begin()) return nullptr;
  auto& found = *std::prev(after);
  return number <= found.last ? &found : nullptr;
}

auto segment_shelf::file_of(segment& s) -> result<std::shared_ptr<file>> {
  if (s.opened == nullptr) {
    WEIR_TRY(s.opened, files_.open(s.path, open_mode::write));
  }
  note_opened(s);
  return s.opened;
}

void segment_shelf::note_opened(const segment& s) {
  const auto number = s.header.identity.segment;
  std::erase(opened_, number);
  opened_.push_back(number);
  auto excess = opened_.size() - std::min(opened_.size(), opened_max);
  std::erase_if(opened_, [&](std::uint64_t other) {
    return other != number && excess > 0 && close(other) && excess-- > 0;
  });
}

auto segment_shelf::close(std::uint64_t number) -> bool {
  const auto at = std::find_if(segments_.begin(), segments_.end(),
                               [&](const segment& s) { return s.header.identity.segment == number; });
  if (at == segments_.end()) return true;
  if (at->is_dirty || at->is_in_job || std::next(at) == segments_.end()) return false;
  at->opened.reset();
  return true;
}

auto segment_shelf::read_block(const segment& in, const file& from, const segment_index::block& where)
    -> result<known_block> {
  const auto end = where.end == 0 ? in.used : where.end;
  auto block = known_block{in.header.identity.segment, where.begin, end, {}};
  auto scanner = segment_scanner{from, in.header.identity, {where.begin, end}, block_step};
  while (true) {
    WEIR_TRY(const auto found, scanner.next_header());
    if (found.what == scanned::kind::end) return block;
    if (found.what == scanned::kind::record) block.records.push_back({found.offset, found.header});
  }
}

auto segment_shelf::block_with(segment& in, std::uint64_t number) -> result<const known_block*> {
  const auto where = in.index.block_of(number);
  if (!where) return not_found(number);
  const auto known = std::find_if(blocks_.begin(), blocks_.end(), [&](const known_block& b) {
    return b.segment == in.header.identity.segment && b.begin == where->begin;
  });
  if (known != blocks_.end()) {
    if (known->end == (where->end == 0 ? in.used : where->end)) return &*known;
    blocks_.erase(known); // it has grown
  }
  WEIR_TRY(const auto opened, file_of(in));
  WEIR_TRY(auto block, read_block(in, *opened, *where));
  if (blocks_.size() == blocks_max) blocks_.pop_front();
  return &blocks_.emplace_back(std::move(block));
}

auto segment_shelf::locate(std::uint64_t number) -> result<place> {
  auto* in = find(number);
  if (in == nullptr) return not_found(number);
  WEIR_TRY(const auto* block, block_with(*in, number));
  const auto* found = record_in(block->records, number);
  return found == nullptr ? result<place>{not_found(number)} : place{in, *found};
}

auto segment_shelf::locate_salvaged(std::uint64_t number) -> result<place> {
  auto* in = find(number);
  const auto where = in == nullptr ? std::nullopt : in->index.block_of(number);
  if (!where) return not_found(number);
  WEIR_TRY(const auto opened, file_of(*in));
  WEIR_TRY(const auto block, read_block(*in, *salvaged(opened), *where));
  const auto* found = record_in(block.records, number);
  return found == nullptr ? result<place>{not_found(number)} : place{in, *found};
}

auto segment_shelf::gap_of(segment& in, std::uint64_t number) -> std::pair<std::uint64_t, std::uint64_t> {
  const auto where = in.index.block_of(number);
  const auto opened = file_of(in);
  if (!where || !opened) return {};
  const auto block = read_block(in, *salvaged(*opened), *where);
  if (!block) return {};
  auto gap = std::pair{block->begin, block->end};
  for (const auto& r : block->records) {
    if (r.header.number < number) gap.first = r.offset + r.header.bytes();
    if (r.header.number > number) gap.second = std::min(gap.second, r.offset);
  }
  return gap;
}

} // namespace weir
