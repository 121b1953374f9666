#include "runtime/os/own_files.hpp"
#include "runtime/tail/own_output.hpp"
#include "tests/runtime/tail/tail_fixture.hpp"

#include <boost/test/unit_test.hpp>
#include <fcntl.h>

using namespace weir;
using namespace weir::test;
using namespace std::chrono_literals;
using boost::test_tools::per_element;

BOOST_AUTO_TEST_SUITE(own_outputs)

BOOST_AUTO_TEST_CASE(templates_are_patterns_of_what_sinks_write) {
  struct {
    const char* path_template;
    const char* path;
    bool is_own;
  } const cases[] = {
      {"/srv/out/a.log", "/srv/out/a.log", true},
      {"/srv/out/a.log", "/srv/out/b.log", false},
      {"/srv/out/a.log", "/srv/out/a.log.part", true},
      {"/srv/out/a.log", "/srv/out/a.log.20261122T150405Z", true},
      {"/srv/out/a.log", "/srv/out/a.log.1", false},
      {"/srv/out/a.gz", "/srv/out/a.20261122T150405Z.gz", true},
      {"/srv/out/a.db", "/srv/out/a.db-wal", true},
      {"/srv/out/[a].log", "/srv/out/[a].log", true},
      {"/srv/out/[a].log", "/srv/out/a.log", false},
      {"/srv/in/%Y-%m-%d.log", "/srv/in/2026-11-22.log", true},
      {"/srv/in/%Y-%m-%d.log", "/srv/in/2026-11-xx.log", false},
      {"/srv/out/{tag}/%Y.log", "/srv/out/web.access/2026.log", true},
      {"/srv/out/{tag}.log", "/srv/out/a/b.log", false},
      {"/srv/in/{tag}.log", "/srv/in/a.log", false}, // others may write there, too
      {"/srv/{tag}.log", "/srv/a.log", false},
      {"/srv/in/own/{tag}.log", "/srv/in/own/a.log", true},
      {"/srv/buffer/", "/srv/buffer/a/0001.log", true},
      {"/srv/buffer/", "/srv/buffers/a.log", false},
      {"/srv/out/100%%.log", "/srv/out/100%.log", true},
  };
  for (const auto& c : cases)
    BOOST_TEST(own_output({c.path_template}, {"/srv/in/*.log"}).has(c.path) == c.is_own,
               c.path_template << " and " << c.path);
}

BOOST_AUTO_TEST_CASE(what_the_process_writes_is_never_read_whatever_leads_to_it) {
  const auto directory = scratch_directory{};
  for (const auto* name : {"in", "out"}) std::filesystem::create_directory(directory / name);
  append(directory / "in/a.log", "one\n");
  append(directory / "out/own.log", "written\n");
  std::filesystem::create_symlink(directory / "out/own.log", directory / "in/soft.log");
  std::filesystem::create_hard_link(directory / "out/own.log", directory / "in/hard.log");
  std::filesystem::create_symlink(directory / "out", directory / "in/linked");
  auto tail = tail_harness{directory, "in/*.log"};
  tail.options.paths.push_back(directory / "in/linked/*");
  auto own = own_files{};
  tail.options.is_own = [&](const file_key& key, const std::string&) {
    return own.contains(key.device, key.inode, key.birth_ns);
  };
  const auto fd = ::open((directory / "out/own.log").c_str(), O_RDWR);
  own.add(fd);
  ::close(fd);
  BOOST_TEST(tail.read() == lines{"one"}, per_element());
  append(directory / "out/own.log", "more\n");
  BOOST_TEST(tail.read_for(20s).empty());
  BOOST_TEST(tail.complaints.size() == 1U);
  BOOST_TEST(tail.tail->figures(10).unread_bytes == 0U);
  BOOST_TEST(tail.tail->problems().empty());
  tail.options.once = true;
  tail.start();
  BOOST_TEST(tail.read().empty());
  BOOST_TEST(tail.tail->is_finished());
}

BOOST_AUTO_TEST_CASE(what_an_earlier_process_wrote_is_known_by_its_birth_or_its_path) {
  const auto directory = scratch_directory{};
  append(directory / "a.log", "one\n");
  append(directory / "b.log", "two\n");
  const auto a = number_of(directory / "a.log");
  const auto b = number_of(directory / "b.log");
  BOOST_TEST_REQUIRE((a && b));
  auto own = own_files{};
  own.remember(a->inode, a->birth_ns, {});
  rename(directory / "a.log", directory / "c.log");
  const auto c = number_of(directory / "c.log");
  BOOST_TEST((c && own.contains(c->device, c->inode, c->birth_ns) == (a->birth_ns != 0)));
  // A later file of the same number is another one.
  BOOST_TEST(!own.contains(a->device, a->inode, a->birth_ns + 1));
  own.remember(b->inode, 0, directory / "c.log"); // another one has the path
  BOOST_TEST(!own.contains(b->device, b->inode, b->birth_ns));
  own.remember(b->inode, 0, directory / "b.log");
  BOOST_TEST(own.contains(b->device, b->inode, b->birth_ns));
}

BOOST_AUTO_TEST_CASE(a_file_that_the_process_begins_to_write_is_read_no_further) {
  const auto directory = scratch_directory{};
  append(directory / "a.log", "one\n");
  auto tail = tail_harness{directory, "*.log"};
  auto is_own = false;
  tail.options.is_own = [&](const file_key&, const std::string&) { return is_own; };
  BOOST_TEST(tail.read() == lines{"one"}, per_element());
  is_own = true;
  append(directory / "a.log", "two\n");
  BOOST_TEST(tail.read_for(1s).empty());
  std::filesystem::remove(directory / "a.log");
  BOOST_TEST(tail.read_for(3s).empty());
  BOOST_TEST(tail.tail->summary() == "0 files");
}

BOOST_AUTO_TEST_SUITE_END()
