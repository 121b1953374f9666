#include "runtime/log/chunk_log.hpp"
#include "tests/cli/weir_command.hpp"
#include "tests/support/directory.hpp"
#include "tests/support/entries.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <atomic>
#include <thread>

using namespace weir;
using namespace weir::test;

namespace {

auto event_chunk(std::uint64_t sequence) -> chunk_ptr {
  auto c = std::make_shared<chunk>();
  auto body = byte_buffer{};
  for (const auto* tag : {"web.access", "web.error"}) {
    const auto entry = entry_of(std::int64_t{1'700'000'000} * 1'000'000'000,
                                record("n", static_cast<std::int64_t>(sequence), "of", tag));
    body.append(entry);
    c->sections.push_back({tag, 1, static_cast<std::uint32_t>(entry.size())});
  }
  c->id = {42, sequence};
  c->count = 2;
  c->source = "edge-1/collector/nginx";
  c->positions = {{"dev 1 inode 2", (sequence - 1) * 100, sequence * 100}};
  c->timed_at_reading = {{1, 2}};
  c->body = shared_bytes{std::move(body)};
  return c;
}

/// A buffer of ten chunks on the disk; `archive` has settled six, `store` none.
struct buffer_fixture {
  temporary_directory directory;
  std::string path = directory / "core";
  std::unique_ptr<chunk_log> log;

  buffer_fixture() {
    open();
    for (auto sequence = std::uint64_t{1}; sequence <= 10; ++sequence)
      BOOST_REQUIRE(log->append(event_chunk(sequence)));
    auto job = log->take_sync(system_clock().monotonic());
    const auto synced = job->run();
    BOOST_REQUIRE(log->finish_sync(*job, synced));
    for (auto n = record_number{1}; n <= 6; ++n) log->settle(0, n);
    log.reset();
  }
  void open() {
    auto settings = chunk_log_settings{};
    settings.path = path;
    settings.segment_bytes = 65536;
    settings.readers = {"archive", "store"};
    settings.holder = "node edge-1, pid 17";
    auto opened = chunk_log::open(real_file_system(), settings, system_clock());
    BOOST_REQUIRE(opened);
    log = std::move(*opened);
  }
  auto segment() const -> std::string { return path + "/0000000000000001.log"; }
  void flip_byte_of(std::uint64_t sequence) const {
    auto bytes = content_of(segment());
    const auto body = std::string{event_chunk(sequence)->body.view()};
    bytes[bytes.find(body) + 20] ^= 1;
    std::ofstream{segment(), std::ios::binary} << bytes;
  }
};

auto lines_of(const std::string& text) -> std::ptrdiff_t {
  return std::count(text.begin(), text.end(), '\n');
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(buffer_command, buffer_fixture)

BOOST_AUTO_TEST_CASE(ls_shows_what_a_buffer_holds_and_what_is_unsettled) {
  const auto r = weir_command({"buffer", "ls", path});
  BOOST_TEST(r.status == 0);
  BOOST_TEST(r.err == "");
  for (const auto* part : {"10 chunks, 20 events", "not in use", "0000000000000001.log  1..10", "web.access",
                           "web.error", "archive", "6", "store", "edge-1/collector/nginx  dev 1 inode 2",
                           "0..1000", "unsettled by some reader: 10 chunks, 20 events", "no damage"})
    BOOST_TEST(contains(r.out, part), part << " is not in\n" << r.out);
}

BOOST_AUTO_TEST_CASE(ls_lists_chunks_and_speaks_json_when_asked) {
  const auto r = weir_command({"buffer", "ls", "--chunks", path});
  BOOST_TEST(contains(r.out, "000000000000002a:10"));
  const auto json = weir_command({"buffer", "ls", "--json", "--chunks", path});
  BOOST_TEST(json.status == 0);
  BOOST_TEST(contains(json.out, R"("chunks":10,"events":20,)"));
  BOOST_TEST(contains(r.out, "timed at reading"));
  BOOST_TEST(contains(json.out, R"("timed_at_reading":1,"tags")"));
  BOOST_TEST(contains(json.out, R"("unsettled_by":["store"])"));
  BOOST_TEST(contains(json.out, R"("ids":[{"origin":"42","first":1,"last":10}])"));
}

BOOST_AUTO_TEST_CASE(a_buffer_in_use_is_read_beside_its_holder) {
  open();
  BOOST_REQUIRE(log->append(event_chunk(11)));
  const auto r = weir_command({"buffer", "ls", path});
  BOOST_TEST(r.status == 0);
  BOOST_TEST(contains(r.out, "in use by node edge-1, pid 17"));
  BOOST_TEST(contains(r.out, "11 chunks"));
  BOOST_TEST(weir_command({"buffer", "verify", path}).status == 0);
}

BOOST_AUTO_TEST_CASE(verify_finds_a_flipped_bit_and_changes_nothing) {
  const auto intact = weir_command({"buffer", "verify", path});
  BOOST_TEST(intact.status == 0);
  BOOST_TEST(contains(intact.out, "tag web.access: 10 chunks, 10 events"));
  BOOST_TEST(contains(intact.out, "no damage"));
  flip_byte_of(4);
  const auto before = content_of(segment());
  const auto r = weir_command({"buffer", "verify", path});
  BOOST_TEST(r.status == 1);
  BOOST_TEST(contains(r.out, "record 4: the body of a record is damaged"), r.out);
  BOOST_TEST(contains(r.out, "1 damaged record"));
  BOOST_TEST(contains(r.out, "tag web.access: 9 chunks, 9 events"));
  BOOST_TEST((content_of(segment()) == before));
  BOOST_TEST(!std::filesystem::exists(path + "/quarantine"));
}

BOOST_AUTO_TEST_CASE(dump_gives_the_events_back) {
  const auto r = weir_command({"buffer", "dump", path});
  BOOST_TEST(r.status == 0);
  BOOST_TEST(lines_of(r.out) == 20);
  BOOST_TEST(r.out.starts_with(
      R"({"time":"2023-11-14T22:13:20.000000000Z","tag":"web.access","n":1,"of":"web.access"})"));
  BOOST_TEST(lines_of(weir_command({"buffer", "dump", path, "--reader", "archive"}).out) == 8);
  BOOST_TEST(lines_of(weir_command({"buffer", "dump", "--unsettled", path}).out) == 20);
  const auto packed = weir_command({"buffer", "dump", "--format", "msgpack", path});
  BOOST_TEST(packed.status == 0);
  BOOST_TEST(packed.out.starts_with("\x93\xaaweb.access"));
}

BOOST_AUTO_TEST_CASE(dump_says_what_it_had_to_leave_out) {
  flip_byte_of(7);
  const auto r = weir_command({"buffer", "dump", path});
  BOOST_TEST(r.status == 1);
  BOOST_TEST(lines_of(r.out) == 18);
  BOOST_TEST(contains(r.err, "1 damaged record was left out"), r.err);
}

BOOST_AUTO_TEST_CASE(wrong_use_is_explained) {
  const auto nowhere = weir_command({"buffer", "ls", directory / "nowhere"});
  BOOST_TEST(nowhere.status == 1);
  BOOST_TEST(contains(nowhere.err, "nowhere"));
  const auto above = weir_command({"buffer", "verify", directory.path()});
  BOOST_TEST(above.status == 1);
  BOOST_TEST(contains(above.err, "is no chunk log; there is one in " + path), above.err);
  const auto mistyped = weir_command({"buffer", "sl", path});
  BOOST_TEST(mistyped.status == 2);
  BOOST_TEST(contains(mistyped.err, "unknown command \"buffer sl\""), mistyped.err);
  const auto option = weir_command({"buffer", "ls", "--chunk", path});
  BOOST_TEST(option.status == 2);
  BOOST_TEST(contains(option.err, "did you mean \"--chunks\"?"), option.err);
  BOOST_TEST(weir_command({"buffer"}).status == 2);
  BOOST_TEST(weir_command({"buffer", "ls"}).status == 2);
  BOOST_TEST(weir_command({"buffer", "dump", "--format", "xml", path}).status == 2);
  const auto reader = weir_command({"buffer", "dump", "--reader", "stor", path});
  BOOST_TEST(reader.status == 1);
  BOOST_TEST(contains(reader.err, "there are: archive, store"), reader.err);
}

BOOST_AUTO_TEST_CASE(a_buffer_that_is_written_to_meanwhile_is_not_called_damaged) {
  open();
  auto is_over = std::atomic{false};
  auto writer = std::thread{[&] {
    for (auto sequence = std::uint64_t{11}; sequence < 6000 && !is_over; ++sequence)
      (void)log->append(event_chunk(sequence));
  }};
  auto bad = std::vector<std::string>{};
  for (auto i = 0; i < 60; ++i)
    for (const auto* what : {"verify", "dump"})
      if (const auto said = weir_command({"buffer", what, path}); said.status != 0) bad.push_back(said.err);
  is_over = true;
  writer.join();
  BOOST_TEST(bad.size() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
