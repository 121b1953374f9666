/// Every broken/*.yaml gives exactly the findings of the .expected beside it. To write them anew after a
/// wording changed: WEIR_REWRITE_EXPECTED=1 build/debug/broken_topologies_test, then read the diff.
#include "topology/make_plan.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

using namespace weir;
namespace fs = std::filesystem;

namespace {

auto text_of(const fs::path& path) -> std::string {
  auto file = std::ifstream{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

auto findings_of(const std::string& file) -> std::string {
  auto problems = config::diagnostics{};
  const auto plan = load_plan(file, problems);
  BOOST_TEST(!plan.has_value());
  auto text = std::string{};
  for (const auto& p : problems) text += config::to_text(p) + '\n';
  return text;
}

auto broken_files() -> std::vector<fs::path> {
  auto files = std::vector<fs::path>{};
  for (const auto& entry : fs::directory_iterator{"."})
    if (entry.path().extension() == ".yaml") files.push_back(entry.path().filename());
  std::sort(files.begin(), files.end());
  return files;
}

} // namespace

BOOST_AUTO_TEST_SUITE(broken_topologies)

BOOST_AUTO_TEST_CASE(each_gives_its_findings_with_places_and_hints) {
  fs::current_path(fs::path{WEIR_SOURCE_DIR} / "tests/topology/broken");
  const auto files = broken_files();
  BOOST_TEST(files.size() >= 20U);
  for (const auto& file : files) {
    const auto found = findings_of(file.string());
    const auto expected = fs::path{file}.replace_extension(".expected");
    if (std::getenv("WEIR_REWRITE_EXPECTED") != nullptr) std::ofstream{expected} << found;
    BOOST_TEST_CONTEXT(file.string()) { BOOST_TEST(found == text_of(expected)); }
  }
}

BOOST_AUTO_TEST_SUITE_END()
