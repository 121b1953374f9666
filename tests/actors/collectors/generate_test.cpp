#include "runtime/event/msgpack.hpp"
#include "tests/actors/collectors/fake_intake.hpp"

using namespace weir;
using namespace weir::test;
using namespace std::chrono_literals;

namespace {

auto text_of(std::string_view record, std::string_view key) -> std::string {
  auto text = std::string_view{};
  auto number = std::int64_t{0};
  auto field = msgpack_reader{find_field(record, key)};
  if (field.str(text)) return std::string{text};
  return field.integer(number) ? "#" + std::to_string(number) : "?";
}

} // namespace

BOOST_AUTO_TEST_SUITE(generate)

BOOST_AUTO_TEST_CASE(a_template_is_filled_in_with_numbers_and_choices) {
  const auto long_text = std::string(300, 'x');
  auto source = make_source(
      "generate",
      {{"count", "1000"},
       {"template",
        R"({"n":"${n}","in":{"deep":["<${n}>"]},"r":"${random:10}","c":"${one_of:a,b}","s":1.5,"l":")"
            + long_text + R"(${n}"})"}},
      {});
  auto out = fake_intake{};
  BOOST_TEST_REQUIRE(static_cast<bool>(source->open({})));
  while (*source->read(out, 10'000) == read_status::more) {
  }
  BOOST_TEST_REQUIRE(out.records.size() == 1000U);
  auto seen = std::map<std::string, int>{};
  for (std::size_t i = 0; i < 1000; ++i) {
    const auto& record = out.records[i];
    auto whole = msgpack_reader{record};
    BOOST_TEST_REQUIRE((whole.skip() && whole.at_end()));
    BOOST_TEST(text_of(record, "n") == "#" + std::to_string(i));
    BOOST_TEST(text_of(record, "l") == long_text + std::to_string(i));
    ++seen[text_of(record, "r")];
    ++seen[text_of(record, "c")];
  }
  BOOST_TEST(seen.size() == 12U);
  BOOST_TEST((out.timed_at_reading == std::vector<bool>(1000, true))); // after a kill they are made anew
  BOOST_TEST(out.is_gapless);
  BOOST_TEST(out.covered_to.at("!generate") == 1000U);
}

BOOST_AUTO_TEST_CASE(the_default_record_is_valid_and_the_same_after_a_resume) {
  auto whole = fake_intake{};
  auto source = make_source("generate", {{"count", "5000"}}, {});
  BOOST_TEST_REQUIRE(static_cast<bool>(source->open({})));
  while (*source->read(whole, 1 << 20) == read_status::more) {
  }
  auto parts = fake_intake{};
  auto status = read_status::more;
  while (status == read_status::more) {
    auto part = make_source("generate", {{"count", "5000"}}, {});
    BOOST_TEST_REQUIRE(static_cast<bool>(part->open(parts.resume())));
    status = *part->read(parts, 100'000);
  }
  BOOST_TEST((whole.records == parts.records));
  auto other = fake_intake{};
  auto reseeded = make_source("generate", {{"count", "1"}, {"seed", "2"}}, {});
  BOOST_TEST_REQUIRE(static_cast<bool>(reseeded->open({})));
  BOOST_TEST((*reseeded->read(other, 1000) == read_status::finished));
  BOOST_TEST(other.records[0] != whole.records[0]);
  BOOST_TEST(whole.records[0].size() > 180U);
  BOOST_TEST(whole.records[0].size() < 300U);
}

BOOST_AUTO_TEST_CASE(a_rate_is_held_without_bursts) {
  auto time = manual_clock{};
  auto source = make_source("generate", {{"rate", "1000"}, {"template", R"({"a":1})"}},
                            {.component = "c", .node = "n", .clock = &time, .once = false});
  auto out = fake_intake{};
  BOOST_TEST_REQUIRE(static_cast<bool>(source->open({})));
  BOOST_TEST((*source->read(out, 1 << 20) == read_status::idle));
  BOOST_TEST(out.records.empty());
  for (int i = 0; i < 1000; ++i) {
    time.advance(*source->wake_at() - time.monotonic());
    BOOST_TEST((*source->read(out, 1 << 20) == read_status::idle));
  }
  BOOST_TEST(out.records.size() == 5000U);
  time.advance(1h);
  while (*source->read(out, 1000) == read_status::more) {
  }
  BOOST_TEST(out.records.size() == 6000U);
}

BOOST_AUTO_TEST_CASE(templates_that_make_no_record_are_refused) {
  for (const auto* text : {"", "[]", "1", "{", R"({"a":"${m}"})", R"({"a":"${n"})", R"({"a":"${random:0}"})",
                           R"({"a":"${random:x}"})"})
    BOOST_TEST(problems_of("generate", {{"template", text}}) == 1U, text);
}

BOOST_AUTO_TEST_SUITE_END()
