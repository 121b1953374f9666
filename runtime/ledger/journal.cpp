#include "runtime/ledger/journal.hpp"

#include "runtime/base/binary.hpp"
#include "runtime/base/crc32c.hpp"
#include "runtime/os/paths.hpp"

#include <algorithm>
#include <array>

namespace weir {
namespace {

constexpr auto magic = std::string_view{"weirLEDG"};
constexpr auto version = std::uint32_t{1};
constexpr auto header_bytes = std::size_t{24};
constexpr auto mark = std::uint32_t{0x4c445257};
constexpr auto head_bytes = std::size_t{28};

auto header_of(std::uint64_t generation) -> std::string {
  auto header = std::string{magic};
  put_number(header, version);
  put_number(header, generation);
  put_number(header, crc32c(header));
  return header;
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
  if (is_readable) visit_records(bytes, visit, found);
  // It takes its name when the first record is in it.
  if (!is_readable || next_number_ == 1) {
    found.was_unreadable = true;
    wants_rewrite_ = true;
    WEIR_CHECK(set_aside());
    return found;
  }
  WEIR_TRY(const auto size, file_->size());
  if (size > end_) {
    WEIR_CHECK(file_->truncate(end_));
    // What was taken back must not come back with the power. If it may, only a new generation helps.
    if (is_synced_ && is_end_known_ && !file_->sync()) wants_rewrite_ = true;
  }
  wants_rewrite_ = wants_rewrite_ || found.is_damaged;
  is_end_known_ = true;
  return found;
}

auto journal::peek(const std::function<void(std::string_view payload)>& visit) -> result<void> {
  WEIR_TRY(file_, files_.open(path_, open_mode::read));
  WEIR_TRY(const auto bytes, read(UINT64_MAX));
  WEIR_TRY(const auto is_readable, read_header(bytes));
  auto found = findings{};
  const auto visit_one = [&](std::string_view payload, std::uint64_t) { visit(payload); };
  if (is_readable) visit_records(bytes, visit_one, found);
  return {};
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

auto journal::crc_of(const record& r) const -> std::uint32_t {
  auto fields = std::string{};
  put_number(fields, generation_);
  put_number(fields, static_cast<std::uint32_t>(r.payload.size()));
  put_number(fields, r.number);
  put_number(fields, r.synced);
  return crc32c(r.payload, crc32c(fields));
}

auto journal::record_at(std::string_view bytes, std::size_t at) const -> std::optional<record> {
  auto fields = binary_reader{bytes.substr(at)};
  auto r = record{};
  const auto its_mark = fields.number<std::uint32_t>();
  const auto size = fields.number<std::uint32_t>();
  r.number = fields.number<std::uint64_t>();
  r.synced = fields.number<std::uint64_t>();
  const auto crc = fields.number<std::uint32_t>();
  if (fields.failed() || its_mark != mark || bytes.size() - at - head_bytes < size) return std::nullopt;
  r.payload = bytes.substr(at + head_bytes, size);
  r.end = at + head_bytes + size;
  return crc == crc_of(r) ? std::optional{r} : std::nullopt;
}

/// All that are whole, copies too.
auto journal::scan(std::string_view bytes) const -> std::vector<record> {
  auto mark_text = std::string{};
  put_number(mark_text, mark);
  auto all = std::vector<record>{};
  for (auto at = std::min(bytes.size(), 2 * header_bytes); at < bytes.size();) {
    if (const auto r = record_at(bytes, at)) {
      all.push_back(*r);
      at = r->end;
    } else {
      at = std::min(bytes.size(), bytes.find(mark_text, at + 1));
    }
  }
  return all;
}

void journal::visit_records(std::string_view bytes, const visitor& visit, findings& found) {
  const auto all = scan(bytes);
  auto synced = std::uint64_t{0};
  for (const auto& r : all) synced = std::max(synced, r.synced);
  end_ = std::min(bytes.size(), 2 * header_bytes);
  first_size_ = 0;
  next_number_ = 1;
  for (const auto& r : all) {
    if (r.number > next_number_ && next_number_ > synced) break;
    const auto lost = r.number < next_number_ ? 0 : r.number - next_number_;
    found.lost_records += lost;
    found.is_damaged = found.is_damaged || r.end != end_ + head_bytes + r.payload.size();
    end_ = r.end;
    if (r.number < next_number_) continue; // the copy
    if (first_size_ == 0) first_size_ = r.payload.size();
    visit(r.payload, lost);
    next_number_ = r.number + 1;
  }
  synced_ = synced;
  found.cut_bytes = bytes.size() - end_;
}

auto journal::head_of(std::string_view payload, std::uint64_t number) const -> std::string {
  auto head = std::string{};
  put_number(head, mark);
  put_number(head, static_cast<std::uint32_t>(payload.size()));
  put_number(head, number);
  put_number(head, synced_);
  put_number(head, crc_of({payload, number, synced_, 0}));
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
    synced_ = next_number_;
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
  const auto synced_before = std::exchange(synced_, 0);
  const auto header = header_of(generation_);
  const auto head = head_of(payload, 1);
  const auto parts = std::array<std::string_view, 6>{header, header, head, payload, head, payload};
  auto written = fresh->write_at(0, parts);
  if (written && is_synced_) written = fresh->sync();
  if (!written) {
    generation_ = before;
    synced_ = synced_before;
    return written.failure();
  }
  // Whichever of the two has the name after a failure: both say the same.
  wants_rewrite_ = true;
  is_end_known_ = false;
  file_.reset();
  WEIR_CHECK(files_.rename(temporary, path_));
  file_ = fresh;
  end_ = 2 * (header.size() + head.size() + payload.size());
  first_size_ = payload.size();
  next_number_ = 2;
  synced_ = is_synced_ ? 1 : 0;
  is_end_known_ = true;
  if (is_synced_) WEIR_CHECK(files_.sync_directory(directory_of(path_)));
  wants_rewrite_ = false;
  return {};
}

} // namespace weir
