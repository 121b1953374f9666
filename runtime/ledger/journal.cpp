#include "runtime/ledger/journal.hpp"

#include "runtime/base/binary.hpp"
#include "runtime/base/crc32c.hpp"
#include "runtime/ledger/paths.hpp"

#include <algorithm>
#include <array>

namespace weir {
namespace {

constexpr auto magic = std::string_view{"weirLEDG"};
constexpr auto version = std::uint32_t{1};
constexpr auto header_bytes = std::size_t{24};
constexpr auto mark = std::uint32_t{0x4c445257};
constexpr auto head_bytes = std::size_t{20};

auto header_of(std::uint64_t generation) -> std::string {
  auto header = std::string{magic};
  put_number(header, version);
  put_number(header, generation);
  put_number(header, crc32c(header));
  return header;
}

auto record_crc(std::uint64_t generation, std::uint64_t number, std::string_view payload) -> std::uint32_t {
  auto fields = std::string{};
  put_number(fields, generation);
  put_number(fields, static_cast<std::uint32_t>(payload.size()));
  put_number(fields, number);
  return crc32c(payload, crc32c(fields));
}

} // namespace

auto journal::open(const visitor& visit) -> result<findings> {
  auto found = findings{};
  const auto limit = is_end_known_ ? end_ : UINT64_MAX;
  file_.reset();
  auto opened = files_.open(path_, open_mode::write);
  if (!opened && opened.failure().code != errc::not_found) return opened.failure();
  found.is_new = !opened;
  wants_rewrite_ = wants_rewrite_ || !opened;
  if (!opened) return found;
  file_ = *opened;
  WEIR_TRY(const auto bytes, read(limit));
  WEIR_TRY(const auto is_readable, read_header(bytes));
  if (!is_readable) {
    found.was_unreadable = true;
    wants_rewrite_ = true;
    WEIR_CHECK(set_aside());
    return found;
  }
  scan(bytes, visit, found);
  WEIR_TRY(const auto size, file_->size());
  if (size > end_) WEIR_CHECK(file_->truncate(end_));
  if (!is_end_known_) wants_rewrite_ = found.damaged_spots > 0;
  is_end_known_ = true;
  return found;
}

auto journal::read(std::uint64_t limit) -> result<std::string> {
  WEIR_TRY(const auto size, file_->size());
  auto bytes = std::string(std::min(size, limit), '\0');
  WEIR_TRY(const auto count, file_->read_at(0, bytes.data(), bytes.size()));
  bytes.resize(count);
  return bytes;
}

auto journal::read_header(std::string_view bytes) -> result<bool> {
  for (auto copy = 0; copy < 2; ++copy) {
    const auto header = bytes.substr(std::min(bytes.size(), copy * header_bytes), header_bytes);
    if (header.size() < header_bytes || !header.starts_with(magic)) continue;
    auto fields = binary_reader{header.substr(magic.size())};
    const auto its_version = fields.number<std::uint32_t>();
    const auto generation = fields.number<std::uint64_t>();
    if (fields.number<std::uint32_t>() != crc32c(header.substr(0, header_bytes - 4))) continue;
    if (its_version != version)
      return error{errc::rejected, path_ + " has the format version " + std::to_string(its_version)
                                       + ", this program knows version " + std::to_string(version)};
    generation_ = generation;
    return true;
  }
  return false;
}

/// For a person to look at. What it knew is lost to us.
auto journal::set_aside() -> result<void> {
  file_.reset();
  is_end_known_ = false;
  return files_.rename(path_, path_ + ".damaged");
}

auto journal::record_at(std::string_view bytes, std::size_t at, std::uint64_t& number) const
    -> std::optional<std::string_view> {
  auto fields = binary_reader{bytes.substr(at)};
  const auto its_mark = fields.number<std::uint32_t>();
  const auto size = fields.number<std::uint32_t>();
  number = fields.number<std::uint64_t>();
  const auto crc = fields.number<std::uint32_t>();
  if (fields.failed() || its_mark != mark || bytes.size() - at - head_bytes < size) return std::nullopt;
  const auto payload = bytes.substr(at + head_bytes, size);
  if (crc != record_crc(generation_, number, payload)) return std::nullopt;
  return payload;
}

void journal::scan(std::string_view bytes, const visitor& visit, findings& found) {
  auto mark_text = std::string{};
  put_number(mark_text, mark);
  auto at = std::min(bytes.size(), 2 * header_bytes);
  auto skipped = false;
  end_ = at;
  first_size_ = 0;
  next_number_ = 1;
  while (at < bytes.size()) {
    auto number = std::uint64_t{0};
    const auto payload = record_at(bytes, at, number);
    if (!payload) {
      skipped = true;
      at = std::min(bytes.size(), bytes.find(mark_text, at + 1));
      continue;
    }
    if (std::exchange(skipped, false)) ++found.damaged_spots;
    at += head_bytes + payload->size();
    end_ = at;
    if (number < next_number_) continue; // the copy
    if (first_size_ == 0) first_size_ = payload->size();
    found.lost_records += number - next_number_;
    visit(*payload, number - next_number_);
    next_number_ = number + 1;
  }
  found.cut_bytes = bytes.size() - end_;
}

auto journal::head_of(std::string_view payload, std::uint64_t number) const -> std::string {
  auto head = std::string{};
  put_number(head, mark);
  put_number(head, static_cast<std::uint32_t>(payload.size()));
  put_number(head, number);
  put_number(head, record_crc(generation_, number, payload));
  return head;
}

auto journal::append(std::string_view payload, bool sync) -> result<void> {
  if (!file_ || wants_rewrite_) return error{errc::unavailable, path_ + " has to be written anew first"};
  const auto head = head_of(payload, next_number_);
  const auto parts = std::array<std::string_view, 4>{head, payload, head, payload};
  WEIR_CHECK(file_->write_at(end_, parts));
  if (sync && is_synced_) {
    // What a failed sync leaves may be read back and still never reach the device.
    auto synced = file_->sync();
    wants_rewrite_ = !synced;
    if (!synced) return synced.failure();
  }
  end_ += 2 * (head.size() + payload.size());
  ++next_number_;
  return {};
}

auto journal::rewrite(std::string_view payload) -> result<void> {
  const auto temporary = path_ + ".new";
  auto opened = files_.open(temporary, open_mode::create);
  if (!opened && opened.failure().code == errc::not_found) {
    WEIR_CHECK(make_directories(files_, directory_of(path_), is_synced_));
    opened = files_.open(temporary, open_mode::create);
  }
  if (!opened) return opened.failure();
  auto& fresh = *opened;
  WEIR_CHECK(fresh->truncate(0));
  const auto before = std::exchange(generation_, generation_ + 1);
  const auto header = header_of(generation_);
  const auto head = head_of(payload, 1);
  const auto parts = std::array<std::string_view, 6>{header, header, head, payload, head, payload};
  auto written = fresh->write_at(0, parts);
  if (written && is_synced_) written = fresh->sync();
  if (written) written = files_.rename(temporary, path_);
  if (!written) {
    generation_ = before;
    return written.failure();
  }
  file_ = fresh;
  end_ = 2 * (header.size() + head.size() + payload.size());
  first_size_ = payload.size();
  next_number_ = 2;
  is_end_known_ = true;
  wants_rewrite_ = true;
  if (is_synced_) WEIR_CHECK(files_.sync_directory(directory_of(path_)));
  wants_rewrite_ = false;
  return {};
}

} // namespace weir
