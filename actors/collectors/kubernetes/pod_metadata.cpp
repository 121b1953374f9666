#include "actors/collectors/kubernetes/pod_metadata.hpp"

#include "actors/collectors/kubernetes/api_object.hpp"

#include <algorithm>
#include <array>

namespace weir {
namespace {

/// More of an object than this nobody reads; the API server itself has smaller limits.
constexpr auto pairs_max = std::size_t{1024};
constexpr auto containers_max = std::size_t{256};

auto pairs_of(api_object map) -> text_pairs {
  auto pairs = text_pairs{};
  map.each_member([&](std::string_view key, api_object value) {
    if (pairs.size() < pairs_max) pairs.insert_or_assign(std::string{key}, std::string{value.text()});
  });
  return pairs;
}

void add_containers(pod_metadata& pod, api_object list) {
  list.each_item([&](api_object one) {
    if (pod.containers.size() < containers_max)
      pod.containers.push_back({std::string{one["name"].text()}, std::string{one["image"].text()}, {}});
  });
}

/// What an engine found an image to be.
void add_image_ids(pod_metadata& pod, api_object list) {
  list.each_item([&](api_object one) {
    for (auto& c : pod.containers)
      if (c.name == one["name"].text()) c.image_id = one["imageID"].text();
  });
}

void add_owner(pod_metadata& pod, api_object list) {
  list.each_item([&](api_object one) {
    if (!pod.owner_kind.empty() && !one["controller"].is_true()) return;
    pod.owner_kind = one["kind"].text();
    pod.owner_name = one["name"].text();
  });
}

void write_pairs(msgpack_writer& write, const text_pairs& pairs) {
  write.map(static_cast<std::uint32_t>(pairs.size()));
  for (const auto& [key, value] : pairs) write.str(key), write.str(value);
}

auto texts_of(pod_metadata& pod) -> std::array<std::string*, 7> {
  return {&pod.uid, &pod.name, &pod.space, &pod.node, &pod.address, &pod.owner_kind, &pod.owner_name};
}

} // namespace

auto pod_of(std::string_view object) -> std::optional<pod_metadata> {
  const auto whole = api_object{object};
  const auto about = whole["metadata"];
  auto pod = pod_metadata{};
  pod.uid = about["uid"].text();
  pod.name = about["name"].text();
  pod.space = about["namespace"].text();
  if (pod.uid.empty() || pod.name.empty() || pod.space.empty()) return std::nullopt;
  pod.node = whole["spec"]["nodeName"].text();
  pod.address = whole["status"]["podIP"].text();
  pod.labels = pairs_of(about["labels"]);
  pod.annotations = pairs_of(about["annotations"]);
  add_owner(pod, about["ownerReferences"]);
  for (const auto* kind : {"containers", "initContainers", "ephemeralContainers"}) add_containers(pod, whole["spec"][kind]);
  for (const auto* kind : {"containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses"})
    add_image_ids(pod, whole["status"][kind]);
  return pod;
}

auto space_of(std::string_view object) -> std::optional<space_metadata> {
  const auto about = api_object{object}["metadata"];
  if (about["name"].text().empty()) return std::nullopt;
  return space_metadata{std::string{about["name"].text()}, pairs_of(about["labels"])};
}

auto hash_of_static(const pod_metadata& pod) -> std::string_view {
  for (const auto* key : {"kubernetes.io/config.mirror", "kubernetes.io/config.hash"})
    if (const auto found = pod.annotations.find(key); found != pod.annotations.end()) return found->second;
  return {};
}

auto deployment_of(const pod_metadata& pod) -> std::string_view {
  const auto hash = pod.labels.find("pod-template-hash");
  if (pod.owner_kind != "ReplicaSet" || hash == pod.labels.end() || hash->second.empty()) return {};
  auto name = std::string_view{pod.owner_name};
  if (!name.ends_with(hash->second)) return {};
  name.remove_suffix(hash->second.size());
  return name.ends_with('-') ? name.substr(0, name.size() - 1) : std::string_view{};
}

void append_kept(std::string& out, const pod_metadata& pod) {
  auto buffer = byte_buffer{};
  auto write = msgpack_writer{buffer};
  auto copy = pod;
  write.array(10);
  for (const auto* text : texts_of(copy)) write.str(*text);
  write_pairs(write, pod.labels);
  write_pairs(write, pod.annotations);
  write.array(static_cast<std::uint32_t>(pod.containers.size()));
  for (const auto& c : pod.containers) {
    write.array(3);
    for (const auto* text : {&c.name, &c.image, &c.image_id}) write.str(*text);
  }
  out += buffer.view();
}

auto pod_of_kept(std::string_view kept) -> std::optional<pod_metadata> {
  auto parts = std::vector<api_object>{};
  api_object{kept}.each_item([&](api_object part) {
    if (parts.size() <= 10) parts.push_back(part);
  });
  if (parts.size() != 10) return std::nullopt;
  auto pod = pod_metadata{};
  auto part = parts.begin();
  for (auto* text : texts_of(pod)) *text = (part++)->text();
  pod.labels = pairs_of(*part++);
  pod.annotations = pairs_of(*part++);
  part->each_item([&](api_object one) {
    auto c = pod_container{};
    auto to = std::array{&c.name, &c.image, &c.image_id};
    auto next = std::size_t{0};
    one.each_item([&](api_object text) { if (next < to.size()) *to[next++] = text.text(); });
    if (pod.containers.size() < containers_max) pod.containers.push_back(std::move(c));
  });
  if (pod.uid.empty() || pod.name.empty() || pod.space.empty()) return std::nullopt;
  return pod;
}

} // namespace weir
