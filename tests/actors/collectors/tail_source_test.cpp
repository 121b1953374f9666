#include "runtime/os/file_system.hpp"
#include "runtime/os/own_files.hpp"
#include "tests/actors/collectors/fake_intake.hpp"
#include "tests/runtime/tail/tail_fixture.hpp"
#include "tests/support/config_build.hpp"

using namespace weir;
using namespace weir::test;
using boost::test_tools::per_element;

BOOST_AUTO_TEST_SUITE(tail_source)

BOOST_AUTO_TEST_CASE(wrong_settings_are_found_by_check) {
  BOOST_TEST(problems_of("tail", {{"path", "/var/log/*.log"}}) == 0U);
  BOOST_TEST(problems_of("tail", {}) == 1U);
  BOOST_TEST(problems_of("tail", {{"path", "/var/log/{a.log"}}) == 1U);
  BOOST_TEST(problems_of("tail", {{"path", "/a"}, {"start", "middle"}}) == 1U);
  BOOST_TEST(problems_of("tail", {{"path", "/a"}, {"max_line", "0"}}) == 1U);
  BOOST_TEST(problems_of("tail", {{"path", "/a"}, {"refresh_interval", "0"}}) == 1U);
}

BOOST_AUTO_TEST_CASE(what_tags_its_files_can_have_is_known_before) {
  const auto tags = [](const config::value& settings) {
    auto text = std::string{};
    for (const auto& t : plugin_registry<source>::find("tail")->tags(settings)) text += to_text(t) + ' ';
    return text;
  };
  BOOST_TEST(tags(map_of({{"path", "/var/log/a.log"}, {"tag", "web"}})) == "web ");
  BOOST_TEST(tags(map_of({{"path", list_of({"/var/log/a.log", "/b/*.log"})}})) == "var.log.a.log b.*.log ");
  BOOST_TEST(tags(map_of({{"path", "/a/**/x.log"}, {"tag", "t.{path}"}})) == "t.a.*x.log ");
  BOOST_TEST(tags(map_of({{"path", "/a/{b,c}/x"}})) == "a.*x ");
  BOOST_TEST(tags(map_of({{"path", "/a/b.log"}, {"tag", "t.{name}"}})) == "t.* ");
  for (const auto* path : {"a.log", "/a/../b.log", "/a//b", "*.log"})
    BOOST_TEST(tags(map_of({{"path", path}})) == "* ", path);
  const auto* forward = plugin_registry<source>::find("forward");
  BOOST_TEST(to_text(forward->tags(map_of({})).front()) == "*");
  BOOST_TEST(to_text(forward->tags(map_of({{"add_tag_prefix", "p"}})).front()) == "p.*");
  BOOST_TEST(to_text(forward->tags(map_of({{"add_tag_prefix", "p"}, {"tag", "t"}})).front()) == "p.t");
}

BOOST_AUTO_TEST_CASE(lines_come_with_padding_and_every_block_is_covered) {
  const auto directory = scratch_directory{};
  auto expected = lines{};
  for (int i = 0; i < 20'000; ++i) expected.push_back("line number " + std::to_string(i));
  auto text = std::string{};
  for (const auto& line : expected) text += line + "\n";
  append(directory / "a.log", text);
  auto time = manual_clock{};
  auto context = plugin_context{.component = "nginx", .node = "n", .clock = &time, .once = true};
  auto tail = make_source("tail", {{"path", directory / "*.log"}, {"tag", "web.{name}"}}, context);
  BOOST_TEST_REQUIRE(static_cast<bool>(tail->open({})));
  auto out = fake_intake{};
  auto status = read_status::more;
  while (status == read_status::more) {
    status = *tail->read(out, 10'000);
    BOOST_TEST(out.lines_covered == out.lines.size());
  }
  BOOST_TEST((status == read_status::finished));
  BOOST_TEST((out.lines == expected));
  BOOST_TEST(out.is_gapless);
  BOOST_TEST(out.tags.front() == "web.a.log");
}

BOOST_AUTO_TEST_CASE(a_source_made_anew_goes_on_behind_the_last_save_point) {
  const auto directory = scratch_directory{};
  auto text = std::string{};
  for (int i = 0; i < 10'000; ++i) text += std::to_string(i) + "\n";
  append(directory / "a.log", text);
  auto time = manual_clock{};
  const auto context = plugin_context{.component = "c", .node = "n", .clock = &time, .once = false};
  auto out = fake_intake{};
  for (int i = 0; i < 50 && out.lines.size() < 10'000; ++i) {
    auto tail = make_source("tail", {{"path", directory / "a.log"}}, context);
    BOOST_TEST_REQUIRE(static_cast<bool>(tail->open(out.resume())));
    BOOST_TEST(static_cast<bool>(tail->read(out, 5000)));
  }
  BOOST_TEST(out.lines.size() == 10'000U);
  BOOST_TEST(out.lines.back() == "9999");
  BOOST_TEST(out.covered_to.size() == 2U); // with its witness
  BOOST_TEST(out.is_gapless);
}

BOOST_AUTO_TEST_CASE(what_sinks_and_buffers_of_this_process_write_is_not_read) {
  const auto directory = scratch_directory{};
  for (const auto* name : {"in", "out", "buffer"}) std::filesystem::create_directory(directory / name);
  append(directory / "in/a.log", "one\n");
  append(directory / "out/web.log", "of an earlier run\n");
  append(directory / "buffer/1.log", "segment\n");
  own_files_here().claim(directory / "out/{tag}.log");
  own_files_here().claim(directory / "buffer/");
  auto opened = real_file_system().open(directory / "b.log", open_mode::create);
  const auto text = std::string_view{"written\n"};
  BOOST_TEST_REQUIRE(static_cast<bool>((*opened)->write_at(0, {&text, 1})));
  auto time = manual_clock{};
  auto tail = make_source("tail", {{"path", directory / "**/*.log"}},
                          {.component = "c", .node = "n", .clock = &time, .once = true});
  auto out = fake_intake{};
  BOOST_TEST_REQUIRE(static_cast<bool>(tail->open({})));
  BOOST_TEST((*tail->read(out, 1 << 20) == read_status::finished));
  BOOST_TEST(out.lines == lines{"one"}, per_element());
}

BOOST_AUTO_TEST_CASE(save_points_within_a_block_lie_where_lines_begin_whatever_comes_before_them) {
  struct saving_intake : fake_intake {
    auto unsaved_bytes() const -> std::size_t override { return unsaved_bytes_max + 1; }
    void covered(std::string_view stream, std::uint64_t begin, std::uint64_t end) override {
      ends.push_back(end);
      fake_intake::covered(stream, begin, end);
    }
    std::vector<std::uint64_t> ends;
  };
  const auto directory = scratch_directory{};
  append(directory / "a.log", "\xef\xbb\xbfone\ntwo\n" + std::string(40, '\0') + "three\nfour\n");
  auto time = manual_clock{};
  auto tail = make_source("tail", {{"path", directory / "a.log"}},
                          {.component = "c", .node = "n", .clock = &time, .once = true});
  auto out = saving_intake{};
  BOOST_TEST_REQUIRE(static_cast<bool>(tail->open({})));
  BOOST_TEST((*tail->read(out, 1 << 20) == read_status::finished));
  BOOST_TEST(out.lines == (lines{"one", "two", "three", "four"}), per_element());
  BOOST_TEST(out.ends == (std::vector<std::uint64_t>{0, 7, 57, 62}), per_element());
  BOOST_TEST(out.born == (std::vector<std::uint64_t>{3, 7, 51, 57}), per_element());
  BOOST_TEST(out.is_gapless);
}

BOOST_AUTO_TEST_CASE(an_idle_source_names_what_wakes_it) {
  const auto directory = scratch_directory{};
  auto time = manual_clock{};
  auto tail = make_source("tail", {{"path", directory / "a.log"}},
                          {.component = "c", .node = "n", .clock = &time, .once = false});
  auto out = fake_intake{};
  BOOST_TEST_REQUIRE(static_cast<bool>(tail->open({})));
  BOOST_TEST((*tail->read(out, 1 << 20) == read_status::idle));
  BOOST_TEST(tail->wake_fd() >= 0);
  BOOST_TEST((*tail->wake_at() > time.monotonic() + std::chrono::seconds{5}));
}

BOOST_AUTO_TEST_SUITE_END()
