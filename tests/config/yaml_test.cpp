#include "config/yaml.hpp"

#include <boost/test/unit_test.hpp>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

using namespace weir::config;
namespace fs = std::filesystem;

namespace {

/// A directory of its own for each test.
struct folder {
  folder() {
    auto name = (fs::temp_directory_path() / "weir-yaml-XXXXXX").string();
    path = ::mkdtemp(name.data());
  }
  folder(const folder&) = delete;
  folder& operator=(const folder&) = delete;
  ~folder() { fs::remove_all(path); }

  auto write(const std::string& name, const std::string& text) const -> std::string {
    fs::create_directories((path / name).parent_path());
    std::ofstream{path / name, std::ios::binary} << text;
    return (path / name).string();
  }

  fs::path path;
};

struct outcome {
  std::optional<value> tree;
  std::string findings;
};

/// Findings without the folder's name.
auto load(const folder& in, const std::string& name) -> outcome {
  auto problems = diagnostics{};
  auto r = outcome{load_file((in.path / name).string(), problems), {}};
  for (const auto& p : problems) r.findings += to_text(p) + '\n';
  const auto prefix = in.path.string() + '/';
  for (auto at = r.findings.find(prefix); at != std::string::npos; at = r.findings.find(prefix))
    r.findings.erase(at, prefix.size());
  return r;
}

} // namespace

BOOST_AUTO_TEST_SUITE(yaml_files)

BOOST_AUTO_TEST_CASE(included_sections_are_joined_and_keep_their_places) {
  const auto in = folder{};
  in.write("main.yaml", "include: [parts/sinks.yaml, parts/more.yaml]\nsinks: { a: { x: 1 } }\n");
  in.write("parts/sinks.yaml", "include: more.yaml\nsinks:\n  b: { x: 2 }\n");
  in.write("parts/more.yaml", "collectors: { c: }\n");
  const auto r = load(in, "main.yaml");
  BOOST_REQUIRE(r.tree.has_value());
  BOOST_TEST(r.findings.empty());
  BOOST_TEST(r.tree->find("include") == nullptr);
  const auto& sinks = *r.tree->find("sinks");
  BOOST_TEST(sinks.members.size() == 2U);
  BOOST_TEST(sinks.members[1].where.file == (in.path / "parts/sinks.yaml").string());
  BOOST_TEST(sinks.members[1].where.line == 3);
  BOOST_TEST(r.tree->find("collectors")->find("c") != nullptr);
}

BOOST_AUTO_TEST_CASE(a_name_defined_in_two_files_names_both_places) {
  const auto in = folder{};
  in.write("main.yaml", "include: [other.yaml]\nsinks:\n  a: { x: 1 }\n");
  in.write("other.yaml", "sinks: { a: { x: 2 } }\n");
  BOOST_TEST(load(in, "main.yaml").findings
             == "other.yaml:1:10: sinks: \"a\" is defined twice; first at main.yaml:3:3\n");
}

BOOST_AUTO_TEST_CASE(includes_that_cannot_be_followed_are_told_where_they_stand) {
  const auto in = folder{};
  in.write("main.yaml",
           "include:\n  - none.yaml\n  - loop.yaml\n  - .\n  - [x]\n  - empty.yaml\n  - list.yaml\n");
  in.write("loop.yaml", "include: main.yaml\n");
  in.write("empty.yaml", "");
  in.write("list.yaml", "- a\n");
  const auto r = load(in, "main.yaml");
  BOOST_TEST(r.tree.has_value());
  BOOST_TEST(r.findings.find("main.yaml:2:5: cannot read \"none.yaml\": No such file or directory\n")
             != std::string::npos);
  BOOST_TEST(r.findings.find("loop.yaml:1:10: \"main.yaml\" includes itself, directly or through others\n")
             != std::string::npos);
  BOOST_TEST(r.findings.find("main.yaml:4:5: cannot read") != std::string::npos);
  BOOST_TEST(r.findings.find("it is a directory; wants a YAML file\n") != std::string::npos);
  BOOST_TEST(r.findings.find("main.yaml:5:5: \"include\" wants names of files in its list, not a list\n")
             != std::string::npos);
  BOOST_TEST(r.findings.find("empty.yaml:1:1: the file is empty; wants a map of sections")
             != std::string::npos);
  BOOST_TEST(r.findings.find("list.yaml:1:1: wants a map of sections, not a list\n") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(chains_of_includes_are_bounded) {
  const auto in = folder{};
  for (int i = 0; i < 40; ++i)
    in.write("f" + std::to_string(i) + ".yaml", "include: f" + std::to_string(i + 1) + ".yaml\n");
  BOOST_TEST(load(in, "f0.yaml").findings == "f15.yaml:1:10: files include files more than 16 deep\n");
}

BOOST_AUTO_TEST_CASE(a_file_of_ten_megabytes_of_nested_lists_is_refused_by_its_size) {
  const auto in = folder{};
  in.write("big.yaml", std::string(10 << 20, '['));
  BOOST_TEST(load(in, "big.yaml").findings
             == "big.yaml: cannot read \"big.yaml\": it has more than 1 MiB, the most that is read\n");
  in.write("deep.yaml", std::string(1 << 20, '['));
  BOOST_TEST(load(in, "deep.yaml").findings
             == "deep.yaml:1:65: lists and maps are nested more than 64 deep\n");
}

BOOST_AUTO_TEST_CASE(an_endless_file_is_refused_too) {
  auto problems = diagnostics{};
  BOOST_TEST(!load_file("/dev/zero", problems).has_value());
  BOOST_TEST(problems.size() == 1U);
}

BOOST_AUTO_TEST_CASE(quoted_variables_become_plain_values) {
  const auto in = folder{};
  in.write("main.yaml", "a: { b: \"${WEIR_TEST_UNSET:-true}\", c: '${tag}' }\n");
  const auto r = load(in, "main.yaml");
  BOOST_REQUIRE(r.tree.has_value());
  const auto& a = *r.tree->find("a");
  BOOST_TEST(a.find("b")->scalar == "true");
  BOOST_TEST(!a.find("b")->quoted);
  BOOST_TEST(a.find("c")->scalar == "${tag}");
  BOOST_TEST(a.find("c")->quoted);
}

BOOST_AUTO_TEST_SUITE_END()
