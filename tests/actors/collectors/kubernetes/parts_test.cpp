#include "actors/collectors/kubernetes/piece_joiner.hpp"
#include "actors/collectors/kubernetes/pod_place.hpp"
#include "actors/collectors/kubernetes/pod_rules.hpp"
#include "actors/collectors/kubernetes/record_fields.hpp"
#include "tests/support/msgpack_text.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;
using weir::test::text_of;

namespace {

auto shown(const std::optional<pod_place>& place) -> std::string {
  if (!place) return "none";
  return place->space + ' ' + place->pod + ' ' + place->container + ' ' + place->uid + ' ' + place->container_id;
}

auto piece(std::string_view stream, std::string_view text, bool is_partial) -> container_piece {
  return {7, stream, text, is_partial};
}

auto shown(const std::vector<joined_line>& lines) -> std::string {
  auto text = std::string{};
  for (const auto& l : lines) text += std::to_string(l.position) + l.stream + ':' + l.text + (l.is_cut ? "! " : " ");
  return text;
}

} // namespace

BOOST_AUTO_TEST_SUITE(kubernetes_parts)

BOOST_AUTO_TEST_CASE(the_paths_of_a_log_tell_whose_it_is) {
  const auto link = std::string{"/var/log/containers/web-0_shop_nginx-init-0123abcd.log"};
  const auto place = std::string{"/var/log/pods/shop_web-0_11-22/nginx-init/3.log"};
  BOOST_TEST(shown(pod_place_of(link, place)) == "shop web-0 nginx-init 11-22 0123abcd");
  BOOST_TEST(shown(pod_place_of(link, place + ".20260101-101010")) == "shop web-0 nginx-init 11-22 0123abcd");
  BOOST_TEST(shown(pod_place_of(link, {})) == "shop web-0 nginx-init  0123abcd");
  BOOST_TEST(shown(pod_place_of(link, "/var/lib/docker/containers/01/01-json.log")) == "shop web-0 nginx-init  0123abcd");
  BOOST_TEST(shown(pod_place_of(place, {})) == "shop web-0 nginx-init 11-22 ");
  for (const auto* path : {"", "/", "a.log", "/var/log/containers/a_b.log", "/var/log/containers/a_b_c", "/x/y/0.log", "/__/c/0.log"})
    BOOST_TEST(shown(pod_place_of(path, {})) == "none", path);
}

BOOST_AUTO_TEST_CASE(pieces_are_joined_by_stream_and_lines_keep_their_order) {
  auto joiner = piece_joiner{1000};
  BOOST_TEST(!joiner.add(piece("o", "a", true), 10));
  BOOST_TEST(joiner.open_from() == 10U);
  BOOST_TEST(!joiner.add(piece("e", "x", false), 20));
  BOOST_TEST(!joiner.add(piece("e", "y", true), 30));
  BOOST_TEST(!joiner.add(piece("o", "b", false), 40));
  BOOST_TEST(joiner.open_from() == 10U);
  BOOST_TEST(joiner.add(piece("e", "z", false), 50));
  BOOST_TEST(shown(joiner.take()) == "10o:ab 20e:x 30e:yz ");
  BOOST_TEST(!joiner.is_open());
  BOOST_TEST(joiner.bytes() == 0U);
}

BOOST_AUTO_TEST_CASE(what_is_taken_before_its_end_is_cut) {
  auto joiner = piece_joiner{4};
  BOOST_TEST(!joiner.add(piece("o", "abc", true), 0));
  BOOST_TEST(joiner.add(piece("o", "de", true), 9));
  BOOST_TEST(shown(joiner.take()) == "0o:abcde! ");
  BOOST_TEST(joiner.add(piece("o", "f", false), 18));
  BOOST_TEST(shown(joiner.take()) == "18o:f ");
  auto many = piece_joiner{1 << 20};
  (void)many.add(piece("o", "", true), 0);
  auto count = std::size_t{1};
  while (!many.add(piece("e", "", false), ++count)) {
  }
  BOOST_TEST(count == piece_joiner::lines_max);
}

BOOST_AUTO_TEST_CASE(the_narrowest_annotation_decides) {
  const auto of = text_pairs{{"fluentbit.io/exclude", "true"}, {"weir.io/exclude-keep", "false"}, {"fluentbit.io/parser", "json"},
                             {"weir.io/parser_stderr-web", "logfmt"}, {"weir.io/include", "true"}};
  BOOST_TEST(is_excluded(of, {"web", "stdout"}));
  BOOST_TEST(!is_excluded(of, {"keep", "stdout"}));
  BOOST_TEST(!is_excluded({}, {"web", "stdout"}));
  BOOST_TEST(!is_excluded({{"weir.io/exclude", "maybe"}}, {"web", "stdout"}));
  BOOST_TEST((annotation_of(of, "parser", {"web", "stdout"}) == "json"));
  BOOST_TEST((annotation_of(of, "parser", {"web", "stderr"}) == "logfmt"));
  BOOST_TEST(is_included(of));
  BOOST_TEST(!is_included({}));
}

BOOST_AUTO_TEST_CASE(parsers_that_need_more_than_a_name_are_not_taken_from_annotations) {
  BOOST_TEST((format_of_annotation("nginx") == line_format::nginx));
  BOOST_TEST((format_of_annotation("apache") == line_format::apache2));
  for (const auto* name : {"regex", "none", "", "cobol"}) BOOST_TEST(!format_of_annotation(name), name);
}

BOOST_AUTO_TEST_CASE(records_say_what_is_known_and_that_something_is_missing) {
  const auto place = pod_place{"web-1", "shop", "u1", "nginx", "c1"};
  BOOST_TEST(text_of(fields_of_container(place, {nullptr, nullptr, "edge"}, {}))
             == R"({"pod_name":"web-1","namespace_name":"shop","pod_id":"u1","host":"edge","container_name":"nginx","docker_id":"c1","incomplete":true})");
  auto pod = pod_metadata{"u1", "web-1", "shop", "edge-7", "10.0.0.1", "ReplicaSet", "web-5d4", {{"pod-template-hash", "5d4"}}, {{"a", "b"}},
                          {{"nginx", "nginx:1", "sha"}}};
  const auto of_space = text_pairs{{"team", "x"}};
  BOOST_TEST(text_of(fields_of_container(place, {&pod, &of_space, "edge"}, {}))
             == R"({"pod_name":"web-1","namespace_name":"shop","pod_id":"u1","host":"edge-7","container_name":"nginx","docker_id":"c1",)"
                R"("container_image":"nginx:1","container_hash":"sha","pod_ip":"10.0.0.1","labels":{"pod-template-hash":"5d4"},"annotations":{"a":"b"},)"
                R"("owner_kind":"ReplicaSet","owner_name":"web-5d4","deployment_name":"web","namespace_labels":{"team":"x"}})");
  BOOST_TEST(text_of(fields_of_container(place, {&pod, &of_space, "edge"}, {false, false, false, false}))
             == R"({"pod_name":"web-1","namespace_name":"shop","pod_id":"u1","host":"edge-7","container_name":"nginx","docker_id":"c1",)"
                R"("container_image":"nginx:1","container_hash":"sha","pod_ip":"10.0.0.1"})");
}

BOOST_AUTO_TEST_CASE(a_tag_has_as_many_parts_as_its_template) {
  const auto place = pod_place{"web.1", "shop", "u1", "nginx", "c1"};
  BOOST_TEST(tag_of_container("kube.{namespace}.{pod}.{container}", place, "n.x") == "kube.shop.web_1.nginx");
  BOOST_TEST(tag_of_container("{node}.{pod}{pod}", place, "n.x") == "n_x.web_1web_1");
}

BOOST_AUTO_TEST_SUITE_END()
