#include "runtime/log/receiver_book.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace weir {
namespace {

constexpr auto first_line = std::string_view{"weir receivers 1"};
constexpr auto book_bytes_max = std::uint64_t{16} << 20;

auto next_line(std::string_view& text) -> std::string_view {
  const auto end = text.find('\n');
  if (end == std::string_view::npos) return text = {}, std::string_view{};
  const auto line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

} // namespace

auto receiver_book::open() -> result<void> {
  const auto found = files_.open(directory_ + "/receivers", open_mode::read);
  if (!found && found.failure().code == errc::not_found) return {};
  if (!found) return found.failure();
  is_used_ = true;
  WEIR_TRY(const auto size, (*found)->size());
  auto text = std::string(std::min(size, book_bytes_max), '\0');
  WEIR_TRY(const auto read, (*found)->read_at(0, text.data(), text.size()));
  auto left = std::string_view{text}.substr(0, read);
  if (next_line(left) != first_line) return {};
  while (!left.empty()) {
    const auto line = next_line(left);
    const auto tab = line.find('\t');
    if (tab != std::string_view::npos && tab + 1 < line.size())
      by_reader_[std::string{line.substr(0, tab)}].emplace(line.substr(tab + 1));
  }
  return {};
}

auto receiver_book::of(const std::string& reader) const -> const addresses& {
  static const auto none = addresses{};
  const auto at = by_reader_.find(reader);
  return at == by_reader_.end() ? none : at->second;
}

auto receiver_book::write(const std::map<std::string, addresses>& all) -> result<void> {
  auto text = std::string{first_line} + '\n';
  for (const auto& [reader, known] : all)
    for (const auto& address : known) text += reader + '\t' + address + '\n';
  const auto parts = std::array<std::string_view, 1>{text};
  const auto path = directory_ + "/receivers";
  WEIR_TRY(const auto opened, files_.open(path + ".new", open_mode::create));
  WEIR_CHECK(opened->truncate(0));
  WEIR_CHECK(opened->write_at(0, parts));
  WEIR_CHECK(opened->sync());
  WEIR_CHECK(files_.rename(path + ".new", path));
  return files_.sync_directory(directory_);
}

auto receiver_book::set(const std::string& reader, addresses wanted) -> result<void> {
  if (of(reader) == wanted) return {};
  auto all = by_reader_;
  all[reader] = std::move(wanted);
  std::erase_if(all, [](const auto& r) { return r.second.empty(); });
  is_used_ = true; // also where it fails half-way
  WEIR_CHECK(write(all));
  by_reader_ = std::move(all);
  return {};
}

} // namespace weir
