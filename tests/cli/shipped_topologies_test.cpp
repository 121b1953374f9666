/// Every topology that we ship or show in the docs has no problems, and the reference is what the
/// declarations say. To write the reference anew after a setting changed:
///   WEIR_REWRITE_REFERENCE=1 build/debug/shipped_topologies_test
#include "tests/cli/weir_command.hpp"

#include <boost/test/unit_test.hpp>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

using namespace weir;
using namespace weir::test;
namespace fs = std::filesystem;

namespace {

const auto source_folder = fs::path{WEIR_SOURCE_DIR};

auto text_of(const fs::path& path) -> std::string {
  auto file = std::ifstream{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

void expect_no_problems(const fs::path& path) {
  const auto r = weir_command({"check", path.string()});
  BOOST_TEST_CONTEXT(path.string()) {
    BOOST_TEST(r.status == 0);
    BOOST_TEST(r.err == "");
  }
}

/// The ```yaml blocks of a Markdown file that are whole topologies.
auto topologies_in(const std::string& markdown) -> std::vector<std::string> {
  constexpr auto fence = std::string_view{"```yaml\n"};
  auto found = std::vector<std::string>{};
  for (auto at = markdown.find(fence); at != std::string::npos; at = markdown.find(fence, at)) {
    at += fence.size();
    auto block = markdown.substr(at, markdown.find("```", at) - at);
    if (block.find("collectors:") != std::string::npos && block.find("sinks:") != std::string::npos)
      found.push_back(std::move(block));
  }
  return found;
}

} // namespace

BOOST_AUTO_TEST_SUITE(shipped_topologies)

BOOST_AUTO_TEST_CASE(shipped_files_have_no_problems) {
  expect_no_problems(source_folder / "config/quickstart.yaml");
  auto count = 0;
  for (const auto& entry : fs::directory_iterator{source_folder / "config/topologies"}) {
    expect_no_problems(entry.path());
    ++count;
  }
  BOOST_TEST(count >= 5);
}

BOOST_AUTO_TEST_CASE(topologies_in_the_docs_have_no_problems) {
  const auto scratch = fs::temp_directory_path() / ("weir-docs-" + std::to_string(::getpid()) + ".yaml");
  for (const auto* document : {"README.md", "docs/cluster.md", "docs/operators.md", "docs/topology.md"}) {
    const auto blocks = topologies_in(text_of(source_folder / document));
    BOOST_TEST(!blocks.empty());
    for (const auto& block : blocks) {
      std::ofstream{scratch, std::ios::binary} << block;
      BOOST_TEST_CONTEXT(document) { expect_no_problems(scratch); }
    }
  }
  fs::remove(scratch);
}

BOOST_AUTO_TEST_CASE(the_reference_is_what_the_declarations_say) {
  const auto generated = weir_command({"help", "--markdown"}).out;
  const auto path = source_folder / "docs/topology.md";
  auto committed = text_of(path);
  const auto begin = std::min(committed.find("<!-- From here on generated"), committed.size());
  if (std::getenv("WEIR_REWRITE_REFERENCE") != nullptr) {
    committed = committed.substr(0, begin) + generated;
    std::ofstream{path, std::ios::binary} << committed;
  }
  BOOST_TEST((committed.substr(begin) == generated),
             "docs/topology.md is behind the code; run: WEIR_REWRITE_REFERENCE=1 "
             "build/debug/shipped_topologies_test");
}

BOOST_AUTO_TEST_SUITE_END()
