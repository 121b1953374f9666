#include "actors/sinks/s3/http_bucket.hpp"
#include "tests/support/peer.hpp"
#include "tests/support/store_contract.hpp"

#include <algorithm>
#include <filesystem>
#include <mutex>
#include <sstream>
#include <thread>

using namespace weir;
using namespace weir::test;

namespace {

auto server() -> peer& {
  static auto one = peer{"s3"};
  return one;
}

using setting_list = std::vector<std::pair<std::string, config::value>>;

auto settings_of_store(const std::string& prefix, const setting_list& more = {}) -> config::value {
  auto made = setting_list{{"endpoints", list({"http://" + server().address()})},
                           {"bucket", scalar("weir")},
                           {"prefix", scalar(prefix)},
                           {"auth", map_of({{"user", scalar("weir")}, {"password", scalar("weirsecret")}})},
                           {"timeout", map_of({{"connect", scalar("2s")}, {"request", scalar("10s")}})}};
  for (const auto& [key, value] : more) {
    const auto at = std::find_if(made.begin(), made.end(), [&](const auto& m) { return m.first == key; });
    at == made.end() ? made.push_back({key, value}) : void(at->second = value);
  }
  return map_of(made);
}

/// All objects with events below it, one after the other.
auto objects_below(const std::string& directory) -> std::string {
  return output_of("cd " + server().folder() + "/data/weir && find " + directory + " -name _weir -prune -o -name .sgwtmp -prune -o -type f -print "
                           "| sort | while read -r f; do case $f in *.gz) zcat \"$f\";; *.zst) zstdcat \"$f\";; *) cat \"$f\";; esac; done");
}

auto numbers_below(const std::string& directory) -> std::vector<std::int64_t> {
  auto events = std::vector<std::string>{};
  auto lines = std::istringstream{objects_below(directory)};
  for (auto line = std::string{}; std::getline(lines, line);) events.push_back(line);
  return numbers_of_events(events);
}

auto opened(const config::value& settings) -> std::unique_ptr<store> { return weir::test::opened(make_store("s3", settings)); }

auto first_problem(const config::value& settings) -> std::string {
  const auto state = make_store("s3", settings)->open();
  BOOST_REQUIRE(!state);
  BOOST_TEST((state.failure().code == errc::unavailable));
  return state.failure().what;
}

auto own_bucket() -> http_bucket {
  auto s = s3_settings{};
  s.http.endpoints = {"http://" + server().address()};
  s.http.auth.user = "weir";
  s.http.auth.password.value = "weirsecret";
  s.bucket = "weir";
  return http_bucket{s, system_clock(), {std::size_t{6} << 20, std::size_t{5} << 20}};
}

} // namespace

BOOST_AUTO_TEST_SUITE(s3_store)

BOOST_AUTO_TEST_CASE(keeps_the_contract_of_stores) {
  const auto make = [] { return make_store("s3", settings_of_store("contract/{tag}/%Y/")); };
  check_store_contract({make, [] { return numbers_below("contract"); }, true});
}

BOOST_AUTO_TEST_CASE(every_way_of_compression_can_be_read_back) {
  for (const auto* method : {"none", "gzip", "zstd"}) {
    const auto prefix = std::string{"compress/"} + method + '/';
    const auto s = opened(settings_of_store(prefix, {{"compress", scalar(method)}}));
    BOOST_REQUIRE(commit(*s, {make_chunk({numbered("a", 0, 1000)})}));
    BOOST_TEST(numbers_below(prefix).size() == 1000U);
  }
}

BOOST_AUTO_TEST_CASE(tags_make_prefixes_and_nothing_else) {
  const auto s = opened(settings_of_store("tags/{tag}/%Y/"));
  auto n = 0;
  auto chunks = std::vector<chunk_ptr>{};
  for (const auto& tag : {std::string{"web.access"}, std::string{"../../etc"}, std::string{".."}, std::string{}, std::string{"a b?x=1&y#%41"},
                          std::string{"<Error>"}, std::string(300, 'x'), std::string{"caf\xc3\xa9"}}) {
    chunks.push_back(make_chunk({numbered(tag, n, n + 1)}));
    ++n;
  }
  const auto done = commit(*s, chunks);
  BOOST_REQUIRE_MESSAGE(done, (done ? "" : done.failure().what));
  BOOST_TEST(done->events == 8U);
  BOOST_TEST(numbers_below("tags").size() == 8U);
  const auto folder = std::filesystem::path{server().folder()} / "data/weir/tags";
  for (const auto* name : {"web.access", ".._.._etc", "__", "none", "a_b_x=1_y__41", "_Error_", "caf__"})
    BOOST_TEST(std::filesystem::is_directory(folder / name / "2023"), name);
}

BOOST_AUTO_TEST_CASE(writers_that_race_store_each_event_once) {
  constexpr auto writers = 4;
  constexpr auto chunks = 24;
  auto all = std::vector<chunk_ptr>{};
  for (auto i = 0; i < chunks; ++i) all.push_back(born_from(make_chunk({numbered("a", i * 10, i * 10 + 10)}), static_cast<std::uint64_t>(i) * 1000, 100));
  auto threads = std::vector<std::thread>{};
  auto lock = std::mutex{};
  auto failures = std::vector<std::string>{};
  const auto note = [&](const auto& done) {
    const auto held = std::lock_guard{lock};
    if (!done) failures.push_back(done.failure().what);
  };
  for (auto w = 0; w < writers; ++w)
    threads.emplace_back([&, w] {
      auto s = make_store("s3", settings_of_store("race/"));
      note(s->open());
      const auto any = tag_pattern{};
      // Each takes all of them, beginning elsewhere: everything comes four times.
      for (auto i = 0; i < chunks; i += 2) note(s->commit({{&all[static_cast<std::size_t>((i + w * 6) % chunks)], 2}, any}));
    });
  for (auto& t : threads) t.join();
  for (const auto& f : failures) BOOST_ERROR(f);
  auto wanted = std::vector<std::int64_t>{};
  for (auto n = 0; n < chunks * 10; ++n) wanted.push_back(n);
  const auto found = numbers_below("race");
  BOOST_CHECK_EQUAL_COLLECTIONS(found.begin(), found.end(), wanted.begin(), wanted.end());
}

BOOST_AUTO_TEST_CASE(without_conditions_a_batch_that_comes_again_is_the_same_object) {
  const auto settings = settings_of_store("plain/", {{"conditional", scalar("false")}});
  const auto chunks = std::vector<chunk_ptr>{make_chunk({numbered("a", 0, 10)})};
  for (auto i = 0; i < 2; ++i) BOOST_REQUIRE(commit(*opened(settings), chunks));
  BOOST_TEST(numbers_below("plain").size() == 10U);
}

BOOST_AUTO_TEST_CASE(large_objects_are_put_in_parts) {
  auto bucket = own_bucket();
  auto bytes = std::string{};
  for (auto n = 0; bytes.size() < (std::size_t{11} << 20); ++n) bytes += std::to_string(n) + '\n';
  const auto put = bucket.put("large/one", bytes, {.content_type = "text/plain", .tags = "team=web"});
  BOOST_REQUIRE_MESSAGE(put, (put ? "" : put.failure().what));
  const auto moved = bucket.move("large/one", "large/two", {});
  BOOST_REQUIRE_MESSAGE(moved, (moved ? "" : moved.failure().what));
  const auto got = bucket.get("large/two");
  BOOST_REQUIRE(got);
  BOOST_TEST((*got == bytes));
}

BOOST_AUTO_TEST_CASE(a_bucket_says_what_is_there) {
  auto bucket = own_bucket();
  BOOST_TEST(*bucket.put_if_absent("there/a b", "1"));
  BOOST_TEST(!*bucket.put_if_absent("there/a b", "2"));
  BOOST_TEST(*bucket.get("there/a b") == "1");
  BOOST_TEST((*bucket.list("there/") == std::vector<std::string>{"there/a b"}));
  BOOST_REQUIRE(bucket.remove("there/a b"));
  BOOST_REQUIRE(bucket.remove("there/a b"));
  BOOST_TEST((bucket.get("there/a b").failure().code == errc::not_found));
  BOOST_TEST((bucket.move("there/a b", "there/c", {}).failure().code == errc::not_found));
  BOOST_TEST(bucket.list("there/")->empty());
}

BOOST_AUTO_TEST_CASE(what_is_wrong_is_one_clear_line) {
  const auto secret = map_of({{"user", scalar("weir")}, {"password", scalar("open-sesame")}});
  const auto wrong_secret = first_problem(settings_of_store("x/", {{"auth", secret}}));
  BOOST_TEST(wrong_secret.starts_with("http://" + server().address() + " does not take the access key and its secret (403 SignatureDoesNotMatch)"));
  BOOST_TEST(wrong_secret.find("open-sesame") == std::string::npos);
  BOOST_TEST(first_problem(settings_of_store("x/", {{"bucket", scalar("elsewhere")}})).starts_with("http://" + server().address() + " has no such bucket (404 NoSuchBucket)"));
  const auto nobody = "http://127.0.0.1:" + std::to_string(free_port());
  BOOST_TEST(first_problem(settings_of_store("x/", {{"endpoints", list({nobody})}})).find("cannot reach " + nobody) != std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_examination_says_what_is_missing_and_changes_nothing) {
  BOOST_TEST(make_store("s3", settings_of_store("look/"))->examine()->empty());
  const auto found = make_store("s3", settings_of_store("look/", {{"bucket", scalar("elsewhere")}}))->examine();
  BOOST_REQUIRE(found->size() == 1U);
  BOOST_TEST(found->front().find("has no such bucket") != std::string::npos);
  BOOST_TEST(!std::filesystem::exists(server().folder() + "/data/weir/look"));
}

BOOST_AUTO_TEST_CASE(another_host_is_taken_if_the_first_is_gone) {
  const auto nobody = "http://127.0.0.1:" + std::to_string(free_port());
  const auto s = opened(settings_of_store("hosts/", {{"endpoints", list({nobody, "http://" + server().address()})}}));
  BOOST_REQUIRE(commit(*s, {make_chunk({numbered("a", 0, 10)})}));
  BOOST_TEST(numbers_below("hosts").size() == 10U);
}

BOOST_AUTO_TEST_SUITE_END()
