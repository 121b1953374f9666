/// All that a topology file may say, collected from the declarations: for help, reference and schema.
#pragma once

#include "config/settings.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace weir::cli {

/// Settings of one thing that can be named or written in a topology.
struct page {
  std::string kind; ///< "sink"
  std::string name; ///< "file"; empty if there is one of its kind
  std::string help;
  std::vector<config::field_info> fields;
  std::string lacks = {};   ///< the package that this build was made without; empty: none
  std::string example = {}; ///< a whole topology file
};

/// collector, operator, parser, aggregator, sink, dead_letters, cluster, node: in the order of the reference.
auto page_kinds() -> std::vector<std::string>;
/// What the kind is for, in one sentence.
auto help_of_kind(std::string_view kind) -> std::string;
/// Sorted by name.
auto pages_of(std::string_view kind) -> std::vector<page>;
/// Keys that all pages of a kind share, beside their own.
auto common_fields_of(std::string_view kind) -> std::vector<config::field_info>;

/// Nested settings as rows of their own, their keys joined by dots.
auto flatten(const std::vector<config::field_info>& fields) -> std::vector<config::field_info>;
/// "required", or the default as one would write it.
auto default_of(const config::field_info& field) -> std::string;

/// The generated part of docs/topology.md.
auto reference_markdown() -> std::string;
/// JSON schema (draft 2020-12) of a topology file.
auto reference_schema() -> std::string;

} // namespace weir::cli
