/// What a file of dead letters gives when it is read on to a sink.
#include "actors/collectors/letter_source.hpp"
#include "tests/actors/collectors/fake_intake.hpp"
#include "tests/support/directory.hpp"

#include <fstream>

using namespace weir;
using namespace weir::test;

BOOST_AUTO_TEST_SUITE(letter_sources)

BOOST_AUTO_TEST_CASE(letters_have_the_time_at_which_they_were_given_up_and_what_else_is_there_that_of_its_reading) {
  const auto directory = temporary_directory{};
  std::ofstream{directory / "letters.jsonl"} << R"({"at":"2026-11-22T15:04:05Z","tag":"web"})" << '\n'
                                             << R"({"tag":"somebody else's"})" << '\n';
  auto context = plugin_context{.component = "letters", .node = "n"};
  context.once = true;
  const auto letters = std::make_shared<dead_letter_file>(real_file_system(), directory / "letters.jsonl");
  const auto source = make_letter_source(letters)(context);
  BOOST_TEST_REQUIRE(static_cast<bool>(source->open({})));
  auto out = fake_intake{};
  for (auto tries = 0; tries < 100 && out.records.size() < 2; ++tries)
    BOOST_TEST_REQUIRE(static_cast<bool>(source->read(out, 1 << 20)));
  BOOST_TEST((out.tags == std::vector<std::string>{"web", "somebody else's"}));
  BOOST_TEST((out.timed_at_reading == std::vector<bool>{false, true}));
}

BOOST_AUTO_TEST_SUITE_END()
