#include "actors/collectors/kubernetes/record_fields.hpp"

#include "runtime/event/msgpack.hpp"

#include <algorithm>

namespace weir {
namespace {

class field_list {
public:
  explicit field_list(byte_buffer& out) : write_(out), mark_(write_.open()) {}
  void text(std::string_view key, std::string_view value) {
    if (value.empty()) return;
    write_.str(key);
    write_.str(value);
    ++count_;
  }
  void pairs(std::string_view key, const text_pairs& all) {
    if (all.empty()) return;
    write_.str(key);
    write_.map(static_cast<std::uint32_t>(all.size()));
    for (const auto& [name, value] : all) write_.str(name), write_.str(value);
    ++count_;
  }
  void yes(std::string_view key) {
    write_.str(key);
    write_.boolean(true);
    ++count_;
  }
  void close() { write_.close_map(mark_, count_); }

private:
  msgpack_writer write_;
  std::size_t mark_;
  std::uint32_t count_ = 0;
};

void add_pod(field_list& fields, const pod_metadata& pod, const wanted_metadata& wanted) {
  fields.text("pod_ip", pod.address);
  if (wanted.labels) fields.pairs("labels", pod.labels);
  if (wanted.annotations) fields.pairs("annotations", pod.annotations);
  if (!wanted.owner) return;
  fields.text("owner_kind", pod.owner_kind);
  fields.text("owner_name", pod.owner_name);
  fields.text("deployment_name", deployment_of(pod));
}

void add_container(field_list& fields, const pod_metadata& pod, const std::string& name) {
  const auto of = std::find_if(pod.containers.begin(), pod.containers.end(), [&](const auto& c) { return c.name == name; });
  if (of == pod.containers.end()) return;
  fields.text("container_image", of->image);
  fields.text("container_hash", of->image_id);
}

} // namespace

auto fields_of_container(const pod_place& place, const known_metadata& known, const wanted_metadata& wanted) -> std::string {
  auto out = byte_buffer{};
  auto fields = field_list{out};
  fields.text("pod_name", place.pod);
  fields.text("namespace_name", place.space);
  fields.text("pod_id", known.pod != nullptr ? known.pod->uid : place.uid);
  fields.text("host", known.pod != nullptr && !known.pod->node.empty() ? known.pod->node : known.node);
  fields.text("container_name", place.container);
  fields.text("docker_id", place.container_id);
  if (known.pod != nullptr) add_container(fields, *known.pod, place.container), add_pod(fields, *known.pod, wanted);
  if (known.namespace_labels != nullptr && wanted.namespace_labels) fields.pairs("namespace_labels", *known.namespace_labels);
  if (known.pod == nullptr && known.is_wanted) fields.yes("incomplete");
  fields.close();
  return std::string{out.view()};
}

auto tag_of_container(std::string_view pattern, const pod_place& place, std::string_view node) -> std::string {
  auto tag = std::string{pattern};
  const auto fill = [&](std::string_view name, std::string value) {
    std::replace(value.begin(), value.end(), '.', '_');
    for (auto at = tag.find(name); at != std::string::npos; at = tag.find(name, at + value.size()))
      tag.replace(at, name.size(), value);
  };
  fill("{namespace}", place.space);
  fill("{pod}", place.pod);
  fill("{container}", place.container);
  fill("{node}", std::string{node});
  return tag;
}

} // namespace weir
