#include "actors/collectors/kubernetes/metadata_cache.hpp"
#include "runtime/parser/parser_settings.hpp"

#include <boost/test/unit_test.hpp>

using namespace weir;
using namespace std::chrono_literals;

namespace {

/// JSON as the API server sends it, in the form in which it is read.
auto packed(std::string json) -> std::string {
  const auto size = json.size();
  json.append(line_padding, ' ');
  auto out = byte_buffer{};
  auto write = msgpack_writer{out};
  const auto mark = write.open();
  const auto parsed = (*make_parser({.format = line_format::json}))->parse({json.data(), size}, write);
  BOOST_TEST_REQUIRE(parsed.ok());
  write.close_map(mark, parsed.fields);
  return std::string{out.view()};
}

constexpr auto whole_pod = R"({"metadata": {"name": "web-1", "namespace": "shop", "uid": "u1", "labels": {"app": "web", "odd": 7},
  "annotations": {"kubernetes.io/config.hash": "h1"}, "ownerReferences": [{"kind": "Node", "name": "n"}, {"kind": "ReplicaSet", "name": "web-5d",
  "controller": true}], "managedFields": [{"f:x": {}}]}, "spec": {"nodeName": "edge-7", "containers": [{"name": "c", "image": "i:1"}],
  "initContainers": [{"name": "init", "image": "i:0"}]}, "status": {"podIP": "10.0.0.1", "containerStatuses": [{"name": "c", "imageID": "sha"}]}})";

auto named(std::string uid, std::string name = "web-1") -> pod_metadata {
  auto pod = pod_metadata{};
  pod.uid = std::move(uid);
  pod.name = std::move(name);
  pod.space = "shop";
  return pod;
}

auto place_of(std::string uid) -> pod_place { return {"web-1", "shop", std::move(uid), "c", {}}; }

constexpr auto start = monotonic_time{1h};

} // namespace

BOOST_AUTO_TEST_SUITE(kubernetes_metadata)

BOOST_AUTO_TEST_CASE(a_pod_is_read_from_what_the_api_says) {
  const auto pod = pod_of(packed(whole_pod));
  BOOST_TEST_REQUIRE(pod.has_value());
  BOOST_TEST(pod->uid == "u1");
  BOOST_TEST(pod->node == "edge-7");
  BOOST_TEST(pod->owner_kind == "ReplicaSet");
  BOOST_TEST(pod->labels.at("app") == "web");
  BOOST_TEST(pod->labels.at("odd").empty());
  BOOST_TEST_REQUIRE(pod->containers.size() == 2U);
  BOOST_TEST(pod->containers[0].image_id == "sha");
  BOOST_TEST(pod->containers[1].image == "i:0");
}

BOOST_AUTO_TEST_CASE(what_has_no_name_or_another_shape_is_no_pod) {
  for (const auto* json : {"{}", R"({"metadata": 1})", R"({"metadata": {"name": "a", "namespace": "b"}})", R"({"metadata": {"name": ["a"], "uid": "u", "namespace": "b"}})"})
    BOOST_TEST(!pod_of(packed(json)), json);
  BOOST_TEST(pod_of(packed(R"({"metadata": {"name": "a", "namespace": "b", "uid": "u", "labels": 3, "ownerReferences": {}}, "spec": []})")).has_value());
  BOOST_TEST(!pod_of("\xdf\xff\xff\xff\xff"));
}

BOOST_AUTO_TEST_CASE(what_is_kept_comes_back_and_damage_is_seen) {
  auto before = metadata_cache{1h};
  before.put(*pod_of(packed(whole_pod)));
  before.put(named("u2", "web-2"));
  const auto file = before.to_file();
  auto after = metadata_cache{1h};
  BOOST_TEST_REQUIRE(static_cast<bool>(after.load(file, start)));
  BOOST_TEST_REQUIRE(after.find(place_of("u1")) != nullptr);
  BOOST_TEST((*after.find(place_of("u1")) == *before.find(place_of("u1"))));
  BOOST_TEST(after.to_file() == file);
  for (std::size_t size = 0; size < file.size(); ++size) {
    auto damaged = metadata_cache{1h};
    BOOST_TEST(!damaged.load(file.substr(0, size), start));
    auto flipped = file;
    flipped[size] = static_cast<char>(flipped[size] ^ 1);
    BOOST_TEST(!damaged.load(flipped, start));
    BOOST_TEST(damaged.size() == 0U);
  }
}

BOOST_AUTO_TEST_CASE(a_pod_is_known_by_its_uid_and_not_by_a_name_that_is_used_again) {
  auto cache = metadata_cache{1h};
  cache.put(named("old"));
  cache.remove_pod("old", start);
  cache.put(named("new"));
  BOOST_TEST(cache.find(place_of("old"))->uid == "old");
  BOOST_TEST(cache.find(place_of("new"))->uid == "new");
  BOOST_TEST(cache.find(place_of(""))->uid == "new");
  BOOST_TEST(cache.find(place_of("other")) == nullptr);
  auto fixed = named("mirror", "kube-proxy");
  fixed.annotations["kubernetes.io/config.mirror"] = "hash";
  cache.put(fixed);
  BOOST_TEST(cache.find(place_of("hash"))->uid == "mirror");
}

BOOST_AUTO_TEST_CASE(a_pod_that_is_gone_is_known_for_a_while_and_as_long_as_it_is_pinned) {
  auto cache = metadata_cache{1h};
  for (const auto* uid : {"a", "b", "c"}) cache.put(named(uid, uid));
  cache.pin("b");
  cache.begin_pods();
  cache.put(named("c", "c"));
  cache.end_pods(start);
  cache.forget_old(start + 59min);
  BOOST_TEST(cache.size() == 3U);
  cache.forget_old(start + 1h);
  BOOST_TEST(cache.find(place_of("a")) == nullptr);
  BOOST_TEST(cache.find(place_of("b")) != nullptr);
  cache.unpin("b", start + 2h);
  cache.forget_old(start + 2h + 30min);
  BOOST_TEST(cache.find(place_of("b")) != nullptr);
  cache.forget_old(start + 3h);
  BOOST_TEST(cache.find(place_of("b")) == nullptr);
  BOOST_TEST(cache.find(place_of("c")) != nullptr);
}

BOOST_AUTO_TEST_CASE(what_is_gone_is_bounded_in_number) {
  auto cache = metadata_cache{1h};
  for (std::size_t i = 0; i < metadata_cache::gone_max + 10; ++i) {
    const auto uid = std::to_string(i);
    cache.put(named(uid, uid));
    cache.remove_pod(uid, start + std::chrono::seconds{i});
  }
  cache.forget_old(start);
  BOOST_TEST(cache.size() == metadata_cache::gone_max);
  BOOST_TEST(cache.find(place_of("0")) == nullptr);
  BOOST_TEST(cache.find(place_of("10")) != nullptr);
}

BOOST_AUTO_TEST_CASE(only_what_changes_makes_a_new_version) {
  auto cache = metadata_cache{1h};
  cache.put(named("a"));
  cache.put(space_metadata{"shop", {{"team", "x"}}});
  const auto version = cache.version();
  cache.begin_pods();
  cache.begin_spaces();
  cache.put(named("a"));
  cache.put(space_metadata{"shop", {{"team", "x"}}});
  cache.end_pods(start);
  cache.end_spaces();
  BOOST_TEST(cache.version() == version);
  cache.begin_spaces();
  cache.end_spaces();
  BOOST_TEST(cache.labels_of_space("shop") == nullptr);
  BOOST_TEST(cache.version() > version);
}

BOOST_AUTO_TEST_SUITE_END()
