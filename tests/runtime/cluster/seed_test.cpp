#include "runtime/cluster/seed.hpp"

#include "tests/support/directory.hpp"

#include <boost/test/unit_test.hpp>

#include <fstream>
#include <set>

#include <sys/stat.h>

using namespace weir;
using namespace weir::test;

namespace {

auto problem_with(std::string_view text) -> std::string { return parse_seed(text).failure().what; }

class seed_file {
public:
  auto path() const -> std::string { return folder_ / "seeds"; }
  void holds(std::string_view text) const { std::ofstream{path(), std::ios::binary} << text; }
  auto resolved() const -> result<std::vector<host_port>> { return resolve({seed::kind::file, path(), 0}); }
  /// In no order.
  auto found() const -> std::set<std::string> {
    const auto all = resolved();
    BOOST_TEST_REQUIRE(static_cast<bool>(all), (all ? "" : all.failure().what));
    auto texts = std::set<std::string>{};
    for (const auto& at : *all) texts.insert(to_text(at));
    BOOST_TEST(texts.size() == all->size());
    return texts;
  }
  /// Behind the path.
  auto problem() const -> std::string {
    const auto all = resolved();
    BOOST_TEST_REQUIRE(!all);
    BOOST_TEST((all.failure().code == errc::unavailable));
    BOOST_TEST(all.failure().what.starts_with(path()));
    return all.failure().what.substr(path().size());
  }

private:
  temporary_directory folder_;
};

using texts = std::set<std::string>;

} // namespace

BOOST_AUTO_TEST_SUITE(seeds)

BOOST_AUTO_TEST_CASE(are_of_four_kinds) {
  const auto address = parse_seed("[::1]:7400");
  BOOST_TEST_REQUIRE(static_cast<bool>(address));
  BOOST_TEST((address->is == seed::kind::address));
  BOOST_TEST(address->name == "::1");
  BOOST_TEST(address->port == 7400);
  const auto name = parse_seed("dns+a://weir.example:7400");
  BOOST_TEST_REQUIRE(static_cast<bool>(name));
  BOOST_TEST((name->is == seed::kind::dns_a));
  BOOST_TEST(name->name == "weir.example");
  BOOST_TEST(name->port == 7400);
  const auto service = parse_seed("dns+srv://_weir._tcp.example");
  BOOST_TEST_REQUIRE(static_cast<bool>(service));
  BOOST_TEST((service->is == seed::kind::dns_srv));
  BOOST_TEST(service->name == "_weir._tcp.example");
  const auto file = parse_seed("file:///etc/weir/seeds");
  BOOST_TEST_REQUIRE(static_cast<bool>(file));
  BOOST_TEST((file->is == seed::kind::file));
  BOOST_TEST(file->name == "/etc/weir/seeds");
}

BOOST_AUTO_TEST_CASE(are_written_as_they_were_read) {
  for (const auto* text :
       {"10.0.0.1:7400", "[::1]:65535", "core-1:1", "file:7400", "dns+a://weir.example:7400", "dns+a://weir.example.:1",
        "dns+a://[::1]:7400", "dns+srv://_weir._tcp.example", "dns+srv://weir.", "file:///etc/weir/seeds",
        "file:///a b#c://d"})
    BOOST_TEST_CONTEXT(text) {
      const auto read = parse_seed(text);
      BOOST_TEST_REQUIRE(static_cast<bool>(read));
      BOOST_TEST(to_text(*read) == text);
    }
}

BOOST_AUTO_TEST_CASE(of_no_known_form_are_refused) {
  const auto long_label = "dns+srv://" + std::string(64, 'x');
  for (const auto& text : std::vector<std::string>{
           "", "core-1", ":7400", "*:7400", "0.0.0.0:7400", "[::]:7400", "core-1:0", "core-1:7400 ", "://", "://a:1",
           "http://a:1", "DNS+A://a:1", "dns://a:1", "dns+a:a:1", "dns+a:/a:1", "dns+a://", "dns+a://a", "dns+a://:1",
           "dns+a://*:1", "dns+a://a:1/", "dns+a://dns+a://a:1", "dns+srv:_weir", "dns+srv://", "dns+srv://.",
           "dns+srv://a..b", "dns+srv://.a", "dns+srv://a b", "dns+srv://a/b", "dns+srv://a:1", long_label, "file:",
           "file:/a", "file://", "file://a", "file://./a", "file://host/a", std::string{"file:///a\0b", 11}})
    BOOST_TEST_CONTEXT(text) {
      const auto read = parse_seed(text);
      BOOST_TEST_REQUIRE(!read);
      BOOST_TEST((read.failure().code == errc::malformed));
    }
}

BOOST_AUTO_TEST_CASE(say_what_is_wrong_with_them) {
  BOOST_TEST(problem_with("core-1") == "wants host:port, not \"core-1\"");
  BOOST_TEST(problem_with("*:7400") == "wants host:port of one node, not \"*:7400\"");
  const auto forms = std::string{"wants host:port, dns+a://name:port, dns+srv://name or file:///path, not "};
  BOOST_TEST(problem_with("http://a:1") == forms + "\"http://a:1\"");
  BOOST_TEST(problem_with("file:/seeds") == forms + "\"file:/seeds\"");
  BOOST_TEST(problem_with("dns+a://weir") == "dns+a:// wants host:port, not \"weir\"");
  BOOST_TEST(problem_with("dns+srv://weir:1")
             == "dns+srv:// wants a name without a port, which its record has, not \"weir:1\"");
  BOOST_TEST(problem_with("dns+srv://") == "dns+srv:// wants a name such as _weir._tcp.example.com, not \"\"");
  BOOST_TEST(problem_with("file://seeds") == "file:// wants an absolute path, not \"seeds\"");
}

BOOST_AUTO_TEST_CASE(that_are_addresses_are_what_is_found) {
  const auto found = resolve({seed::kind::address, "no.such.host.invalid", 7400});
  BOOST_TEST_REQUIRE(static_cast<bool>(found));
  BOOST_TEST_REQUIRE(found->size() == 1U);
  BOOST_TEST(to_text(found->front()) == "no.such.host.invalid:7400");
}

BOOST_AUTO_TEST_CASE(that_are_names_give_each_of_their_addresses_once) {
  const auto found = resolve({seed::kind::dns_a, "localhost", 7400});
  BOOST_TEST_REQUIRE(static_cast<bool>(found));
  auto known = texts{};
  for (const auto& at : *found) {
    BOOST_TEST(is_loopback(at.host));
    BOOST_TEST(at.port == 7400);
    BOOST_TEST(known.insert(at.host).second);
  }
  BOOST_TEST(known.contains("127.0.0.1"));
  const auto v6 = resolve({seed::kind::dns_a, "::1", 7400});
  BOOST_TEST_REQUIRE(static_cast<bool>(v6));
  BOOST_TEST(to_text(v6->front()) == "[::1]:7400");
}

// Neither name can be asked for: no server is.
BOOST_AUTO_TEST_CASE(that_are_not_found_say_which_and_why) {
  const auto a = resolve({seed::kind::dns_a, "a..b", 7400});
  BOOST_TEST_REQUIRE(!a);
  BOOST_TEST((a.failure().code == errc::unavailable));
  BOOST_TEST(a.failure().what.starts_with("dns+a://a..b:7400: "));
  const auto srv = resolve({seed::kind::dns_srv, "a..b", 0});
  BOOST_TEST_REQUIRE(!srv);
  BOOST_TEST((srv.failure().code == errc::unavailable));
  BOOST_TEST(srv.failure().what == "dns+srv://a..b: the name server does not say");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(seed_files)

BOOST_AUTO_TEST_CASE(have_a_seed_a_line_and_may_change) {
  const auto file = seed_file{};
  file.holds("\xef\xbb\xbf# ours\r\n\n  core-1:7400 # the first\r\n\t\n[::1]:1\ncore-1:7400\ndns+a://127.0.0.1:2");
  BOOST_TEST((file.found() == texts{"core-1:7400", "[::1]:1", "127.0.0.1:2"}));
  file.holds("core-3:7400\n");
  BOOST_TEST((file.found() == texts{"core-3:7400"}));
}

BOOST_AUTO_TEST_CASE(spread_those_who_ask) {
  const auto file = seed_file{};
  file.holds("a:1\nb:1\nc:1\n");
  auto firsts = texts{};
  // By chance alone one of three is never first in 400 tries once in 10^70.
  for (auto tries = 0; tries < 400 && firsts.size() < 3; ++tries) firsts.insert(file.resolved()->front().host);
  BOOST_TEST(firsts.size() == 3U);
}

BOOST_AUTO_TEST_CASE(with_a_wrong_line_are_refused_whole) {
  const auto file = seed_file{};
  file.holds("core-1:7400\n\ncore-2\n");
  BOOST_TEST(file.problem() == ":3: wants host:port, not \"core-2\"");
  file.holds("core-1:7400\nfile:///etc/seeds\n");
  BOOST_TEST(file.problem() == ":2: wants a seed that is no file itself, not \"file:///etc/seeds\"");
  file.holds("core-1:7400 core-2:7400");
  BOOST_TEST(file.problem().starts_with(":1: wants host:port"));
  file.holds(std::string(1025, 'x'));
  BOOST_TEST(file.problem() == ":1: wants a seed of at most 1024 bytes, not of 1025");
}

BOOST_AUTO_TEST_CASE(give_what_is_found_while_anything_is) {
  const auto file = seed_file{};
  file.holds("dns+a://a..b:1\ncore-1:7400\n");
  BOOST_TEST((file.found().contains("core-1:7400")));
}

BOOST_AUTO_TEST_CASE(without_a_seed_find_nothing) {
  const auto file = seed_file{};
  BOOST_TEST_REQUIRE(!file.resolved());
  BOOST_TEST((file.resolved().failure().code == errc::unavailable));
  BOOST_TEST(file.resolved().failure().what == "cannot open " + file.path() + ": No such file or directory");
  for (const auto* text : {"", "\n", "# none\n\n"}) {
    file.holds(text);
    BOOST_TEST(file.problem() == ": wants a seed a line, and has none");
  }
}

BOOST_AUTO_TEST_CASE(are_bounded) {
  const auto file = seed_file{};
  auto lines = std::string{};
  for (auto i = 1; i <= 1024; ++i) lines += "core:" + std::to_string(i) + '\n';
  file.holds(lines);
  BOOST_TEST(file.found().size() == 1024U);
  file.holds(lines + "#\n");
  BOOST_TEST(file.problem() == ":1025: wants at most 1024 lines");
  const auto size = std::size_t{64} << 10;
  file.holds("core:1\n#" + std::string(size - 8, ' '));
  BOOST_TEST(file.found().size() == 1U);
  file.holds("core:1\n#" + std::string(size - 7, ' '));
  BOOST_TEST(file.problem() == ": it has more than 64 KiB, the most that is read");
}

BOOST_AUTO_TEST_CASE(that_are_no_files_are_not_waited_for) {
  const auto folder = temporary_directory{};
  BOOST_TEST_REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
  for (const auto& path : {folder.path(), folder / "pipe"})
    BOOST_TEST(resolve({seed::kind::file, path, 0}).failure().what == path + ": wants a text file");
}

BOOST_AUTO_TEST_SUITE_END()
