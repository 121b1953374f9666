#include "runtime/ledger/file_ledger.hpp"
#include "runtime/os/own_files.hpp"
#include "tests/support/directory.hpp"
#include "tests/support/store_contract.hpp"

#include <sys/resource.h>
#include <sys/stat.h>

#include <algorithm>
#include <csignal>
#include <thread>

using namespace weir;
using namespace std::string_literals;
using test::content_of;
using test::entry_of;
using test::list;
using test::make_chunk;
using test::map_of;
using test::numbered;
using test::record;
using test::refused_events;
using test::scalar;

namespace {

constexpr auto noon = std::int64_t{1'795'359'845'123'456'789}; // 2026-11-22T15:04:05.123456789Z
constexpr auto day_ns = std::int64_t{86'400} * 1'000'000'000;

using members = std::vector<std::pair<std::string, config::value>>;

auto open_store(const members& settings, const plugin_context& context = {"archive", "edge-1"}) {
  auto made = test::make_store("file", map_of(settings), context);
  const auto opened = made->open();
  BOOST_REQUIRE_MESSAGE(opened, (opened ? std::string{} : opened.failure().what));
  return made;
}

auto one(const std::string& tag, const std::string& rec, std::int64_t time_ns = noon)
    -> test::tagged_entries {
  return {tag, entry_of(time_ns, rec), 1};
}

auto problem_with(const members& settings) -> std::string {
  return test::problems_of("file", map_of(settings));
}

/// Files cannot grow beyond `bytes` while it lives.
class file_size_limit {
public:
  explicit file_size_limit(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const auto limit = rlimit{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~file_size_limit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }
  file_size_limit(const file_size_limit&) = delete;
  auto operator=(const file_size_limit&) -> file_size_limit& = delete;

private:
  void (*handler_)(int);
  rlimit before_{};
};

auto numbers_in(const std::string& text) -> std::vector<std::int64_t> {
  auto numbers = std::vector<std::int64_t>{};
  for (auto at = text.find("\"n\":"); at != std::string::npos; at = text.find("\"n\":", at + 1))
    numbers.push_back(std::stoll(text.substr(at + 4)));
  return numbers;
}

} // namespace

BOOST_AUTO_TEST_SUITE(file_store)

BOOST_AUTO_TEST_CASE(keeps_the_contract_of_stores) {
  for (const auto* reader : {"cat", "zcat", "zstdcat"}) {
    const auto dir = test::temporary_directory{};
    const auto compress = reader == "cat"s ? "none" : reader == "zcat"s ? "gzip" : "zstd";
    const auto path = dir / "all.jsonl";
    test::check_store_contract(
        {[&] {
           return test::make_store("file", map_of({{"path", scalar(path)}, {"compress", scalar(compress)}}));
         },
         [&] { return numbers_in(test::output_of(reader + " < "s + path)); }, true});
  }
}

BOOST_AUTO_TEST_CASE(a_line_is_the_record_behind_time_and_tag) {
  const auto dir = test::temporary_directory{};
  const auto s = open_store({{"path", scalar(dir / "a.jsonl")}});
  BOOST_REQUIRE(
      test::commit(*s, {make_chunk({one("web.access", record("status", 200, "path", "/\xc3\xa9"))})}));
  BOOST_TEST(content_of(dir / "a.jsonl")
             == "{\"time\":\"2026-11-22T15:04:05.123456789Z\",\"tag\":\"web.access\",\"status\":200,\"path\":"
                "\"/\xc3\xa9\"}\n");
}

BOOST_AUTO_TEST_CASE(every_format_can_be_chosen) {
  const auto dir = test::temporary_directory{};
  const auto text = [&](members settings) {
    const auto path = dir
                      / std::to_string(std::filesystem::hash_value(settings[0].second.scalar
                                                                   + std::to_string(settings.size())));
    settings.emplace_back("path", scalar(path));
    const auto s = open_store(settings);
    BOOST_REQUIRE(test::commit(*s, {make_chunk({one("t", record("message", "m", "a", 1))})}));
    BOOST_REQUIRE(test::commit(*s, {make_chunk({one("t", record("message", "n", "a", 2))})}));
    return content_of(path);
  };
  BOOST_TEST(text({{"format", scalar("raw")}}) == "m\nn\n");
  BOOST_TEST(text({{"format", scalar("json")}, {"include", list({})}})
             == "{\"message\":\"m\",\"a\":1}\n{\"message\":\"n\",\"a\":2}\n");
  BOOST_TEST(text({{"format", scalar("ltsv")}, {"include", list({"tag"})}})
             == "tag:t\tmessage:m\ta:1\ntag:t\tmessage:n\ta:2\n");
  BOOST_TEST(text({{"format", scalar("csv")}, {"columns", list({"a", "tag"})}, {"header", scalar("true")}})
             == "a,tag\n1,t\n2,t\n");
  BOOST_TEST(text({{"format", scalar("msgpack")}, {"include", list({})}})
             == record("message", "m", "a", 1) + record("message", "n", "a", 2));
}

BOOST_AUTO_TEST_CASE(paths_follow_tag_place_and_event_time) {
  const auto dir = test::temporary_directory{};
  const auto s = open_store({{"path", scalar(dir / "{component}/{node}/{tag}/%Y-%m-%d_%H.jsonl")}});
  const auto done =
      test::commit(*s, {make_chunk({one("a", record("n", 1)), one("a", record("n", 2), noon + day_ns),
                                    one("b", record("n", 3)), one("a", record("n", 4))})});
  BOOST_REQUIRE(done);
  BOOST_TEST(done->events == 4U);
  const auto base = dir / "archive/edge-1/";
  BOOST_CHECK((numbers_in(content_of(base + "a/2026-11-22_15.jsonl")) == std::vector<std::int64_t>{1, 4}));
  BOOST_CHECK((numbers_in(content_of(base + "a/2026-11-23_15.jsonl")) == std::vector<std::int64_t>{2}));
  BOOST_CHECK((numbers_in(content_of(base + "b/2026-11-22_15.jsonl")) == std::vector<std::int64_t>{3}));
}

BOOST_AUTO_TEST_CASE(a_tag_cannot_lead_out_of_the_directory) {
  const auto dir = test::temporary_directory{};
  std::filesystem::create_directory(dir / "in");
  for (const auto* shape : {"in/{tag}", "in/{tag}/x", "in/{tag}.log", "in/x{tag}"}) {
    const auto s = open_store({{"path", scalar(dir / shape)}});
    for (const auto& tag : {"../x"s, "/etc/x"s, "a/b"s, "a\0b"s}) {
      const auto done =
          test::commit(*s, {make_chunk({one(tag, record("n", 1)), one("good", record("n", 2))})});
      BOOST_REQUIRE(done);
      BOOST_TEST(done->events == 1U);
      BOOST_REQUIRE(done->refused.size() == 1U);
      BOOST_TEST(done->refused[0].reason == "path leaves the directory");
      BOOST_TEST(done->refused[0].events == 1U);
    }
    std::filesystem::remove_all(dir / "in/good");
  }
  const auto s = open_store({{"path", scalar(dir / "in/{tag}/x")}});
  for (const auto& tag : {".."s, "."s, ""s, std::string(300, 'x')}) {
    const auto done = test::commit(*s, {make_chunk({one(tag, record("n", 1))})});
    BOOST_REQUIRE(done);
    BOOST_TEST(refused_events(*done) == 1U);
  }
  BOOST_TEST(std::distance(std::filesystem::directory_iterator{dir.path()}, {}) == 1);
  BOOST_REQUIRE(test::commit(*s, {make_chunk({one("a..b", record("n", 1))})}));
  BOOST_TEST(!content_of(dir / "in/a..b/x").empty());
}

BOOST_AUTO_TEST_CASE(a_tag_cannot_lead_into_a_ledger) {
  const auto dir = test::temporary_directory{};
  const auto s = open_store({{"path", scalar(dir / "{tag}")}, {"ledger", scalar(dir / "./own")}});
  for (const auto* tag : {".weir-other.ledger", ".weir-s.ledger.lock", "own", "own.new"}) {
    const auto done = test::commit(*s, {make_chunk({one(tag, record("n", 1)), one("good", record("n", 2))})});
    BOOST_REQUIRE(done);
    BOOST_TEST(done->events == 1U);
    BOOST_REQUIRE(done->refused.size() == 1U);
    BOOST_TEST(done->refused[0].reason == "path is that of a ledger");
  }
}

BOOST_AUTO_TEST_CASE(a_tag_that_is_a_directory_does_not_stop_the_others) {
  const auto dir = test::temporary_directory{};
  std::filesystem::create_directory(dir / "taken");
  const auto s = open_store({{"path", scalar(dir / "{tag}")}});
  const auto done =
      test::commit(*s, {make_chunk({one("taken", record("n", 1)), one("free", record("n", 2))})});
  BOOST_REQUIRE(done);
  BOOST_TEST(done->events == 1U);
  BOOST_TEST(refused_events(*done) == 1U);
}

BOOST_AUTO_TEST_CASE(a_failed_write_leaves_nothing_in_any_file) {
  const auto dir = test::temporary_directory{};
  const auto s = open_store({{"path", scalar(dir / "{tag}.jsonl")}, {"max_open", scalar("2")}});
  BOOST_REQUIRE(test::commit(*s, {make_chunk({numbered("a", 0, 10), numbered("b", 10, 20)})}));
  const auto a = content_of(dir / "a.jsonl");
  const auto b = content_of(dir / "b.jsonl");
  const auto batch =
      std::vector{make_chunk({numbered("a", 20, 30), numbered("new", 0, 5), numbered("c", 0, 5),
                              numbered("b", 30, 20'000), numbered("d", 0, 5)})};
  {
    const auto limit = file_size_limit{64 << 10};
    const auto failed = test::commit(*s, batch);
    BOOST_REQUIRE(!failed);
    BOOST_TEST((failed.failure().code == errc::unavailable));
    BOOST_TEST(failed.failure().what == "cannot write " + dir / "b.jsonl: File too large");
  }
  BOOST_TEST(content_of(dir / "a.jsonl") == a);
  BOOST_TEST(content_of(dir / "b.jsonl") == b);
  BOOST_TEST(!std::filesystem::exists(dir / "new.jsonl"));
  BOOST_TEST(!std::filesystem::exists(dir / "d.jsonl"));
  BOOST_REQUIRE(s->open());
  const auto done = test::commit(*s, batch);
  BOOST_REQUIRE(done);
  BOOST_TEST(done->events == 10U + 5 + 5 + 19'970 + 5);
  BOOST_TEST(numbers_in(content_of(dir / "b.jsonl")).size() == 10U + 19'970);
  BOOST_TEST(numbers_in(content_of(dir / "a.jsonl")).size() == 20U);
}

BOOST_AUTO_TEST_CASE(a_full_device_is_named_with_its_reason) {
  const auto s = open_store({{"path", scalar("/dev/full")}});
  const auto failed = test::commit(*s, {make_chunk({numbered("a", 0, 10)})});
  BOOST_REQUIRE(!failed);
  BOOST_TEST((failed.failure().code == errc::unavailable));
  BOOST_TEST(failed.failure().what == "cannot write /dev/full: No space left on device");
}

BOOST_AUTO_TEST_CASE(thousands_of_tags_need_few_open_files) {
  const auto dir = test::temporary_directory{};
  const auto s =
      open_store({{"path", scalar(dir / "{tag}/log")}, {"max_open", scalar("16")}, {"sync", scalar("os")}});
  for (auto round = 0; round < 2; ++round) {
    auto sections = std::vector<test::tagged_entries>{};
    for (auto tag = 0; tag < 5000; ++tag)
      sections.push_back(numbered("t" + std::to_string(tag), round * 2, round * 2 + 2));
    const auto done = test::commit(*s, {make_chunk(sections)});
    BOOST_REQUIRE(done);
    BOOST_TEST(done->events == 10'000U);
    const auto open = std::distance(std::filesystem::directory_iterator{"/proc/self/fd"}, {});
    BOOST_TEST(open < 16 + 16);
  }
  for (auto tag = 0; tag < 5000; ++tag) {
    const auto found = numbers_in(content_of(dir / ("t" + std::to_string(tag) + "/log")));
    BOOST_REQUIRE((found == std::vector<std::int64_t>{0, 1, 2, 3}));
  }
}

BOOST_AUTO_TEST_CASE(a_file_that_was_moved_or_deleted_is_made_again) {
  const auto dir = test::temporary_directory{};
  auto clock = manual_clock{};
  auto context = plugin_context{"archive", "edge-1"};
  context.clock = &clock;
  const auto s = open_store({{"path", scalar(dir / "log")}}, context);
  BOOST_REQUIRE(test::commit(*s, {make_chunk({numbered("a", 0, 1)})}));
  std::filesystem::rename(dir / "log", dir / "log.1");
  clock.advance(std::chrono::seconds{1});
  BOOST_REQUIRE(test::commit(*s, {make_chunk({numbered("a", 1, 2)})}));
  std::filesystem::remove(dir / "log");
  BOOST_REQUIRE(test::commit(*s, {make_chunk({numbered("a", 2, 3)})}));
  BOOST_CHECK((numbers_in(content_of(dir / "log.1")) == std::vector<std::int64_t>{0}));
  BOOST_CHECK((numbers_in(content_of(dir / "log")) == std::vector<std::int64_t>{2}));
}

BOOST_AUTO_TEST_CASE(new_directories_and_files_have_the_usual_modes) {
  const auto dir = test::temporary_directory{};
  const auto before = ::umask(022);
  const auto s = open_store({{"path", scalar(dir / "x/y/log")}, {"sync", scalar("always")}});
  BOOST_REQUIRE(test::commit(*s, {make_chunk({numbered("a", 0, 1)})}));
  ::umask(before);
  struct stat status {};
  BOOST_REQUIRE(::stat((dir / "x/y").c_str(), &status) == 0);
  BOOST_TEST((status.st_mode & 07777) == 0755U);
  BOOST_REQUIRE(::stat((dir / "x/y/log").c_str(), &status) == 0);
  BOOST_TEST((status.st_mode & 07777) == 0644U);
}

BOOST_AUTO_TEST_CASE(a_file_of_the_size_or_age_is_finished_and_a_new_one_begun) {
  const auto dir = test::temporary_directory{};
  auto clock = manual_clock{};
  clock.set_wall_ns(noon);
  auto context = plugin_context{"archive", "edge-1"};
  context.clock = &clock;
  const auto s = open_store({{"path", scalar(dir / "log.gz")},
                             {"compress", scalar("gzip")},
                             {"rotate", map_of({{"size", scalar("1KiB")}, {"age", scalar("1h")}})}},
                            context);
  const auto files = [&] {
    auto names = std::vector<std::string>{};
    for (const auto& f : std::filesystem::directory_iterator{dir.path()})
      if (f.path().filename().string().front() != '.') names.push_back(f.path().filename().string());
    std::sort(names.begin(), names.end());
    auto text = std::string{};
    for (const auto& name : names) text += name + ' ';
    return text;
  };
  BOOST_REQUIRE(test::commit(*s, {make_chunk({numbered("a", 0, 1)})}));
  clock.advance(std::chrono::minutes{59});
  BOOST_REQUIRE(test::commit(*s, {make_chunk({numbered("a", 1, 500)})}));
  BOOST_TEST(files() == "log.gz ");
  clock.advance(std::chrono::seconds{5}); // it is larger than 1KiB now
  BOOST_REQUIRE(test::commit(*s, {make_chunk({numbered("a", 500, 501)})}));
  BOOST_TEST(files() == "log.20261122T160310Z.gz log.gz ");
  clock.advance(std::chrono::hours{1});
  BOOST_REQUIRE(s->idle()); // nothing has to come for that
  BOOST_TEST(files() == "log.20261122T160310Z.gz log.20261122T170310Z.gz ");
  BOOST_REQUIRE(test::commit(*s, {make_chunk({numbered("a", 501, 502)})}));
  const auto found = numbers_in(test::output_of("zcat " + dir.path() + "/*.gz"));
  BOOST_REQUIRE(found.size() == 502U);
}

BOOST_AUTO_TEST_CASE(a_file_has_its_name_when_it_is_finished) {
  const auto dir = test::temporary_directory{};
  auto clock = manual_clock{};
  auto context = plugin_context{"archive", "edge-1"};
  context.clock = &clock;
  const auto settings = members{{"path", scalar(dir / "%Y-%m-%d.log")}, {"finish", scalar("rename")}};
  {
    const auto s = open_store(settings, context);
    BOOST_REQUIRE(test::commit(*s, {make_chunk({one("a", record("n", 1))})}));
    BOOST_TEST(!content_of(dir / "2026-11-22.log.part").empty());
    BOOST_REQUIRE(test::commit(*s, {make_chunk({one("a", record("n", 2), noon + day_ns)})}));
    clock.advance(std::chrono::seconds{11}); // nothing came for the first day any more
    BOOST_REQUIRE(test::commit(*s, {make_chunk({one("a", record("n", 3), noon + day_ns)})}));
    BOOST_TEST(!std::filesystem::exists(dir / "2026-11-22.log.part"));
    BOOST_CHECK((numbers_in(content_of(dir / "2026-11-22.log")) == std::vector<std::int64_t>{1}));
    BOOST_TEST(!std::filesystem::exists(dir / "2026-11-23.log"));
  }
  BOOST_CHECK((numbers_in(content_of(dir / "2026-11-23.log")) == std::vector<std::int64_t>{2, 3}));
  BOOST_TEST(!std::filesystem::exists(dir / "2026-11-23.log.part"));
}

BOOST_AUTO_TEST_CASE(what_was_written_is_known_to_a_later_process_whatever_it_is_called) {
  const auto dir = test::temporary_directory{};
  auto clock = manual_clock{};
  auto context = plugin_context{"archive", "edge-1"};
  context.clock = &clock;
  const auto settings =
      members{{"path", scalar(dir / "{tag}.log")}, {"rotate", map_of({{"size", scalar("1B")}})}};
  {
    const auto s = open_store(settings, context);
    for (auto n = 0; n < 3; ++n) {
      clock.advance(std::chrono::seconds{2});
      BOOST_REQUIRE(test::commit(*s, {make_chunk({numbered("a", n, n + 1)})}));
    }
  }
  std::filesystem::rename(dir / "a.log", dir / "moved");
  const auto written = plugin_registry<store>::find("file")->claims(map_of(settings), {"archive", "edge-1"});
  const auto known = made_files_of(real_file_system(), written.ledger);
  BOOST_REQUIRE(known);
  auto own = own_files{};
  for (const auto& f : *known) own.remember(f.inode, f.birth_ns, f.path);
  auto seen = 0;
  for (const auto& entry : std::filesystem::directory_iterator{dir.path()}) {
    const auto number = number_of(entry.path().string());
    if (entry.path().filename().string().starts_with(".weir-")) continue;
    ++seen;
    BOOST_TEST((number && own.contains(number->device, number->inode, number->birth_ns)), entry.path());
  }
  BOOST_TEST(seen == 3);
}

BOOST_AUTO_TEST_CASE(the_ledger_can_lie_elsewhere_and_devices_need_none) {
  const auto dir = test::temporary_directory{};
  open_store({{"path", scalar(dir / "out/{tag}/log")}, {"ledger", scalar(dir / "state/ledger")}});
  BOOST_TEST(std::filesystem::exists(dir / "state/ledger"));
  open_store({{"path", scalar(dir / "out/{tag}/log")}});
  BOOST_TEST(std::filesystem::exists(dir / "out/.weir-archive.ledger"));
  open_store({{"path", scalar(dir / "all/{node}.log")}}); // on every node, and all nodes may share the directory
  BOOST_TEST(std::distance(std::filesystem::directory_iterator{dir / "all"}, {}) == 2);
  BOOST_TEST(!std::filesystem::exists(dir / "all/.weir-archive.ledger"));
  const auto null = open_store({{"path", scalar("/dev/null")}});
  BOOST_REQUIRE(test::commit(*null, {make_chunk({numbered("a", 0, 1)})}));
  BOOST_TEST(!std::filesystem::exists("/dev/.weir-archive.ledger"));
}

BOOST_AUTO_TEST_CASE(compressed_files_can_be_read_while_they_grow) {
  const auto dir = test::temporary_directory{};
  const auto path = dir / "log.gz";
  const auto s = open_store({{"path", scalar(path)}, {"compress", scalar("gzip")}});
  auto writer = std::thread{[&] {
    for (auto n = 0; n < 200; ++n) (void)test::commit(*s, {make_chunk({numbered("a", n * 50, n * 50 + 50)})});
  }};
  auto last = std::size_t{0};
  for (auto reads = 0; reads < 20; ++reads) {
    const auto found = numbers_in(test::output_of("zcat < " + path + " 2>/dev/null"));
    BOOST_REQUIRE(found.size() >= last);
    last = found.size();
    for (std::size_t i = 0; i < found.size(); ++i)
      BOOST_REQUIRE_EQUAL(found[i], static_cast<std::int64_t>(i));
  }
  writer.join();
  BOOST_TEST(numbers_in(test::output_of("zcat " + path)).size() == 10'000U);
}

BOOST_AUTO_TEST_CASE(wrong_settings_are_named) {
  BOOST_TEST(problem_with({}) == "sink \"s\": \"path\" is missing\n");
  BOOST_TEST(problem_with({{"path", scalar("x/{tga}")}})
             == "sink \"s\": \"path\" has {tga}; known are {tag}, {node} and {component}\n");
  BOOST_TEST(problem_with({{"path", scalar("x/%Q")}})
             == "sink \"s\": \"path\" has %Q, which is no part of a time\n");
  BOOST_TEST(problem_with({{"path", scalar("{tag}/../x")}}).find("behind a value") != std::string::npos);
  BOOST_TEST(problem_with({{"path", scalar("x")}, {"format", scalar("csv")}}).find("\"columns\" is missing")
             != std::string::npos);
  BOOST_TEST(problem_with({{"path", scalar("x")}, {"include", list({"tagg"})}}).find("\"include\" wants")
             != std::string::npos);
  BOOST_TEST(problem_with({{"path", scalar("x")}, {"max_open", scalar("0")}}).find("\"max_open\" wants")
             != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_size_to_keep_wants_whole_files_that_fit_into_it) {
  const auto keep = std::pair{"retention"s, map_of({{"size", scalar("500MiB")}})};
  const auto rotate = [](const char* size) { return std::pair{"rotate"s, map_of({{"size", scalar(size)}})}; };
  BOOST_TEST(problem_with({{"path", scalar("a.log")}, keep}).find("wants whole files to delete") != std::string::npos);
  BOOST_TEST(problem_with({{"path", scalar("a.log")}, keep, rotate("1GiB")}).find("less than the 1GiB") != std::string::npos);
  BOOST_TEST(problem_with({{"path", scalar("a.log")}, keep, rotate("100MiB")}) == "");
  BOOST_TEST(problem_with({{"path", scalar("%F.log")}, keep}) == "");
}

BOOST_AUTO_TEST_SUITE_END()
