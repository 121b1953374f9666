#include "runtime/log/cursors.hpp"

#include "runtime/base/binary.hpp"
#include "runtime/base/crc32c.hpp"
#include "runtime/base/fields.hpp"
#include "runtime/log/record_format.hpp"

#include <algorithm>
#include <iterator>

namespace weir {
namespace {

constexpr auto cursors_magic = std::string_view{"WEIRCUR\n"};

} // namespace

auto reader_cursor::has_settled(std::uint64_t number) const -> bool {
  return number < first_unsettled_ || beyond_.contains(number);
}

auto reader_cursor::next_unsettled(std::uint64_t behind) const -> std::uint64_t {
  const auto from = std::max(behind + 1, first_unsettled_);
  const auto* settled = beyond_.find(from);
  return settled == nullptr ? from : settled->second + 1;
}

auto reader_cursor::highest() const -> std::uint64_t {
  return beyond_.empty() ? first_unsettled_ - 1 : std::prev(beyond_.end())->second;
}

void reader_cursor::settle(std::uint64_t first, std::uint64_t last) {
  if (last < first || last < first_unsettled_) return;
  if (first > first_unsettled_) return beyond_.insert({first, last});
  first_unsettled_ = last + 1;
  for (; !beyond_.empty() && beyond_.begin()->first <= first_unsettled_; beyond_.erase_first())
    first_unsettled_ = std::max(first_unsettled_, beyond_.begin()->second + 1);
}

auto encode(const cursor_file& cursors) -> std::string {
  auto out = std::string{};
  put_version(out, cursors_magic);
  put_number(out, cursors.log_id);
  put_number(out, cursors.durable);
  put_number(out, static_cast<std::uint32_t>(cursors.readers.size()));
  for (const auto& reader : cursors.readers) {
    put_text(out, reader.name());
    put_number(out, reader.first_unsettled());
    put_number(out, static_cast<std::uint32_t>(reader.beyond().size()));
    for (const auto& [first, last] : reader.beyond()) {
      put_number(out, first);
      put_number(out, last);
    }
  }
  put_number(out, crc32c(out));
  return out;
}

auto decode_cursors(std::string_view bytes) -> result<cursor_file> {
  WEIR_CHECK(check_version(bytes, cursors_magic));
  const auto content = bytes.substr(0, bytes.size() - 4);
  if (binary_reader{bytes.substr(content.size())}.number<std::uint32_t>() != crc32c(content))
    return error{errc::malformed, "the checksum of the cursors does not fit"};
  auto read = binary_reader{content.substr(std::min(content.size(), cursors_magic.size() + 8))};
  auto cursors = cursor_file{};
  cursors.log_id = read.number<std::uint64_t>();
  cursors.durable = read.number<std::uint64_t>();
  if (cursors.durable > record_number_max) return error{errc::malformed, "the cursors make no sense"};
  for (auto readers = read.number<std::uint32_t>(); readers > 0 && !read.failed(); --readers) {
    auto& reader = cursors.readers.emplace_back(read.text());
    const auto first_unsettled = read.number<std::uint64_t>();
    if (first_unsettled > record_number_max) return error{errc::malformed, "a cursor makes no sense"};
    if (first_unsettled > 0) reader.settle(1, first_unsettled - 1);
    for (auto ranges = read.number<std::uint32_t>(); ranges > 0 && !read.failed(); --ranges) {
      const auto first = read.number<std::uint64_t>();
      const auto last = read.number<std::uint64_t>();
      if (first > 0 && last <= record_number_max) reader.settle(first, last);
    }
  }
  const auto is_known = [](std::uint16_t, std::string_view) { return false; };
  if (read.failed() || !read_fields(read, is_known)) return error{errc::malformed, "the cursors are cut"};
  return cursors;
}

} // namespace weir
