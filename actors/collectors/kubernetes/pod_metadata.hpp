/// What the API server says of a pod and of a namespace, as far as records and rules want it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

using text_pairs = std::map<std::string, std::string, std::less<>>;

struct pod_container {
  std::string name;
  std::string image;
  std::string image_id; ///< empty until it runs
  auto operator==(const pod_container&) const -> bool = default;
};

struct pod_metadata {
  std::string uid;
  std::string name;
  std::string space; ///< its namespace
  std::string node;
  std::string address;
  std::string owner_kind; ///< empty: nobody's
  std::string owner_name;
  text_pairs labels;
  text_pairs annotations;
  std::vector<pod_container> containers; ///< also those that initialise it, and that were put in later
  auto operator==(const pod_metadata&) const -> bool = default;
};

struct space_metadata {
  std::string name;
  text_pairs labels;
};

//  The whole of an object as the API gives it, in msgpack, and nothing of it is believed: what is missing or of another
//  type is as if it was empty. Nothing if it has no uid or no name, by which it could be known.
auto pod_of(std::string_view object) -> std::optional<pod_metadata>;
auto space_of(std::string_view object) -> std::optional<space_metadata>;

/// A kubelet names the directories of pods from its own disk by this hash, for which the API server has another uid.
auto hash_of_static(const pod_metadata& pod) -> std::string_view;

/// The Deployment that owns the ReplicaSet that owns it, told by its name; empty if there is none.
auto deployment_of(const pod_metadata& pod) -> std::string_view;

//  kept := [uid, name, namespace, node, address, owner kind, owner name, labels, annotations, [[name, image, id]...]]
/// As a cache keeps it; the inverse is total.
void append_kept(std::string& out, const pod_metadata& pod);
auto pod_of_kept(std::string_view kept) -> std::optional<pod_metadata>;

} // namespace weir
