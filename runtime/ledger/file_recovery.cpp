#include "runtime/ledger/file_recovery.hpp"

#include "runtime/base/crc32c.hpp"
#include "runtime/os/paths.hpp"

#include <algorithm>

namespace weir {
namespace {

/// The path that leads to the file now; empty if none does.
auto find_file(file_system& files, const file_mark& mark) -> result<std::string> {
  const auto inode = files.inode(mark.path);
  if (inode && (mark.inode == 0 || *inode == mark.inode)) return mark.path;
  if (!inode && inode.failure().code != errc::not_found) return inode.failure();
  if (mark.inode == 0) return std::string{};
  const auto directory = directory_of(mark.path);
  const auto names = files.list(directory);
  if (!names && names.failure().code == errc::not_found) return std::string{};
  if (!names) return names.failure();
  auto stem = name_of(mark.path);
  if (stem.ends_with(unfinished_suffix)) stem.resize(stem.size() - unfinished_suffix.size());
  for (const auto& name : *names) {
    if (!name.starts_with(stem.substr(0, stem.find('.', 1)))) continue;
    auto path = directory + '/' + name;
    const auto its = files.inode(path);
    if (its && *its == mark.inode) return path;
  }
  return std::string{};
}

auto cut_file(const std::shared_ptr<file>& f, std::uint64_t length, bool durable) -> result<void> {
  WEIR_CHECK(f->truncate(length));
  return durable ? f->sync() : result<void>{};
}

auto remove_file(file_system& files, const std::string& path, bool durable) -> result<void> {
  const auto gone = files.remove(path);
  if (!gone && gone.failure().code != errc::not_found) return gone.failure();
  return durable ? files.sync_directory(directory_of(path)) : result<void>{};
}

/// A process that was killed here before may have removed it, and only the directory in memory knows.
auto confirm_removal(file_system& files, const std::string& path, bool durable) -> result<void> {
  if (!durable) return {};
  const auto synced = files.sync_directory(directory_of(path));
  return synced || synced.failure().code == errc::not_found ? result<void>{} : synced;
}

} // namespace

auto crc_of_tail(std::string_view end) -> std::uint32_t {
  return crc32c(end.substr(end.size() - std::min(end.size(), tail_bytes)));
}

auto read_tail(const file& f, std::uint64_t length) -> result<std::string> {
  const auto size = std::min<std::uint64_t>(length, tail_bytes);
  auto tail = std::string(size, '\0');
  WEIR_TRY(const auto count, f.read_at(length - size, tail.data(), size));
  tail.resize(count);
  return tail;
}

auto recover_file(file_system& files, const file_mark& mark, bool durable) -> result<std::string> {
  if (!mark.in_use) return std::string{};
  WEIR_TRY(const auto path, find_file(files, mark));
  if (path.empty()) {
    WEIR_CHECK(confirm_removal(files, mark.path, durable));
    return std::string{};
  }
  auto opened = files.open(path, open_mode::write);
  if (!opened && (opened.failure().code == errc::not_found || opened.failure().code == errc::rejected))
    return std::string{};
  if (!opened) return opened.failure();
  const auto f = std::move(*opened);
  WEIR_TRY(const auto size, f->size());
  // Made by the commit that did not end; before its inode was noted it can only be empty.
  if (mark.is_created && (mark.inode != 0 || size == 0)) {
    WEIR_CHECK(remove_file(files, path, durable));
    return std::string{};
  }
  if (mark.inode == 0) return std::string{};
  if (size == mark.length) { // a process that was killed here before may have cut it, and not synced it
    if (durable) WEIR_CHECK(f->sync());
    return std::string{};
  }
  if (size < mark.length)
    return "\"" + path + "\" is shorter than what was committed to it, by "
           + std::to_string(mark.length - size) + " bytes";
  WEIR_TRY(const auto tail, read_tail(*f, mark.length));
  if (mark.length > 0 && crc_of_tail(tail) != mark.tail_crc)
    return "\"" + path + "\" was changed by something else; it is left as it is";
  WEIR_CHECK(cut_file(f, mark.length, durable));
  return std::string{};
}

} // namespace weir
