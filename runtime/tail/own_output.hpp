/// Which paths are written by this process: templates of sinks and directories of buffers as patterns.
#pragma once

#include "runtime/tail/glob.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace weir {

/// The pattern of all paths that a template of a sink may give; what is fixed at its front without links.
auto pattern_of_template(std::string_view path_template) -> std::string;
/// The same path pattern with what is fixed at its front without links.
auto without_links(std::string_view pattern) -> std::string;

class own_output {
public:
  own_output() = default;
  /// `templates`: as own_files::claim() takes them, absolute. `searched`: absolute patterns of what somebody wants to
  /// read. What a template with {tag} stands for is not known beforehand: it counts only below a directory of its
  /// own, not where other files are wanted, too.
  own_output(const std::vector<std::string>& templates, const std::vector<std::string>& searched);

  /// `path`: without links.
  auto has(std::string_view path) const -> bool;

private:
  glob_set files_;
  std::vector<std::string> directories_; ///< each with a slash at its end
};

} // namespace weir
