#include "tests/chaos/buffers.hpp"

#include "tests/support/process.hpp"

#include <cstdlib>
#include <string_view>
#include <tuple>

namespace weir::chaos {

namespace {

namespace fs = std::filesystem;

/// Each instance of an aggregator has a directory of its own.
auto buffers_of(const site& of) -> std::vector<std::string> {
  auto found = std::vector<std::string>{};
  for (const auto& above : {of.folder / "buffers", fs::path{of.scarce_folder()}}) {
    if (!fs::exists(above)) continue;
    for (const auto& entry : fs::recursive_directory_iterator{above})
      if (entry.path().filename() == "cursors") found.push_back(entry.path().parent_path());
  }
  return found;
}

} // namespace

auto check_buffers(const std::string& weir, const site& of) -> result<std::vector<std::string>> {
  auto problems = std::vector<std::string>{};
  const auto output = of.folder / "buffer.txt";
  for (const auto& buffer : buffers_of(of)) {
    fs::remove(output);
    if (const auto sound = test::weigh({weir, "buffer", "verify", buffer}, output); !sound)
      problems.push_back("the buffer " + buffer + " is damaged: " + test::read_file(output));
    if (of.is_cluster) continue; // copies may be left
    fs::remove(output);
    WEIR_TRY(std::ignore, test::weigh({weir, "buffer", "dump", "--unsettled", buffer}, output));
    const auto lines = test::count_lines(output);
    if (lines > 0)
      problems.push_back("everything is stored, but " + buffer + " has " + std::to_string(lines)
                         + " unsettled events");
  }
  return problems;
}

auto count_copies(const std::string& weir, const site& of) -> std::optional<std::uint64_t> {
  constexpr auto key = std::string_view{"\"copies_held\":"};
  auto copies = std::uint64_t{0};
  const auto output = of.folder / "status.txt";
  for (const auto& node : of.nodes) {
    if (node.disk.empty()) continue;
    fs::remove(output);
    if (!test::weigh({weir, "status", node.name, "--json"}, output)) return std::nullopt;
    const auto text = test::read_file(output);
    for (auto at = text.find(key); at != std::string::npos; at = text.find(key, at + 1))
      copies += std::strtoull(text.c_str() + at + key.size(), nullptr, 10);
  }
  return copies;
}

} // namespace weir::chaos
