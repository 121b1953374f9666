/// Loads a YAML file with all that it includes.
#pragma once

#include "config/value.hpp"

#include <string>
#include <vector>

namespace weir::config {

/// Largest single file, deepest chain of includes and most files of one configuration.
inline constexpr std::size_t file_bytes_max = 1 << 20;
inline constexpr std::size_t include_depth_max = 16;
inline constexpr std::size_t files_max = 256;

/// A map of sections. `include: [files]`, relative to the including file, is merged in section by
/// section; the same name twice in a section is a finding that gives both places. Variables are filled
/// in. Gives a tree if there is one to look at, even with findings, so that all can be told in one run.
/// A file with none of `sections`, or names near them, is refused in one sentence that quotes nothing of it;
/// if there are none, any map will do.
auto load_file(const std::string& path, diagnostics& problems, const std::vector<std::string>& sections = {})
    -> std::optional<value>;

} // namespace weir::config
