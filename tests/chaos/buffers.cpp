#include "tests/chaos/buffers.hpp"

#include "tests/support/process.hpp"

#include <tuple>

namespace weir::chaos {

namespace {

namespace fs = std::filesystem;

/// Each instance of an aggregator has a directory of its own.
auto buffers_of(const site& of) -> std::vector<std::string> {
  auto found = std::vector<std::string>{};
  for (const auto& above : {of.folder / "buffers", fs::path{of.scarce_folder()}})
    for (const auto& entry : fs::recursive_directory_iterator{above})
      if (entry.path().filename() == "cursors") found.push_back(entry.path().parent_path());
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
    fs::remove(output);
    WEIR_TRY(std::ignore, test::weigh({weir, "buffer", "dump", "--unsettled", buffer}, output));
    const auto lines = test::count_lines(output);
    if (lines > 0)
      problems.push_back("everything is stored, but " + buffer + " has " + std::to_string(lines)
                         + " unsettled events");
  }
  return problems;
}

} // namespace weir::chaos
