/// The part of a record that is the same for all lines of a container: made once, copied into each.
#pragma once

#include "actors/collectors/kubernetes/pod_metadata.hpp"
#include "actors/collectors/kubernetes/pod_place.hpp"

#include <string>

namespace weir {

/// Which parts of the metadata records have.
struct wanted_metadata {
  bool labels = true;
  bool annotations = true;
  bool namespace_labels = true;
  bool owner = true;
};

struct known_metadata {
  const pod_metadata* pod = nullptr;            ///< null: nothing is known beyond the path
  const text_pairs* namespace_labels = nullptr; ///< null: not known
  std::string node;
  bool is_wanted = true; ///< false: nobody was asked, so that nothing is missing
};

/// The value of the field `kubernetes` in msgpack.
auto fields_of_container(const pod_place& place, const known_metadata& known, const wanted_metadata& wanted) -> std::string;

/// {namespace}, {pod}, {container}, {node}; a dot in a name becomes an underscore, so that a tag's parts are what they are
/// meant to be.
auto tag_of_container(std::string_view pattern, const pod_place& place, std::string_view node) -> std::string;

} // namespace weir
