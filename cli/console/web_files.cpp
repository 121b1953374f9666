#include "cli/console/web_files.hpp"

#include "cli/console/web_content.hpp"
#include "runtime/base/crc32c.hpp"

namespace weir::cli {
namespace {

auto type_of(std::string_view name) -> std::string_view {
  if (name.ends_with(".html")) return "text/html; charset=utf-8";
  if (name.ends_with(".css")) return "text/css; charset=utf-8";
  if (name.ends_with(".js")) return "text/javascript; charset=utf-8";
  if (name.ends_with(".svg")) return "image/svg+xml";
  return "application/octet-stream";
}

auto all_files() -> std::vector<web_file> {
  auto all = std::vector<web_file>{};
  for (const auto& f : web_content) {
    const auto tag = '"' + std::to_string(crc32c(f.bytes)) + '-' + std::to_string(f.bytes.size()) + '"';
    all.push_back({f.path == "/index.html" ? std::string_view{"/"} : f.path, type_of(f.path), f.bytes, tag});
  }
  return all;
}

} // namespace

auto web_files() -> const std::vector<web_file>& {
  static const auto all = all_files();
  return all;
}

} // namespace weir::cli
