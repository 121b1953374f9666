#include "runtime/log/log_directory.hpp"

#include "runtime/base/crc32c.hpp"
#include "runtime/log/file_window.hpp"
#include "runtime/log/log_memory.hpp"
#include "runtime/log/recovery.hpp"

#include <algorithm>
#include <map>

namespace weir {
namespace {

constexpr auto cursor_bytes_max = std::size_t{16} << 20;
/// A file with a larger number is none of ours: numbers must not run out.
constexpr auto segment_max = std::uint64_t{1} << 62;

/// The copy of the header in the first snapshot: trusted if the record's checksum fits what it says.
auto header_of_snapshot(file_window& window) -> result<std::optional<segment_header>> {
  WEIR_TRY(const auto bytes, window.view(segment_header_bytes, record_header_bytes + segment_header_bytes));
  if (!may_be_record(bytes)) return std::optional<segment_header>{};
  const auto copy = decode_segment_header(bytes.substr(record_header_bytes));
  if (!copy && copy.failure().code == errc::rejected) return copy.failure();
  if (!copy || !decode_record_header(bytes.substr(0, record_header_bytes), copy->identity))
    return std::optional<segment_header>{};
  return std::optional{*copy};
}

auto read_header(segment_file& of, const file& from) -> result<void> {
  auto window = file_window{from, 4096};
  WEIR_TRY(const auto bytes, window.view(0, segment_header_bytes));
  const auto header = decode_segment_header(bytes);
  if (header) return of.header = *header, result<void>{};
  if (header.failure().code == errc::rejected) return header.failure();
  WEIR_TRY(of.header, header_of_snapshot(window));
  of.header_is_copy = of.header.has_value();
  return {};
}

auto read_cursors(file_system& files, const std::string& path, log_directory& to) -> result<void> {
  const auto found = files.open(cursor_path(path), open_mode::read);
  if (!found && found.failure().code == errc::not_found) return {};
  if (!found) return found.failure();
  auto window = file_window{**found, 4096};
  WEIR_TRY(const auto size, (*found)->size());
  WEIR_TRY(const auto bytes, window.view(0, std::min<std::uint64_t>(size, cursor_bytes_max)));
  auto cursors = decode_cursors(bytes);
  if (cursors) return to.cursors = std::move(*cursors), result<void>{};
  if (cursors.failure().code == errc::rejected)
    return error{errc::rejected, cursor_path(path) + ' ' + cursors.failure().what};
  to.cursors_failure = cursors.failure().what;
  return {};
}

/// The cursors know best, unless no segment agrees; then the id that most segments have, and the oldest.
auto find_log_id(const log_directory& in) -> std::uint64_t {
  auto counts = std::map<std::uint64_t, std::size_t>{};
  for (const auto& s : in.segments)
    if (s.header) ++counts[s.header->identity.log_id];
  if (in.cursors && (counts.empty() || counts.contains(in.cursors->log_id))) return in.cursors->log_id;
  auto best = std::uint64_t{0};
  for (const auto& s : in.segments)
    if (s.header && (best == 0 || counts[s.header->identity.log_id] > counts[best]))
      best = s.header->identity.log_id;
  return best;
}

void set_foreign_aside(log_directory& in) {
  std::erase_if(in.segments, [&](const segment_file& s) {
    const auto is_foreign =
        s.header && (s.header->identity.log_id != in.log_id || s.header->identity.segment != s.segment);
    if (is_foreign) in.foreign.push_back(s.path);
    return is_foreign;
  });
}

/// The header is written when all is, so that one that is only a copy may lead a part of what it replaces.
void find_superseded(std::vector<segment_file>& segments) {
  auto from = UINT64_MAX;
  for (auto s = segments.rbegin(); s != segments.rend(); ++s) {
    s->superseded_from = from;
    if (s->header && !s->header_is_copy) from = std::min(from, s->header->first);
  }
}

} // namespace

auto cursor_path(const std::string& directory) -> std::string { return directory + "/cursors"; }

auto read_log_directory(file_system& files, const std::string& path) -> result<log_directory> {
  auto found = log_directory{};
  const auto names = files.list(path);
  if (!names && names.failure().code == errc::not_found) return found;
  if (!names) return names.failure();
  WEIR_CHECK(read_cursors(files, path, found));
  for (const auto& name : *names) {
    auto s = segment_file{};
    s.segment = segment_of_name(name);
    if (s.segment == 0 || s.segment > segment_max) continue;
    s.path = path + '/' + name;
    WEIR_TRY(const auto opened, files.open(s.path, open_mode::read));
    WEIR_TRY(s.bytes, opened->size());
    if (const auto read = read_header(s, *opened); !read) {
      if (read.failure().code != errc::rejected) return read.failure();
      return error{errc::rejected, s.path + ' ' + read.failure().what};
    }
    found.next_segment = std::max(found.next_segment, s.segment + 1);
    found.segments.push_back(std::move(s));
  }
  found.log_id = find_log_id(found);
  if (found.cursors && found.cursors->log_id != found.log_id) {
    found.cursors.reset();
    found.cursors_failure = "they are those of another log";
  }
  set_foreign_aside(found);
  find_superseded(found.segments);
  return found;
}

} // namespace weir
