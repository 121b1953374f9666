/// The page's files, as they are in web/, in this program.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace weir::cli {

struct web_file {
  std::string_view path; ///< where it is asked for; "/" of index.html
  std::string_view type;
  std::string_view content;
  std::string tag; ///< of its content, in quotes (RFC 9110, 8.8.3)
};

auto web_files() -> const std::vector<web_file>&;

} // namespace weir::cli
