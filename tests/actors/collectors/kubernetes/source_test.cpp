#include "tests/actors/collectors/fake_intake.hpp"
#include "tests/runtime/tail/tail_fixture.hpp"
#include "tests/support/http_server.hpp"
#include "tests/support/msgpack_text.hpp"

#include <poll.h>

using namespace weir;
using namespace weir::test;
using namespace std::chrono_literals;
using boost::test_tools::per_element;

namespace {

constexpr auto at = std::string_view{"2026-01-02T03:04:05.5Z "};

/// What lies on a node, as a kubelet leaves it.
struct node_logs {
  scratch_directory directory;
  node_logs() {
    for (const auto* name : {"containers", "pods"}) std::filesystem::create_directory(directory / name);
  }
  auto links() const -> std::string { return directory / "containers"; }
  auto pod_directory(const std::string& pod, const std::string& uid) const -> std::string {
    return directory / ("pods/shop_" + pod + '_' + uid + "/c");
  }
  /// The first log of a container and its link.
  auto add(const std::string& pod, const std::string& uid, const std::string& id = "c1") const -> std::string {
    const auto log = pod_directory(pod, uid) + "/0.log";
    std::filesystem::create_directories(pod_directory(pod, uid));
    append(log, "");
    std::filesystem::create_symlink(log, links() + '/' + pod + "_shop_c-" + id + ".log");
    return log;
  }
  static void cri(const std::string& log, const std::string& text, const std::string& how = "stdout F ") {
    append(log, std::string{at} + how + text + '\n');
  }
};

using fields = std::vector<std::pair<std::string, std::string>>;

/// A source without metadata, and what came out of it.
struct running_source {
  manual_clock time;
  fake_intake out;
  std::unique_ptr<source> from;
  fields given;

  explicit running_source(const node_logs& node, fields more = {{"metadata", "false"}}) : given(std::move(more)) {
    given.insert(given.end(), {{"path", node.links()}, {"node", "edge"}});
    start({});
  }
  void start(const resume_info& resume) {
    from.reset();
    from = make_source("kubernetes", given, plugin_context{.component = "pods", .node = "n", .clock = &time});
    BOOST_TEST_REQUIRE(static_cast<bool>(from->open(resume)));
  }
  auto read(std::chrono::nanoseconds passed = 11s) -> lines {
    time.advance(passed);
    while (*from->read(out, 1 << 20) == read_status::more) {
    }
    auto texts = lines{};
    for (const auto& record : out.records) texts.push_back(std::string{message_of(record)});
    out.records.clear();
    return texts;
  }
  static auto message_of(std::string_view record) -> std::string_view {
    auto text = std::string_view{};
    (void)msgpack_reader{find_field(record, "message")}.str(text);
    return text;
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(kubernetes_source)

BOOST_AUTO_TEST_CASE(wrong_settings_are_found_by_check) {
  BOOST_TEST(problems_of("kubernetes", {}) == 0U);
  BOOST_TEST(problems_of("kubernetes", {{"path", "logs"}}) == 1U);
  BOOST_TEST(problems_of("kubernetes", {{"path", "/var/log/*"}}) == 1U);
  BOOST_TEST(problems_of("kubernetes", {{"namespaces", "Shop_1"}}) == 1U);
  BOOST_TEST(problems_of("kubernetes", {{"namespaces", "shop"}, {"exclude_namespaces", "x"}}) == 1U);
  BOOST_TEST(problems_of("kubernetes", {{"omit", "colour"}}) == 1U);
  BOOST_TEST(problems_of("kubernetes", {{"metadata", "false"}, {"cache", "/a"}}) == 1U);
  BOOST_TEST(problems_of("kubernetes", {{"key", "kubernetes"}}) == 1U);
  BOOST_TEST(problems_of("kubernetes", {{"max_line", "1"}}) == 1U);
}

BOOST_AUTO_TEST_CASE(a_line_becomes_a_record_with_what_the_path_says) {
  const auto node = node_logs{};
  auto pods = running_source{node};
  node_logs::cri(node.add("web-1", "u1"), "hello");
  pods.time.advance(11s);
  BOOST_TEST((*pods.from->read(pods.out, 1000) == read_status::idle));
  BOOST_TEST_REQUIRE(pods.out.records.size() == 1U);
  BOOST_TEST(text_of(pods.out.records[0])
             == R"({"message":"hello","stream":"stdout","kubernetes":{"pod_name":"web-1","namespace_name":"shop","pod_id":"u1",)"
                R"("host":"edge","container_name":"c","docker_id":"c1"}})");
  BOOST_TEST(pods.out.tags[0] == "kube.shop.web-1.c");
}

BOOST_AUTO_TEST_CASE(pieces_become_lines_wherever_a_block_ends_and_only_whole_ones_are_covered) {
  const auto node = node_logs{};
  const auto log = node.add("web-1", "u1");
  const auto text = std::string{at} + "stdout P long \n" + std::string{at} + "stderr F other\n" + std::string{at} + "stdout F line\n"
                    + std::string{at} + "stdout F last\n";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    write(log, "");
    auto pods = running_source{node};
    append(log, text.substr(0, cut));
    auto got = pods.read(500ms);
    append(log, text.substr(cut));
    for (auto& line : pods.read(1s)) got.push_back(std::move(line));
    BOOST_TEST(got == (lines{"long line", "other", "last"}), per_element());
    BOOST_TEST(pods.out.is_gapless);
  }
}

BOOST_AUTO_TEST_CASE(a_piece_whose_rest_is_missing_is_read_again_after_a_restart_and_cut_after_a_while) {
  const auto node = node_logs{};
  const auto log = node.add("web-1", "u1");
  auto pods = running_source{node};
  node_logs::cri(log, "before");
  node_logs::cri(log, "half", "stdout P ");
  BOOST_TEST(pods.read(1s) == (lines{"before"}), per_element());
  pods.start(pods.out.resume());
  BOOST_TEST(pods.read(1s).empty());
  node_logs::cri(log, " whole");
  BOOST_TEST(pods.read(1s) == (lines{"half whole"}), per_element());
  node_logs::cri(log, "alone", "stdout P ");
  BOOST_TEST(pods.read(1s).empty());
  pods.time.advance(11s);
  BOOST_TEST((*pods.from->read(pods.out, 1000) == read_status::idle));
  BOOST_TEST_REQUIRE(pods.out.records.size() == 1U);
  BOOST_TEST(find_field(pods.out.records[0], "partial") == "\xc3");
  BOOST_TEST(pods.out.is_gapless);
}

BOOST_AUTO_TEST_CASE(the_two_formats_are_told_apart_and_what_is_neither_is_kept) {
  const auto node = node_logs{};
  auto pods = running_source{node};
  append(node.add("web-1", "u1"), R"({"log":"from docker\n","stream":"stderr","time":"2026-01-02T03:04:05Z"})" "\nneither\n");
  BOOST_TEST(pods.read() == (lines{"from docker", "neither"}), per_element());
  BOOST_TEST(pods.out.timed_at_reading == (std::vector<bool>{false, true}), per_element());
}

BOOST_AUTO_TEST_CASE(what_was_rotated_before_it_was_seen_comes_first_and_what_is_compressed_is_left) {
  const auto node = node_logs{};
  const auto log = node.add("web-1", "u1");
  for (const auto* name : {".20260101-000000", ".20260102-000000", ".20251231-000000.gz", ".20260103-000000.tmp"})
    node_logs::cri(log + name, name);
  node_logs::cri(log, "now");
  auto pods = running_source{node};
  BOOST_TEST(pods.read() == (lines{".20260101-000000", ".20260102-000000", "now"}), per_element());
  rename(log, log + ".20260104-000000");
  node_logs::cri(log, "newer");
  BOOST_TEST(pods.read() == (lines{"newer"}), per_element());
  pods.start(pods.out.resume());
  BOOST_TEST(pods.read().empty());
}

BOOST_AUTO_TEST_CASE(namespaces_choose_files) {
  const auto node = node_logs{};
  node_logs::cri(node.add("web-1", "u1"), "hello");
  BOOST_TEST((running_source{node, {{"metadata", "false"}, {"namespaces", "shop"}}}.read()) == (lines{"hello"}), per_element());
  BOOST_TEST((running_source{node, {{"metadata", "false"}, {"namespaces", "sho"}}}.read()).empty());
  BOOST_TEST((running_source{node, {{"metadata", "false"}, {"exclude_namespaces", "shop"}}}.read()).empty());
}

BOOST_AUTO_TEST_SUITE_END()
