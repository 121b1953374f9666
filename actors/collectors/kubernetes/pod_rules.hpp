/// What the annotations of a pod say about its logs: whether they are wanted, and how they are to be parsed.
//
//  key     := ("weir.io" | "fluentbit.io") "/" ("exclude" | "parser") ["_" stream] ["-" container]
//  include := "weir.io/include"
//  The narrowest that fits decides; of equal ones ours does.
#pragma once

#include "actors/collectors/kubernetes/pod_metadata.hpp"
#include "runtime/parser/parser_settings.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace weir {

/// Of one stream of a container: stdout or stderr.
struct output_place {
  std::string_view container;
  std::string_view stream;
};

/// Of "exclude" or "parser"; nothing if none fits.
auto annotation_of(const text_pairs& annotations, std::string_view word, const output_place& of) -> std::optional<std::string_view>;

auto is_excluded(const text_pairs& annotations, const output_place& of) -> bool;
/// By weir.io/include.
auto is_included(const text_pairs& annotations) -> bool;

/// A format that needs nothing but its name; nothing if there is none of it. A few names that others have are known.
auto format_of_annotation(std::string_view name) -> std::optional<line_format>;

} // namespace weir
