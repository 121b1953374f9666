#include "runtime/event/template.hpp"
#include "tests/support/msgpack_build.hpp"

#include <boost/test/unit_test.hpp>
#include <unistd.h>

#include <cstdlib>

using namespace weir;
using test::packed;

BOOST_AUTO_TEST_SUITE(record_templates)

namespace {

auto rendered(std::string_view text) -> std::string {
  static const auto record =
      packed({{"status", 200}, {"http", packed({{"host", "shop"}})}, {"MESSAGE", "m"}, {"tag", "t"}});
  static const std::string_view groups[] = {"whole", "first"};
  const auto compiled = record_template::compile(text, {"edge-1", 2});
  if (!compiled) return compiled.failure().what;
  auto out = byte_buffer{};
  compiled->render({.tag = "web.access.eu", .record = record, .more = {}, .groups = groups}, out);
  return std::string{out.view()};
}

} // namespace

BOOST_AUTO_TEST_CASE(names_stand_for_what_the_event_has) {
  char host[256] = {};
  ::gethostname(host, sizeof host - 1);
  ::setenv("WEIR_TEST_ZONE", "eu-1", 1);
  const std::pair<const char*, std::string> table[] = {
      {"", ""},
      {"plain $ } text", "plain $ } text"},
      {"${tag}", "web.access.eu"},
      {"${tag[0]}-${tag[2]}", "web-eu"},
      {"${tag[-1]}${tag[-3]}", "euweb"},
      {"[${tag[3]}${tag[-4]}]", "[]"},
      {"${hostname}", host},
      {"at ${node}!", "at edge-1!"},
      {"${status}", "200"},
      {"${http.host}/${status}", "shop/200"},
      {"${http}", "{\"host\":\"shop\"}"},
      {"(${missing.field})", "()"},
      {"${.MESSAGE} ${.tag}", "m t"},
      {"${WEIR_TEST_ZONE}", "eu-1"},
      {"${0} ${1}", "whole first"},
      {"$${tag} $$${tag}", "${tag} $${tag}"},
      {"a$${", "a${"},
      {"{tag}/{tag[1]} {node}", "web.access.eu/access edge-1"},
      {"{tag} ${tag}", "web.access.eu web.access.eu"},
      {"{\"a\": {}, [a{2,3}]} {", "{\"a\": {}, [a{2,3}]} {"},
      {"{{tag} {{id}", "{tag} {id}"},
  };
  for (const auto& [text, wanted] : table)
    BOOST_TEST(rendered(text) == wanted, text << ": " << rendered(text));
}

BOOST_AUTO_TEST_CASE(a_wrong_template_is_named_with_the_place_of_what_is_wrong) {
  BOOST_TEST(rendered("ab${tag") == "template \"ab${tag\" has a \"${\" without its \"}\" at character 3");
  BOOST_TEST(rendered("${tag[x]}")
             == "template \"${tag[x]}\": \"${tag[x]}\" wants a whole number in its brackets at character 1");
  BOOST_TEST(rendered("x${}") == "template \"x${}\": \"${}\" is no name of a field at character 2");
  BOOST_TEST(rendered("${2}")
             == "template \"${2}\": \"${2}\" names no group of an expression at character 1");
  BOOST_TEST(rendered("a {id}")
             == "template \"a {id}\": \"{id}\" is unknown; the field is \"${id}\", the text \"{{id}\" at character 3");
  BOOST_TEST(rendered("${WEIR_NOT_SET}").find("is not set in the environment") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(only_a_template_of_one_field_keeps_its_type) {
  const auto field = [](std::string_view text) {
    const auto compiled = record_template::compile(text, {});
    return std::string{compiled->lone_field().value_or("none")};
  };
  BOOST_TEST(field("${http.status}") == "http.status");
  BOOST_TEST(field("${.MESSAGE}") == "MESSAGE");
  BOOST_TEST(field(" ${status}") == "none");
  BOOST_TEST(field("${status}${status}") == "none");
  BOOST_TEST(field("${tag}") == "none");
  BOOST_TEST(field("text") == "none");
}

BOOST_AUTO_TEST_CASE(what_the_record_lacks_comes_from_the_other_fields) {
  const auto record = packed({{"a", 1}});
  const auto more = packed({{"a", 2}, {"b", 3}});
  const auto compiled = record_template::compile("${a}${b}", {});
  auto out = byte_buffer{};
  compiled->render({.tag = "", .record = record, .more = fields_of(more), .groups = {}}, out);
  BOOST_TEST(out.view() == "13");
}

BOOST_AUTO_TEST_SUITE_END()
