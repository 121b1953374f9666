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
  if (name.ends_with(".json")) return "application/json";
  return "application/octet-stream";
}

auto address_of(std::string_view name) -> std::string_view {
  if (name == "/index.html") return "/";
  if (name == "/openapi.json") return "/api/v1/openapi.json";
  return name;
}

auto all_files() -> std::vector<web_file> {
  auto all = std::vector<web_file>{};
  for (const auto& f : web_content) {
    const auto tag = '"' + std::to_string(crc32c(f.bytes)) + '-' + std::to_string(f.bytes.size()) + '"';
    all.push_back({address_of(f.path), type_of(f.path), f.bytes, tag});
  }
  return all;
}

} // namespace

auto web_files() -> const std::vector<web_file>& {
  static const auto all = all_files();
  return all;
}

} // namespace weir::cli
