#include "topology/source_name.hpp"

#include "topology/draft.hpp"

#include <algorithm>

namespace weir {
namespace {

constexpr auto file_name = std::string_view{"/source-name"};
constexpr auto name_bytes_max = std::size_t{256};

auto keeps_data(const component_plan* c) -> bool {
  const auto* details = std::get_if<aggregator_plan>(&c->details);
  return details != nullptr && details->buffer.type == buffer_type::disk;
}

auto read_name(file_system& disk, const std::string& path) -> result<std::string> {
  WEIR_TRY(const auto file, disk.open(path, open_mode::read));
  auto text = std::string(name_bytes_max, '\0');
  WEIR_TRY(const auto size, file->read_at(0, text.data(), text.size()));
  text.resize(size);
  while (text.ends_with('\n')) text.pop_back();
  if (is_valid_name(text)) return text;
  return error{errc::malformed, path + " holds no name of a node; it keeps the one under which positions are stored: "
                                       "write that name into it, or give --was NAME"};
}

auto keep_name(file_system& disk, const std::string& directory, const std::string& path, const std::string& node)
    -> result<void> {
  WEIR_CHECK(disk.make_directories(directory));
  {
    WEIR_TRY(const auto file, disk.open(path + ".new", open_mode::create));
    const auto text = std::string_view{node};
    WEIR_CHECK(file->truncate(0));
    WEIR_CHECK(file->write_at(0, {{text, std::string_view{"\n"}}}));
    WEIR_CHECK(file->sync());
  }
  WEIR_CHECK(disk.rename(path + ".new", path));
  return disk.sync_directory(directory);
}

} // namespace

auto kept_source_name(file_system& disk, const std::vector<const component_plan*>& hosted, const std::string& node)
    -> result<std::string> {
  const auto first = std::find_if(hosted.begin(), hosted.end(), keeps_data);
  if (first == hosted.end()) return node;
  const auto directory = buffer_root(**first, node);
  const auto path = directory + std::string{file_name};
  auto kept = read_name(disk, path);
  if (kept || kept.failure().code != errc::not_found) return kept;
  WEIR_CHECK(keep_name(disk, directory, path, node));
  return node;
}

} // namespace weir
