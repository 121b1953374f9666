#include "actors/sinks/elasticsearch/document_writer.hpp"
#include "tests/support/entries.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace weir;
using test::record;

namespace {

constexpr auto noon = std::int64_t{1'795'359'845'123'456'789};

auto document_of(std::string_view rec, bool ecs = false, std::string_view tag = "web") -> std::string {
  auto writer = document_writer{ecs};
  writer.begin_tag(tag);
  auto out = byte_buffer{};
  BOOST_TEST(writer.append(out, noon, rec));
  BOOST_TEST(rec.empty());
  return std::string{out.view()};
}

const auto plain_head = std::string{R"({"@timestamp":"2026-11-22T15:04:05.123456789Z","tag":"web")"};
const auto ecs_head = std::string{R"({"@timestamp":"2026-11-22T15:04:05.123456789Z","ecs.version":"1.12.0","event.dataset":"web")"};

} // namespace

BOOST_AUTO_TEST_SUITE(documents)

BOOST_AUTO_TEST_CASE(have_the_time_the_tag_and_all_fields) {
  BOOST_TEST(document_of(record("a", 1, "b", "x\"y")) == plain_head + R"(,"a":1,"b":"x\"y"})" + '\n');
  BOOST_TEST(document_of(record()) == plain_head + "}\n");
  BOOST_TEST(document_of(record(), true) == ecs_head + "}\n");
}

BOOST_AUTO_TEST_CASE(a_field_of_their_own_name_gives_way) {
  BOOST_TEST(document_of(record("@timestamp", "then", "tag", "t", "record_tag", 2)) ==
             plain_head + R"(,"record_@timestamp":"then","record_tag":"t","record_record_tag":2})" + '\n');
  BOOST_TEST(document_of(record("tag", "t", "time", 3)) == plain_head + R"(,"record_tag":"t","time":3})" + '\n');
  BOOST_TEST(document_of(record("ecs.version", 1, "event.dataset", 2), true) ==
             ecs_head + R"(,"record_ecs.version":1,"record_event.dataset":2})" + '\n');
}

BOOST_AUTO_TEST_CASE(with_ecs_fields_have_the_names_of_the_schema) {
  BOOST_TEST(document_of(record("level", "warn", "msg", "hello", "code", 200, "mine", true), true) ==
             ecs_head + R"(,"log.level":"warn","message":"hello","http.response.status_code":200,"mine":true})" + '\n');
  // One name is given once, and not to a field beside one that has it already.
  BOOST_TEST(document_of(record("msg", "a", "log", "b"), true) == ecs_head + R"(,"message":"a","labels.log":"b"})" + '\n');
  BOOST_TEST(document_of(record("msg", "a", "message", "b"), true) == ecs_head + R"(,"msg":"a","message":"b"})" + '\n');
  BOOST_TEST(document_of(record("service", "shop"), true) == ecs_head + R"(,"labels.service":"shop"})" + '\n');
}

BOOST_AUTO_TEST_CASE(what_is_malformed_leaves_nothing_behind) {
  for (const auto ecs : {false, true}) {
    auto writer = document_writer{ecs};
    auto out = byte_buffer{};
    out.append("before");
    const auto whole = record("@timestamp", 1, "b", "text");
    for (std::size_t size = 0; size < whole.size(); ++size) {
      auto cut = std::string_view{whole}.substr(0, size);
      BOOST_TEST(!writer.append(out, noon, cut));
      BOOST_TEST(cut.size() == size);
    }
    BOOST_TEST(out.view() == "before");
  }
}

BOOST_AUTO_TEST_SUITE_END()
