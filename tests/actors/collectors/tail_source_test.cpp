#include "runtime/codec/compression.hpp"
#include "runtime/measure/observation.hpp"
#include "runtime/os/file_system.hpp"
#include "runtime/os/own_files.hpp"
#include "tests/actors/collectors/fake_intake.hpp"
#include "tests/runtime/tail/tail_fixture.hpp"
#include "tests/support/captured_log.hpp"
#include "tests/support/config_build.hpp"
#include "tests/support/msgpack_text.hpp"

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

struct text_intake : fake_intake {
  void attach(std::string_view bytes, std::uint32_t count) override {
    attached_now = std::string(1, static_cast<char>(0x80 + count)) + std::string{bytes};
  }
  void line(std::string_view tag, std::int64_t now, std::string_view text) override {
    fake_intake::line(tag, now, text);
    attached.push_back(attached_now.empty() ? "{}" : text_of(attached_now));
  }
  std::string attached_now;
  std::vector<std::string> attached;
};

auto read_all(const std::string& path, std::vector<std::pair<std::string, std::string>> settings, text_intake& out)
    -> std::unique_ptr<source> {
  static auto time = manual_clock{};
  settings.emplace_back("path", path);
  auto tail = make_source("tail", settings, {.component = "c", .node = "n", .clock = &time, .once = true});
  BOOST_TEST_REQUIRE(bool(tail->open({})));
  BOOST_TEST((*tail->read(out, 1 << 20) == read_status::finished));
  return tail;
}

BOOST_AUTO_TEST_CASE(text_of_other_encodings_becomes_utf_8) {
  using namespace std::string_literals;
  const auto directory = scratch_directory{};
  const auto gruss = "Gr\xc3\xbc\xc3\x9f"s;
  for (const auto& [encoding, bytes, wanted] : std::vector<std::tuple<std::string, std::string, lines>>{
           {"latin1", "Gr\xfc\xdf\nend\n", {gruss, "end"}},
           {"shift_jis", "\x83\x89\x83\x93\n", {"\xe3\x83\xa9\xe3\x83\xb3"}}, // the second byte may look like ASCII
           {"gb18030", "\xc4\xe3\xba\xc3\n", {"\xe4\xbd\xa0\xe5\xa5\xbd"}},
           {"utf-16le", "a\0\n\0\xdf\0\n\0"s, {"a", "\xc3\x9f"}},
           {"utf-16be", "\0a\0\n\0\xdf\0\r\0\n"s, {"a", "\xc3\x9f"}},
           {"", "\xff\xfe" "a\0\n\0\x3d\xd8\x00\xde\n\0"s, {"a", "\xf0\x9f\x98\x80"}},
           {"utf-16le", "\x00\xd8\n\0" "b\0"s, {"\xef\xbf\xbd", "b"}}, // half a surrogate pair
       }) {
    BOOST_TEST_CONTEXT(encoding) {
      write(directory / "a.log", bytes);
      auto out = text_intake{};
      auto settings = std::vector<std::pair<std::string, std::string>>{};
      if (!encoding.empty()) settings.emplace_back("encoding", encoding);
      (void)read_all(directory / "a.log", settings, out);
      BOOST_TEST(out.lines == wanted, per_element());
      BOOST_TEST(out.is_gapless);
      std::filesystem::remove(directory / "a.log");
    }
  }
}

BOOST_AUTO_TEST_CASE(pieces_of_a_line_that_is_too_long_are_marked) {
  const auto directory = scratch_directory{};
  append(directory / "a.log", "short\n" + std::string(25, 'x') + "\nlast\n");
  auto out = text_intake{};
  (void)read_all(directory / "a.log", {{"max_line", "10B"}}, out);
  const auto piece = std::string{R"({"partial":true})"};
  BOOST_TEST(out.lines == (lines{"short", std::string(10, 'x'), std::string(10, 'x'), std::string(5, 'x'), "last"}), per_element());
  BOOST_TEST(out.attached == (lines{"{}", piece, piece, piece, "{}"}), per_element());
}

BOOST_AUTO_TEST_CASE(files_that_are_left_alone_for_their_age_are_read_once_they_are_written) {
  const auto directory = scratch_directory{};
  append(directory / "old.log", "old\n");
  append(directory / "new.log", "new\n");
  std::filesystem::last_write_time(directory / "old.log", std::filesystem::file_time_type::clock::now() - std::chrono::hours{48});
  auto time = manual_clock{};
  time.set_wall_ns(system_clock().wall_ns());
  auto tail = make_source("tail", {{"path", directory / "*.log"}, {"ignore_older", "1d"}},
                          {.component = "c", .node = "n", .clock = &time});
  auto out = fake_intake{};
  BOOST_TEST_REQUIRE(bool(tail->open({})));
  (void)tail->read(out, 1 << 20);
  BOOST_TEST(out.lines == lines{"new"}, per_element());
  append(directory / "old.log", "more\n");
  time.advance(std::chrono::seconds{11});
  (void)tail->read(out, 1 << 20);
  BOOST_TEST(out.lines == (lines{"new", "old", "more"}), per_element());
}

BOOST_AUTO_TEST_CASE(a_file_is_deleted_when_all_of_it_is_safe_and_nobody_writes_to_it) {
  const auto directory = scratch_directory{};
  const auto path = directory / "a.log";
  struct range_intake : fake_intake {
    void covered(std::string_view stream, std::uint64_t begin, std::uint64_t end) override {
      ranges.push_back({std::string{stream}, begin, end});
      fake_intake::covered(stream, begin, end);
    }
    std::vector<position_range> ranges;
  };
  auto writer = std::ofstream{path};
  writer << "one\ntwo\nhalf" << std::flush;
  auto time = manual_clock{};
  time.set_wall_ns(system_clock().wall_ns());
  auto tail = make_source("tail", {{"path", path}, {"delete_after_read", "true"}}, {.component = "c", .node = "n", .clock = &time});
  auto out = range_intake{};
  BOOST_TEST_REQUIRE(bool(tail->open({})));
  const auto turn = [&](bool is_safe) {
    (void)tail->read(out, 1 << 20);
    if (is_safe) tail->acknowledge(std::exchange(out.ranges, {}));
    time.advance(std::chrono::seconds{1});
  };
  for (auto i = 0; i < 10; ++i) turn(true);
  BOOST_TEST(std::filesystem::exists(path)); // somebody may write the rest
  writer.close();
  for (auto i = 0; i < 10 && out.lines.size() < 3; ++i) turn(false);
  BOOST_TEST(out.lines == (lines{"one", "two", "half"}), per_element());
  for (auto i = 0; i < 10; ++i) turn(false);
  BOOST_TEST(std::filesystem::exists(path)); // that was not acknowledged
  for (auto i = 0; i < 10 && std::filesystem::exists(path); ++i) turn(true);
  BOOST_TEST(!std::filesystem::exists(path));
}

auto packed(compression method, const std::string& text) -> std::string {
  auto out = byte_buffer{};
  BOOST_TEST_REQUIRE(bool(compress(method, text, out)));
  return std::string{out.view()};
}

BOOST_AUTO_TEST_CASE(a_compressed_file_is_read_once_wherever_whoever_reads_it_dies) {
  for (const auto method : {compression::gzip, compression::zstd}) {
    const auto directory = scratch_directory{};
    auto wanted = lines{};
    auto text = std::string{};
    for (int i = 0; i < 20'000; ++i) wanted.push_back("line " + std::to_string(i)), text += wanted.back() + '\n';
    wanted.push_back("no end");
    // Two members, cut in the middle of a line.
    append(directory / "a.log.z", packed(method, text.substr(0, 70'001)) + packed(method, text.substr(70'001) + "no end"));
    auto out = fake_intake{};
    auto is_finished = false;
    for (int i = 0; i < 100 && !is_finished; ++i) {
      auto tail = make_source("tail", {{"path", directory / "*.z"}, {"compressed", method == compression::gzip ? "gzip" : "zstd"}},
                              {.component = "c", .node = "n", .once = true});
      BOOST_TEST_REQUIRE(bool(tail->open(out.resume())));
      is_finished = *tail->read(out, 9000) == read_status::finished;
    }
    BOOST_TEST(is_finished);
    BOOST_TEST((out.lines == wanted));
    BOOST_TEST(out.is_gapless);
  }
}

BOOST_AUTO_TEST_CASE(a_compressed_file_that_is_being_written_is_read_on_when_it_has_grown) {
  const auto directory = scratch_directory{};
  const auto all = packed(compression::gzip, "one\ntwo\nthree\n");
  append(directory / "a.gz", all.substr(0, all.size() - 9));
  auto time = manual_clock{};
  auto tail = make_source("tail", {{"path", directory / "*.gz"}, {"compressed", "gzip"}},
                          {.component = "c", .node = "n", .clock = &time});
  auto out = fake_intake{};
  BOOST_TEST_REQUIRE(bool(tail->open({})));
  (void)tail->read(out, 1 << 20);
  auto seen = observation{};
  tail->observe(seen);
  BOOST_TEST(seen.problems.size() == 1U);
  append(directory / "a.gz", all.substr(all.size() - 9));
  time.advance(std::chrono::seconds{11});
  (void)tail->read(out, 1 << 20);
  BOOST_TEST(out.lines == (lines{"one", "two", "three"}), per_element());
}

BOOST_AUTO_TEST_CASE(damaged_compressed_data_is_told_and_what_came_before_it_is_given) {
  const auto directory = scratch_directory{};
  append(directory / "a.gz", packed(compression::gzip, "one\n") + "this is no gzip");
  append(directory / "b.gz", "neither is this, not at all");
  auto out = text_intake{};
  const auto tail = read_all(directory / "*.gz", {{"compressed", "gzip"}}, out);
  auto seen = observation{};
  tail->observe(seen);
  BOOST_TEST(out.lines == lines{"one"}, per_element());
  BOOST_TEST(seen.problems.size() == 2U);
}

BOOST_AUTO_TEST_CASE(compressed_files_among_others_are_left_out_with_one_warning) {
  const auto log = captured_log{};
  const auto directory = scratch_directory{};
  append(directory / "a.log", "one\n");
  append(directory / "a.log.1.gz", packed(compression::gzip, "zero\n"));
  append(directory / "a.log.2.gz", packed(compression::gzip, "before\n"));
  auto out = text_intake{};
  (void)read_all(directory / "a.log*", {}, out);
  BOOST_TEST(out.lines == lines{"one"}, per_element());
  BOOST_TEST(log.has("compressed; such files are left out here"));
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
