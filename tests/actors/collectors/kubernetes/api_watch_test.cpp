#include "actors/collectors/kubernetes/api_watch.hpp"

#include <boost/test/unit_test.hpp>

#include <vector>

using namespace weir;
using namespace std::chrono_literals;

namespace {

struct told_listener final : api_listener {
  std::string text;
  void begin_list() override { text += "list "; }
  void present(api_object object) override { text += '+' + std::string{object["metadata"]["name"].text()} + ' '; }
  void gone(api_object object) override { text += '-' + std::string{object["metadata"]["name"].text()} + ' '; }
  void end_list(std::uint64_t version) override { text += "end " + std::to_string(version) + ' '; }
  void reached(std::uint64_t version) override { text += '@' + std::to_string(version) + ' '; }
  auto take() -> std::string { return std::exchange(text, {}); }
};

auto item(const std::string& name, int version = 1) -> std::string {
  return R"({"metadata":{"name":")" + name + R"(","resourceVersion":")" + std::to_string(version) + R"("}})";
}

auto page(const std::string& items, const std::string& rest = R"("resourceVersion":"10")") -> std::string {
  return R"({"kind":"PodList","metadata":{)" + rest + R"(},"items":[)" + items + "]}\n";
}

auto event(const std::string& type, const std::string& object) -> std::string {
  return R"({"type":")" + type + R"(","object":)" + object + "}\n";
}

struct watched {
  manual_clock clock;
  told_listener listener;
  api_watch watch{{"/api/v1/pods", "fieldSelector=x"}, listener, clock};

  auto ask() -> std::string { return watch.next_request(clock.monotonic()).value_or("nothing"); }
  void answer(std::string_view body, int status = 200, const std::string& problem = {}) {
    (void)watch.take(body);
    watch.end(status, problem, clock.monotonic());
  }
  void list(const std::string& items = item("a")) {
    (void)ask();
    answer(page(items));
    (void)listener.take();
  }
};

const auto watch_from = [](int version) {
  return "/api/v1/pods?fieldSelector=x&watch=1&allowWatchBookmarks=true&resourceVersion=" + std::to_string(version) + "&timeoutSeconds=290";
};

} // namespace

BOOST_AUTO_TEST_SUITE(kubernetes_api_watch)

BOOST_AUTO_TEST_CASE(a_list_in_pages_is_followed_by_a_watch_from_its_version) {
  auto w = watched{};
  BOOST_TEST(w.ask() == "/api/v1/pods?fieldSelector=x&limit=100");
  BOOST_TEST(w.ask() == "nothing");
  w.answer(page(item("a") + ',' + item("b"), R"("resourceVersion":"9","continue":"x+/=")"));
  BOOST_TEST(w.ask() == "/api/v1/pods?fieldSelector=x&limit=100&continue=x%2B%2F%3D");
  w.answer(page(item("c")));
  BOOST_TEST(w.listener.take() == "list +a +b +c end 10 ");
  BOOST_TEST(w.ask() == watch_from(10));
}

BOOST_AUTO_TEST_CASE(events_are_told_whole_wherever_they_are_cut) {
  const auto body = event("ADDED", item("a", 11)) + event("MODIFIED", item("a", 12)) + event("BOOKMARK", item("", 15))
                    + event("DELETED", item("a", 16));
  for (std::size_t cut = 0; cut <= body.size(); ++cut) {
    auto w = watched{};
    w.list();
    (void)w.ask();
    BOOST_TEST(w.watch.take(std::string_view{body}.substr(0, cut)));
    BOOST_TEST(w.watch.take(std::string_view{body}.substr(cut)));
    BOOST_TEST(w.listener.take() == "+a @11 +a @12 @15 -a @16 ");
    w.clock.advance(2s);
    w.watch.end(200, "connection reset", w.clock.monotonic());
    BOOST_TEST(w.ask() == watch_from(16));
  }
}

BOOST_AUTO_TEST_CASE(what_the_server_has_forgotten_is_listed_again) {
  const auto gone = event("ERROR", R"({"kind":"Status","code":410,"message":"too old resource version"})");
  for (const auto is_status : {false, true}) {
    auto w = watched{};
    w.list();
    (void)w.ask();
    if (is_status)
      w.answer("", 410);
    else
      w.answer(gone);
    w.clock.advance(1s);
    BOOST_TEST(w.ask() == "/api/v1/pods?fieldSelector=x&limit=100");
    BOOST_TEST(w.watch.problem().empty());
    w.answer(page(item("b")));
    BOOST_TEST(w.listener.take() == "list +b end 10 ");
  }
}

BOOST_AUTO_TEST_CASE(a_list_whose_rest_is_forgotten_begins_anew) {
  auto w = watched{};
  (void)w.ask();
  w.answer(page(item("a"), R"("resourceVersion":"9","continue":"x")"));
  (void)w.ask();
  w.answer("", 410);
  w.clock.advance(1min);
  BOOST_TEST(w.ask() == "/api/v1/pods?fieldSelector=x&limit=100");
  w.answer(page(item("b")));
  BOOST_TEST(w.listener.take() == "list +a list +b end 10 ");
}

BOOST_AUTO_TEST_CASE(failures_are_told_and_tried_again_ever_later) {
  auto w = watched{};
  auto waits = std::vector<monotonic_time::duration>{};
  for (const auto status : {0, 401, 403, 429, 500, 503}) {
    BOOST_TEST(w.ask() != "nothing");
    w.answer("", status, status == 0 ? "refused" : "");
    BOOST_TEST(w.watch.problem() == (status == 0 ? "refused" : "it answered " + std::to_string(status)));
    BOOST_TEST(w.ask() == "nothing");
    waits.push_back(*w.watch.due() - w.clock.monotonic());
    w.clock.advance(30s);
  }
  for (const auto wait : waits) BOOST_TEST((wait > 0s && wait <= 30s));
  w.list();
  BOOST_TEST(w.watch.problem().empty());
}

BOOST_AUTO_TEST_CASE(a_server_that_ends_watches_at_once_is_not_asked_all_the_time) {
  auto w = watched{};
  w.list();
  (void)w.ask();
  w.answer("");
  BOOST_TEST(w.ask() == "nothing");
  BOOST_TEST(w.watch.problem() == "it ends watches at once");
}

BOOST_AUTO_TEST_CASE(what_is_too_long_or_no_json_ends_the_answer) {
  auto w = watched{};
  w.list();
  (void)w.ask();
  BOOST_TEST(!w.watch.take("{no json}\n"));
  w.watch.end(200, "stopped", w.clock.monotonic());
  BOOST_TEST(w.watch.problem() == "what it sent is not JSON");
  w.clock.advance(1min);
  BOOST_TEST(w.ask() == "/api/v1/pods?fieldSelector=x&limit=100");
  const auto mebibyte = std::string(1 << 20, ' ');
  auto taken = std::size_t{0};
  while (w.watch.take(mebibyte)) ++taken;
  BOOST_TEST(taken == 8U);
  w.watch.end(200, "stopped", w.clock.monotonic());
  w.clock.advance(1min);
  BOOST_TEST(w.ask() == "/api/v1/pods?fieldSelector=x&limit=25");
}

BOOST_AUTO_TEST_CASE(a_watch_that_knows_its_version_needs_no_list) {
  auto w = watched{};
  w.watch.go_on_from(77);
  BOOST_TEST(w.ask() == watch_from(77));
}

BOOST_AUTO_TEST_SUITE_END()
