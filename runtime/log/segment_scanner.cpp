#include "runtime/log/segment_scanner.hpp"

#include "runtime/base/crc32c.hpp"
#include "runtime/codec/chunk_codec.hpp"

#include <algorithm>

namespace weir {
namespace {

constexpr auto junk_step = std::size_t{1} << 20;
constexpr auto body_step = std::size_t{256} << 10;

/// Behind the last byte of `bytes` that is not zero.
auto content_end(std::string_view bytes) -> std::size_t {
  const auto last = bytes.find_last_not_of('\0');
  return last == std::string_view::npos ? 0 : last + 1;
}

} // namespace

segment_scanner::segment_scanner(const file& of, const segment_identity& identity, place where,
                                 std::size_t step)
    : window_(of, step), identity_(identity), at_(where.begin), size_(where.end) {}

auto segment_scanner::next_header() -> result<scanned> {
  head_.clear();
  if (at_ >= size_) return scanned{scanned::kind::end, size_, size_, {}};
  WEIR_TRY(const auto bytes, window_.view(at_, record_header_bytes));
  const auto header = decode_record_header(bytes, identity_);
  if (!header) return skip_junk();
  auto found = scanned{scanned::kind::record, at_, std::min(at_ + header->bytes(), size_), *header};
  at_ = found.end;
  if (found.offset + record_header_bytes + header->payload_bytes() > size_) found.what = scanned::kind::torn;
  return found;
}

auto segment_scanner::next() -> result<scanned> {
  WEIR_TRY(auto found, next_header());
  if (found.what != scanned::kind::record) return found;
  WEIR_TRY(const auto head, window_.view(found.offset + record_header_bytes, found.header.head_bytes));
  head_ = head;
  if (head_.size() != found.header.head_bytes || crc32c(head_) != found.header.head_crc)
    found.what = scanned::kind::damaged_head;
  return found;
}

auto segment_scanner::body_is_intact(const scanned& record) -> result<bool> {
  const auto sizes = decode_chunk_prefix(std::string_view{head_}.substr(0, chunk_prefix_bytes));
  if (!sizes || sizes->head + chunk_prefix_bytes != head_.size() || sizes->body != record.header.body_bytes)
    return false;
  auto crc = crc32c(std::string_view{head_}.substr(chunk_prefix_bytes));
  auto at = record.offset + record_header_bytes + record.header.head_bytes;
  for (auto left = std::size_t{record.header.body_bytes}; left > 0;) {
    WEIR_TRY(const auto part, window_.view(at, std::min(left, body_step)));
    if (part.empty()) return false;
    crc = crc32c(part, crc);
    at += part.size();
    left -= part.size();
  }
  return crc == sizes->crc;
}

auto segment_scanner::is_record_at(std::uint64_t offset, std::string_view bytes) const -> bool {
  if (!may_be_record(bytes)) return false;
  const auto header = decode_record_header(bytes.substr(0, record_header_bytes), identity_);
  return header && offset + record_header_bytes + header->payload_bytes() <= size_;
}

auto segment_scanner::skip_junk() -> result<scanned> {
  auto junk = scanned{scanned::kind::end, at_, at_, {}};
  // Records lie at multiples of 8, so the first step is at least 8 behind.
  for (auto next = at_ / 8 * 8 + 8; at_ < size_;) {
    WEIR_TRY(const auto bytes, window_.view(at_, std::min<std::uint64_t>(junk_step, size_ - at_)));
    const auto view_end = at_ + bytes.size();
    auto stop = view_end;
    for (; next + record_header_bytes <= view_end; next += 8) {
      if (!is_record_at(next, bytes.substr(next - at_))) continue;
      stop = next;
      break;
    }
    if (const auto content = content_end(bytes.substr(0, stop - at_)); content > 0) junk.end = at_ + content;
    if (stop == next && stop != view_end) {
      junk.what = scanned::kind::junk; // zeros before a record are damage, too
      junk.end = at_ = next;
      return junk;
    }
    // A header may lie across the edge of two views.
    at_ = view_end < size_ && next > at_ ? next : size_;
  }
  if (junk.end > junk.offset) junk.what = scanned::kind::junk;
  return junk;
}

} // namespace weir
