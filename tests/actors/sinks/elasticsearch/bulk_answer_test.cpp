#include "actors/sinks/elasticsearch/bulk_answer.hpp"

#include <boost/test/unit_test.hpp>

#include <ostream>

using namespace weir;

namespace weir {
static auto operator<<(std::ostream& out, bulk_outcome o) -> std::ostream& { return out << static_cast<int>(o); }
} // namespace weir

namespace {

auto outcome_for(int status, std::string_view type = {}, std::string_view reason = {}) {
  return outcome_of({status, type, reason, {}});
}

} // namespace

BOOST_AUTO_TEST_SUITE(bulk_answers)

BOOST_AUTO_TEST_CASE(have_one_outcome_for_each_document) {
  auto reader = bulk_answer_reader{};
  const auto items = reader.read(
      R"({"took":3,"errors":true,"items":[{"create":{"status":201,"_index":"a"}},{"create":{"status":409,"error":)"
      R"({"type":"version_conflict_engine_exception","reason":"[x]: document already exists"}}},{"index":{"status":200}}]})");
  BOOST_REQUIRE(items);
  BOOST_REQUIRE(items->size() == 3U);
  BOOST_TEST((*items)[0].index == "a");
  BOOST_TEST(outcome_of((*items)[0]) == bulk_outcome::stored);
  BOOST_TEST(outcome_of((*items)[1]) == bulk_outcome::known);
  BOOST_TEST(outcome_of((*items)[2]) == bulk_outcome::stored);
}

BOOST_AUTO_TEST_CASE(what_is_no_answer_is_told) {
  auto reader = bulk_answer_reader{};
  for (const auto* body : {"", "{}", "[]", "{\"items\":3}", "{\"items\":[3]}", "{\"items\":[{}]}", "{\"items\":[{\"create\":{}}]}",
                           "{\"items\":[{\"create\":{\"status\":\"201\"}}]}", "{\"items\":[{\"create\":{\"status\":-1}}]}",
                           "{\"items\":[{\"create\":{\"status\":201}}", "<html>"}) {
    const auto items = reader.read(body);
    BOOST_TEST(!items, body);
    if (!items) BOOST_TEST(static_cast<int>(items.failure().code) == static_cast<int>(errc::malformed));
  }
  BOOST_TEST(static_cast<bool>(reader.read(R"({"items":[]})")));
}

BOOST_AUTO_TEST_CASE(each_error_has_what_is_to_be_done) {
  BOOST_TEST(outcome_for(400, "mapper_parsing_exception", "failed to parse field [n]") == bulk_outcome::refused);
  BOOST_TEST(outcome_for(400, "document_parsing_exception") == bulk_outcome::refused);
  BOOST_TEST(outcome_for(400, "strict_dynamic_mapping_exception") == bulk_outcome::refused);
  BOOST_TEST(outcome_for(400, "illegal_argument_exception", "Limit of total fields [1000] has been exceeded") == bulk_outcome::refused);
  BOOST_TEST(outcome_for(400, "illegal_argument_exception", "pipeline with id [x] does not exist") == bulk_outcome::stopped);
  BOOST_TEST(outcome_for(400, "validation_exception", "this action would add [2] total shards") == bulk_outcome::blocked);
  BOOST_TEST(outcome_for(429, "es_rejected_execution_exception") == bulk_outcome::later);
  BOOST_TEST(outcome_for(429, "rejected_execution_exception") == bulk_outcome::later);
  BOOST_TEST(outcome_for(429, "circuit_breaking_exception") == bulk_outcome::later);
  BOOST_TEST(outcome_for(503, "unavailable_shards_exception") == bulk_outcome::later);
  BOOST_TEST(outcome_for(500, "whatever") == bulk_outcome::later);
  BOOST_TEST(outcome_for(429, "cluster_block_exception",
                         "index [a] blocked by: [TOO_MANY_REQUESTS/12/disk usage exceeded flood-stage watermark, index has "
                         "read-only-allow-delete block];") == bulk_outcome::blocked);
  BOOST_TEST(outcome_for(403, "cluster_block_exception",
                         "index [a] blocked by: [FORBIDDEN/12/index read-only / allow delete (api), flood stage disk watermark exceeded];")
             == bulk_outcome::blocked);
  BOOST_TEST(outcome_for(403, "cluster_block_exception", "index [a] blocked by: [FORBIDDEN/8/index write (api)];") == bulk_outcome::write_blocked);
  BOOST_TEST(outcome_for(403, "cluster_block_exception", "blocked by: [FORBIDDEN/6/cluster read-only (api)];") == bulk_outcome::blocked);
  BOOST_TEST(outcome_for(403, "index_create_block_exception") == bulk_outcome::blocked);
  BOOST_TEST(outcome_for(403, "security_exception", "action is unauthorized") == bulk_outcome::stopped);
  BOOST_TEST(outcome_for(404, "index_not_found_exception") == bulk_outcome::no_index);
  BOOST_TEST(outcome_for(400, "index_closed_exception") == bulk_outcome::no_index);
  BOOST_TEST(outcome_for(409, "illegal_state") == bulk_outcome::refused);
  BOOST_TEST(outcome_for(0) == bulk_outcome::unknown);
}

BOOST_AUTO_TEST_CASE(reasons_are_without_what_is_of_one_document) {
  BOOST_TEST(reason_of({400, "mapper_parsing_exception",
                        "failed to parse field [n] of type [long] in document with id 'AAA'. Preview of field's value: 'x'", {}})
             == "mapper_parsing_exception: failed to parse field [n] of type [long]");
  BOOST_TEST(reason_of({400, "document_parsing_exception", "[1:64] failed to parse: bad", {}})
             == "document_parsing_exception: failed to parse: bad");
  BOOST_TEST(reason_of({400, "t", "[field] is bad", {}}) == "t: [field] is bad");
  BOOST_TEST(reason_of({400, "t", "a\nb", {}}) == "t: a b");
  BOOST_TEST(reason_of({418, "", "", {}}) == "status 418");
  BOOST_TEST(reason_of({400, "t", std::string(5000, 'x'), {}}).size() < 400U);
}

BOOST_AUTO_TEST_CASE(the_error_of_a_request_is_read_or_quoted) {
  BOOST_TEST(error_text_of(R"({"error":{"type":"a","reason":"b"},"status":400})") == "a: b");
  BOOST_TEST(error_text_of(R"({"error":"Unauthorized"})") == "Unauthorized");
  BOOST_TEST(error_text_of("<html>\n<b>502</b>") == "<html> <b>502</b>");
  BOOST_TEST(error_text_of("") == "");
}

BOOST_AUTO_TEST_SUITE_END()
