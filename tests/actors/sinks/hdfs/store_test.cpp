#include "actors/sinks/hdfs/hdfs_directory.hpp"
#include "runtime/os/random.hpp"
#include "tests/support/peer.hpp"
#include "tests/support/store_contract.hpp"

#include <algorithm>
#include <atomic>
#include <sstream>
#include <thread>

using namespace weir;
using namespace weir::test;

namespace {

auto server() -> peer& {
  static auto one = peer{"hdfs", "HDFS_HTTPFS=1"};
  return one;
}

auto web_hdfs() -> std::string { return "http://" + server().address(); }

auto http_fs() -> std::string {
  auto port = content_of(server().folder() + "/httpfs_port");
  while (port.ends_with('\n')) port.pop_back();
  return "http://127.0.0.1:" + port;
}

using setting_list = std::vector<std::pair<std::string, config::value>>;

auto settings_of_store(const std::string& path, const setting_list& more = {}) -> config::value {
  auto made = setting_list{{"endpoints", list({web_hdfs()})},
                           {"path", scalar(path)},
                           {"auth", map_of({{"user", scalar("weir")}})},
                           {"timeout", map_of({{"connect", scalar("2s")}, {"request", scalar("20s")}})}};
  for (const auto& [key, value] : more) {
    const auto at = std::find_if(made.begin(), made.end(), [&](const auto& m) { return m.first == key; });
    at == made.end() ? made.push_back({key, value}) : void(at->second = value);
  }
  return map_of(made);
}

auto plain_settings(const std::string& endpoint = web_hdfs()) -> hdfs_settings {
  auto s = hdfs_settings{};
  s.http.endpoints = {endpoint};
  s.http.auth.user = "weir";
  return s;
}

/// All paths of files with events below it.
auto files_below(webhdfs& web, const std::string& directory) -> std::vector<std::string> {
  auto found = std::vector<std::string>{};
  const auto answer = web.ask({"GET", directory, "op=LISTSTATUS"});
  BOOST_REQUIRE(answer);
  for (const auto& f : hdfs_files_of(answer->body).value_or(std::vector<hdfs_file>{})) {
    const auto path = directory + '/' + f.name;
    if (!f.is_directory)
      found.push_back(path);
    else if (f.name != "_weir")
      for (auto& below : files_below(web, path)) found.push_back(std::move(below));
  }
  return found;
}

auto unpacked(const std::string& path, const std::string& bytes) -> std::string {
  const auto how = path.ends_with(".gz") ? compression::gzip : path.ends_with(".zst") ? compression::zstd : compression::none;
  if (how == compression::none) return bytes;
  auto out = byte_buffer{};
  BOOST_REQUIRE(decompress(how, bytes, std::size_t{64} << 20, out));
  return std::string{out.view()};
}

auto numbers_below(const std::string& directory) -> std::vector<std::int64_t> {
  auto web = webhdfs{plain_settings(), system_clock()};
  auto events = std::vector<std::string>{};
  for (const auto& path : files_below(web, directory)) {
    const auto got = web.transfer({"GET", path, "op=OPEN"});
    BOOST_REQUIRE(got);
    auto lines = std::istringstream{unpacked(path, got->body)};
    for (auto line = std::string{}; std::getline(lines, line);) events.push_back(line);
  }
  return numbers_of_events(events);
}

auto opened(const config::value& settings) -> std::unique_ptr<store> { return weir::test::opened(make_store("hdfs", settings)); }

auto first_problem(const config::value& settings) -> std::string {
  const auto state = make_store("hdfs", settings)->open();
  BOOST_REQUIRE(!state);
  BOOST_TEST((state.failure().code == errc::unavailable));
  return state.failure().what;
}

} // namespace

BOOST_AUTO_TEST_SUITE(hdfs_store)

BOOST_AUTO_TEST_CASE(keeps_the_contract_of_stores) {
  const auto make = [] { return make_store("hdfs", settings_of_store("/logs/contract/{tag}/%Y/")); };
  check_store_contract({make, [] { return numbers_below("/logs/contract"); }, true});
}

BOOST_AUTO_TEST_CASE(keeps_the_contract_of_stores_through_httpfs) {
  const auto make = [] { return make_store("hdfs", settings_of_store("/logs/httpfs/{tag}/%Y/", {{"endpoints", list({http_fs()})}})); };
  check_store_contract({make, [] { return numbers_below("/logs/httpfs"); }, true});
}

BOOST_AUTO_TEST_CASE(keeps_the_contract_of_stores_with_files_that_grow) {
  // Each is large enough at once, so that it can be read.
  const auto rotate = setting_list{{"rotate", map_of({{"size", scalar("1B")}, {"age", scalar("1h")}})}};
  const auto make = [&] { return make_store("hdfs", settings_of_store("/logs/grown/{tag}/%Y/", rotate)); };
  check_store_contract({make, [] { return numbers_below("/logs/grown"); }, true});
}

BOOST_AUTO_TEST_CASE(batches_are_appended_to_one_file) {
  for (const auto* method : {"none", "gzip", "zstd"}) {
    const auto path = std::string{"/logs/appended/"} + method;
    const auto rotate = map_of({{"age", scalar("1h")}});
    const auto s = opened(settings_of_store(path, {{"compress", scalar(method)}, {"rotate", rotate}}));
    for (auto n = 0; n < 50; n += 10) BOOST_REQUIRE(commit(*s, {make_chunk({numbered("a", n, n + 10)})}));
    BOOST_TEST(numbers_below(path).empty());
    BOOST_REQUIRE(s->finish());
    BOOST_TEST(numbers_below(path).size() == 50U);
    auto web = webhdfs{plain_settings(), system_clock()};
    BOOST_TEST(files_below(web, path).size() == 1U);
  }
}

BOOST_AUTO_TEST_CASE(a_file_is_cut_to_what_is_stored_of_it) {
  for (const auto& endpoint : {web_hdfs(), http_fs()}) {
    auto files = hdfs_directory{plain_settings(endpoint), system_clock(), random_id};
    const auto f = growing_file{"logs/cut/_weir/made", "logs/cut/a/b.txt", {}, 0, 6, true};
    BOOST_REQUIRE(files.put(f.made, "one", {}));
    for (const auto* more : {"two", "three"}) {
      const auto done = files.append(f.made, more, more == std::string{"two"} ? 3 : 6);
      BOOST_REQUIRE_MESSAGE(done, (done ? "" : done.failure().what));
      BOOST_TEST(*done);
    }
    auto done = files.finish(f);
    // The server does it in the background.
    for (const auto until = system_clock().monotonic() + std::chrono::minutes{1}; done && !*done && system_clock().monotonic() < until;) done = files.finish(f);
    BOOST_REQUIRE_MESSAGE(done, (done ? "" : done.failure().what));
    BOOST_TEST(*done);
    BOOST_TEST(*files.get(f.key) == "onetwo");
    BOOST_TEST(*files.finish(f));
    BOOST_TEST((files.append(f.made, "late", 6).failure().code == errc::not_found));
    BOOST_REQUIRE(files.remove(f.key));
    BOOST_REQUIRE(files.put(f.made, "one", {}));
    BOOST_TEST(files.finish(f).failure().what.find("has 3 bytes, and 6 were stored: some are lost") != std::string::npos);
    BOOST_REQUIRE(files.remove(f.made + ".closed"));
  }
}

BOOST_AUTO_TEST_CASE(every_way_of_compression_can_be_read_back) {
  for (const auto* method : {"none", "gzip", "zstd"}) {
    const auto path = std::string{"/logs/compress/"} + method;
    const auto s = opened(settings_of_store(path, {{"compress", scalar(method)}}));
    BOOST_REQUIRE(commit(*s, {make_chunk({numbered("a", 0, 1000)})}));
    BOOST_TEST(numbers_below(path).size() == 1000U);
  }
}

BOOST_AUTO_TEST_CASE(tags_make_directories_and_nothing_else) {
  const auto s = opened(settings_of_store("/logs/tags/{tag}/%Y/"));
  auto n = 0;
  auto chunks = std::vector<chunk_ptr>{};
  for (const auto& tag : {std::string{"web.access"}, std::string{"../../etc"}, std::string{".."}, std::string{}, std::string{"a b?x=1&y#%41"},
                          std::string{"a:b\\c"}, std::string(300, 'x'), std::string{"caf\xc3\xa9"}}) {
    chunks.push_back(make_chunk({numbered(tag, n, n + 1)}));
    ++n;
  }
  const auto done = commit(*s, chunks);
  BOOST_REQUIRE_MESSAGE(done, (done ? "" : done.failure().what));
  BOOST_TEST(done->events == 8U);
  BOOST_TEST(numbers_below("/logs/tags").size() == 8U);
  for (const auto* name : {"web.access", ".._.._etc", "__", "none", "a_b_x=1_y__41", "a_b_c", "caf__"})
    BOOST_TEST(numbers_below(std::string{"/logs/tags/"} + name + "/2023").size() == 1U, name);
}

BOOST_AUTO_TEST_CASE(writers_that_race_store_each_event_once) {
  constexpr auto writers = 4;
  constexpr auto chunks = 12;
  auto all = std::vector<chunk_ptr>{};
  for (auto i = 0; i < chunks; ++i) all.push_back(born_from(make_chunk({numbered("a", i * 10, i * 10 + 10)}), static_cast<std::uint64_t>(i) * 1000, 100));
  auto threads = std::vector<std::thread>{};
  auto failures = std::atomic<int>{0};
  for (auto w = 0; w < writers; ++w)
    threads.emplace_back([&, w] {
      auto s = make_store("hdfs", settings_of_store("/logs/race/"));
      if (!s->open()) ++failures;
      const auto any = tag_pattern{};
      // Each takes all of them, beginning elsewhere: everything comes four times.
      for (auto i = 0; i < chunks; i += 2) {
        const auto at = static_cast<std::size_t>((i + w * 4) % chunks);
        if (!s->commit({{&all[at], 2}, any})) ++failures;
      }
    });
  for (auto& t : threads) t.join();
  BOOST_TEST(failures == 0);
  auto wanted = std::vector<std::int64_t>{};
  for (auto n = 0; n < chunks * 10; ++n) wanted.push_back(n);
  const auto found = numbers_below("/logs/race");
  BOOST_CHECK_EQUAL_COLLECTIONS(found.begin(), found.end(), wanted.begin(), wanted.end());
}

BOOST_AUTO_TEST_CASE(a_directory_says_what_is_there) {
  for (const auto& endpoint : {web_hdfs(), http_fs()}) {
    auto files = hdfs_directory{plain_settings(endpoint), system_clock(), random_id};
    const auto first = files.put_if_absent("logs/there/a b", "1");
    BOOST_REQUIRE_MESSAGE(first, (first ? "" : first.failure().what));
    BOOST_TEST(*first);
    BOOST_TEST(!*files.put_if_absent("logs/there/a b", "2"));
    BOOST_TEST(*files.get("logs/there/a b") == "1");
    BOOST_TEST((*files.list("logs/there/") == std::vector<std::string>{"logs/there/a b"}));
    BOOST_REQUIRE(files.move("logs/there/a b", "logs/there/new/c?d", {}));
    BOOST_TEST((files.move("logs/there/a b", "logs/there/new/c?d", {}).failure().code == errc::not_found));
    BOOST_TEST(*files.get("logs/there/new/c?d") == "1");
    BOOST_REQUIRE(files.put("logs/there/other", "3", {}));
    BOOST_TEST(files.move("logs/there/other", "logs/there/new/c?d", {}).failure().what.find("there is another /logs/there/new/c?d") != std::string::npos);
    for (auto i = 0; i < 2; ++i)
      for (const auto* key : {"logs/there/new/c?d", "logs/there/other"}) BOOST_REQUIRE(files.remove(key));
    BOOST_TEST((files.get("logs/there/a b").failure().code == errc::not_found));
    BOOST_TEST(files.list("logs/there/")->empty());
    BOOST_TEST(files.list("logs/nowhere/")->empty());
  }
}

BOOST_AUTO_TEST_CASE(files_are_kept_as_it_is_said) {
  const auto s = opened(settings_of_store("/logs/form/", {{"replication", scalar("2")}, {"permission", scalar("640")}}));
  BOOST_REQUIRE(commit(*s, {make_chunk({numbered("a", 0, 10)})}));
  auto web = webhdfs{plain_settings(), system_clock()};
  const auto answer = web.ask({"GET", files_below(web, "/logs/form").at(0), "op=GETFILESTATUS"});
  BOOST_REQUIRE(answer);
  BOOST_TEST(answer->body.find("\"permission\":\"640\"") != std::string::npos);
  BOOST_TEST(answer->body.find("\"replication\":2") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_is_wrong_is_one_clear_line) {
  const auto elsewhere = first_problem(settings_of_store("/elsewhere/"));
  BOOST_TEST(elsewhere.find(" does not let this user write /elsewhere/_weir/s/begin.tmp-") != std::string::npos, elsewhere);
  BOOST_TEST(elsewhere.find(" (403 AccessControlException): Permission denied: user=weir") != std::string::npos, elsewhere);
  const auto nobody = "http://127.0.0.1:" + std::to_string(free_port());
  BOOST_TEST(first_problem(settings_of_store("/logs/", {{"endpoints", list({nobody})}})).find("cannot reach " + nobody) != std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_examination_says_what_is_missing_and_changes_nothing) {
  for (const auto& endpoint : {web_hdfs(), http_fs()}) {
    const auto at = setting_list{{"endpoints", list({endpoint})}};
    BOOST_TEST(make_store("hdfs", settings_of_store("/logs/look/{tag}/", at))->examine()->empty());
    auto web = webhdfs{plain_settings(), system_clock()};
    BOOST_TEST(web.ask({"GET", "/logs/look", "op=GETFILESTATUS"})->is("FileNotFoundException"));
    const auto found = make_store("hdfs", settings_of_store("/elsewhere/x/", at))->examine();
    BOOST_REQUIRE(found->size() == 1U);
    BOOST_TEST(found->front().find(endpoint + " does not let this user write to / (") == 0U, found->front());
  }
}

BOOST_AUTO_TEST_CASE(another_host_is_taken_if_the_first_is_gone) {
  const auto nobody = "http://127.0.0.1:" + std::to_string(free_port());
  const auto s = opened(settings_of_store("/logs/hosts/", {{"endpoints", list({nobody, web_hdfs()})}}));
  BOOST_REQUIRE(commit(*s, {make_chunk({numbered("a", 0, 10)})}));
  BOOST_TEST(numbers_below("/logs/hosts").size() == 10U);
}

BOOST_AUTO_TEST_SUITE_END()
