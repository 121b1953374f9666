/// What a node tells beside its figures: its last log lines, questions as text, and who may ask for what.
#include "cli/tell/log_ring.hpp"
#include "cli/tell/logs.hpp"
#include "cli/tell/teller.hpp"

#include <boost/test/unit_test.hpp>

#include <future>

using namespace weir;
using namespace weir::cli;

namespace {

auto texts_of(const log_ring::found& all) -> std::vector<std::string> {
  auto texts = std::vector<std::string>{};
  for (const auto& e : all.entries) texts.push_back(e.text);
  return texts;
}

using texts = std::vector<std::string>;

/// info 1, warn 2, info 3, Error 4.
void add_four(log_ring& to) {
  to.add(1, 2, "info 1");
  to.add(2, 3, "warn 2");
  to.add(3, 2, "info 3");
  to.add(4, 4, "Error 4");
}

auto answer_to(teller& of, const std::string& command) -> result<std::string> {
  auto came = std::promise<result<std::string>>{};
  of.answer_aside(command, {"node other"}, [&](result<std::string> r) { came.set_value(std::move(r)); });
  return came.get_future().get();
}

} // namespace

BOOST_AUTO_TEST_SUITE(tell)

BOOST_AUTO_TEST_CASE(the_last_lines_come_oldest_first_and_tell_where_to_go_on) {
  auto ring = log_ring{};
  add_four(ring);
  const auto last = ring.find({{}, 0, {}, 2});
  BOOST_TEST(texts_of(last) == (texts{"info 3", "Error 4"}), boost::test_tools::per_element());
  BOOST_TEST(last.next == 5);
  ring.add(5, 2, "info 5");
  BOOST_TEST(texts_of(ring.find({last.next, 0, {}, 9})) == texts{"info 5"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(who_goes_on_in_small_steps_misses_nothing) {
  auto ring = log_ring{};
  add_four(ring);
  auto all = texts{};
  auto since = std::uint64_t{1};
  for (auto step = 0; step < 4; ++step) {
    const auto some = ring.find({since, 0, {}, 1});
    for (const auto& text : texts_of(some)) all.push_back(text);
    since = some.next;
  }
  BOOST_TEST(all == (texts{"info 1", "warn 2", "info 3", "Error 4"}), boost::test_tools::per_element());
  BOOST_TEST(ring.find({since, 0, {}, 1}).entries.empty());
}

BOOST_AUTO_TEST_CASE(level_and_text_choose) {
  auto ring = log_ring{};
  add_four(ring);
  BOOST_TEST(texts_of(ring.find({{}, 3, {}, 9})) == (texts{"warn 2", "Error 4"}), boost::test_tools::per_element());
  BOOST_TEST(texts_of(ring.find({{}, 0, "eRRor", 9})) == texts{"Error 4"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(neither_lines_nor_bytes_grow_beyond_their_bounds) {
  auto many = log_ring{};
  for (std::size_t i = 0; i < log_ring::entries_max + 10; ++i) many.add(0, 2, "x");
  const auto kept = many.find({{}, 0, {}, SIZE_MAX});
  BOOST_TEST(kept.entries.size() == log_ring::entries_max);
  BOOST_TEST(kept.first == 11);

  auto large = log_ring{};
  for (auto i = 0; i < 1000; ++i) large.add(0, 2, std::string(log_ring::text_bytes_max * 2, 'y'));
  auto bytes = std::size_t{0};
  for (const auto& e : large.find({{}, 0, {}, SIZE_MAX}).entries) bytes += e.text.size();
  BOOST_TEST(bytes <= log_ring::bytes_max);
  BOOST_TEST(bytes > log_ring::bytes_max / 2);
}

BOOST_AUTO_TEST_CASE(a_long_line_is_cut_between_two_characters) {
  auto ring = log_ring{};
  auto text = std::string(log_ring::text_bytes_max - 1, 'a') + "ü tail";
  ring.add(0, 2, text);
  BOOST_TEST(ring.find({}).entries.front().text == std::string(log_ring::text_bytes_max - 1, 'a') + "…");
}

BOOST_AUTO_TEST_CASE(a_question_is_read_as_it_was_written) {
  const auto asked = question{"buffers", "a/b c", {{"text", "50% & more"}, {"limit", "3"}}};
  const auto read = parse_question(to_text(asked));
  BOOST_REQUIRE(read);
  BOOST_TEST(read->topic == "buffers");
  BOOST_TEST(read->about == "a/b c");
  BOOST_TEST(read->word("text") == "50% & more");
  BOOST_TEST(*read->number("limit", 7) == 3U);
  BOOST_TEST(*read->number("since", 7) == 7U);
  BOOST_TEST(!parse_question("logs?text=%zz"));
}

BOOST_AUTO_TEST_CASE(words_that_make_no_sense_are_refused) {
  const auto ring = log_ring{};
  for (const auto* line : {"logs?level=loud", "logs?limit=-1", "logs?limit=3x", "logs?since=now"})
    BOOST_TEST((tell_logs(ring, *parse_question(line)).failure().code == errc::malformed), line);
}

BOOST_AUTO_TEST_CASE(nothing_is_told_before_the_start_and_after_the_end) {
  auto of = teller{};
  of.add({"one", told::contents, false, [](const question&, const asker&) { return std::string{"1"}; }});
  BOOST_TEST((answer_to(of, "tell one").failure().code == errc::unavailable));
  of.begin();
  BOOST_TEST(*answer_to(of, "tell one") == "1");
  BOOST_TEST((answer_to(of, "tell two").failure().code == errc::not_found));
  BOOST_TEST((answer_to(of, "tell one/part").failure().code == errc::not_found));
  of.stop();
  BOOST_TEST((answer_to(of, "tell one").failure().code == errc::unavailable));
}

BOOST_AUTO_TEST_CASE(who_may_see_figures_only_gets_no_contents_by_that_way) {
  auto of = teller{};
  const auto yes = [](const question&, const asker&) { return std::string{"yes"}; };
  of.add({"figure", told::figures, false, yes});
  of.add({"content", told::contents, false, yes});
  of.add({"action", told::action, false, yes});
  of.begin();
  BOOST_TEST(command_for(told::figures, {"figure", {}, {}}) == "figures figure");
  BOOST_TEST(command_for(told::action, {"action", {}, {}}) == "tell action");
  BOOST_TEST(!!answer_to(of, "figures figure"));
  for (const auto* topic : {"content", "action"})
    BOOST_TEST((answer_to(of, std::string{"figures "} + topic).failure().code == errc::rejected), topic);
}

BOOST_AUTO_TEST_CASE(an_answer_too_large_for_a_frame_says_so) {
  auto of = teller{};
  of.add({"large", told::contents, false, [](const question&, const asker&) { return std::string(5'000'000, 'x'); }});
  of.begin();
  BOOST_TEST((answer_to(of, "tell large").failure().code == errc::limit));
}

BOOST_AUTO_TEST_SUITE_END()
