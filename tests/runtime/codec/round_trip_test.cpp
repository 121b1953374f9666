#include "runtime/codec/event_format.hpp"
#include "runtime/codec/json_writer.hpp"
#include "runtime/event/entry.hpp"
#include "runtime/event/escaped_byte.hpp"
#include "runtime/parser/parser_settings.hpp"
#include "tests/support/msgpack_text.hpp"

#include <boost/test/unit_test.hpp>

#include <random>
#include <set>

using namespace weir;

namespace {

/// Text of all that formats have to escape, or that looks as if they had.
auto random_text(std::mt19937& random) -> std::string {
  static constexpr std::string_view pieces[] = {"a",  "e9", "7",        "\t",   "\n",   "\r",           "\"",    "\\",   ":",  ",",
                                                " ",  "t",  "\\x3a",    "\xff", "\xe9", "\u241a",       "\u241a""e9", "\xe2\x90", "\x9a", "\u00e9",
                                                "\x01", "\x7f", "\U0001f600", "\xed\xa0\x80", "{}", "=", "'", "n"};
  auto text = std::string{};
  for (auto i = random() % 12; i > 0; --i) text += pieces[random() % std::size(pieces)];
  if (random() % 50 == 0) text += std::string(4090 + random() % 10, 'x') + "\u241a""e9\xff";
  if (random() % 20 == 0) text += '\0';
  return text;
}

struct random_record {
  std::vector<std::string> columns;
  byte_buffer fields;

  explicit random_record(std::mt19937& random) {
    auto names = std::set<std::string>{};
    while (names.size() < 2 + random() % 5) names.insert("k" + random_text(random));
    columns.assign(names.begin(), names.end());
    auto write = msgpack_writer{fields};
    for (const auto& name : columns) write.str(name), write.str(random_text(random));
  }
  auto entry() const -> std::string {
    auto out = byte_buffer{};
    auto write = msgpack_writer{out};
    write.array(2);
    write.event_time(1);
    write.map(static_cast<std::uint32_t>(columns.size()));
    write.raw(fields.view());
    return std::string{out.view()};
  }
};

auto is_utf8(std::string_view text) -> bool {
  auto same = byte_buffer{};
  append_valid_text(same, text);
  // The forms of bytes are text that is written in its own form.
  auto plain = std::string{same.view()};
  plain.resize(escaped_byte::decode(plain.data(), plain.size()));
  return plain == text && text.find("\xed\xa0") == std::string_view::npos && text.find('\xff') == std::string_view::npos;
}

void check_round_trip(event_format as, line_format from, std::uint32_t seed) {
  auto random = std::mt19937{seed};
  for (auto i = 0; i < 2000; ++i) {
    const auto record = random_record{random};
    auto writer = make_event_writer({as, false, false, record.columns});
    writer->begin_section("t");
    const auto entry = record.entry();
    auto rest = std::string_view{entry};
    auto out = byte_buffer{};
    writer->write(out, rest, {});
    BOOST_TEST_REQUIRE(is_utf8(out.view()));
    auto line = std::string{out.view().substr(0, out.size() - 1)};
    const auto size = line.size();
    line += std::string(line_padding, '"');
    auto parser = make_parser({.format = from, .columns = record.columns});
    BOOST_REQUIRE(parser);
    auto back = byte_buffer{};
    auto write = msgpack_writer{back};
    const auto parsed = (*parser)->parse(std::string_view{line}.substr(0, size), write);
    BOOST_TEST_REQUIRE(parsed.ok(), parsed.problem << " in " << line);
    BOOST_TEST_REQUIRE(back.view() == record.fields.view(), "round " << i << " of seed " << seed << ": " << line);
  }
}

} // namespace

BOOST_AUTO_TEST_SUITE(round_trips)

// Goal: what a sink writes is read back to the same record. Method: random texts of all that needs an escape.
BOOST_AUTO_TEST_CASE(json_is_read_back) { check_round_trip(event_format::json, line_format::json, 1); }
BOOST_AUTO_TEST_CASE(ltsv_is_read_back) { check_round_trip(event_format::ltsv, line_format::ltsv, 2); }
BOOST_AUTO_TEST_CASE(csv_is_read_back) { check_round_trip(event_format::csv, line_format::csv, 3); }

BOOST_AUTO_TEST_CASE(valid_text_is_written_as_it_is) {
  for (const auto* text : {"caf\u00e9", "\u241a", "\u241a""E9", "\u241a""e", "\\xe9", "\ufffd""e9", "\U0010ffff"}) {
    auto out = byte_buffer{};
    append_valid_text(out, text);
    BOOST_TEST(out.view() == text);
  }
}

BOOST_AUTO_TEST_SUITE_END()
