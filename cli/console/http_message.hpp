/// A request to the console and its answer, apart from how they travel.
#pragma once

#include "runtime/base/result.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::cli {

struct http_request {
  std::string method;                       ///< GET, HEAD, POST
  std::string path;                         ///< decoded; begins with /
  std::map<std::string, std::string> query; ///< decoded; of several of one name the last
  std::map<std::string, std::string> fields; ///< by lower-case name; of several of one name joined with ", "
  std::string body;
  std::string peer;             ///< address of who asks
  std::string certificate_name; ///< of who asks; empty without one that was checked

  auto field(const std::string& name) const -> std::string_view {
    const auto at = fields.find(name);
    return at == fields.end() ? std::string_view{} : std::string_view{at->second};
  }
  auto word(const std::string& name) const -> std::string {
    const auto at = query.find(name);
    return at == query.end() ? std::string{} : at->second;
  }
};

struct http_response {
  int status = 200;
  std::string type = "application/json";
  std::shared_ptr<const std::string> body = std::make_shared<const std::string>();
  std::vector<std::pair<std::string, std::string>> fields = {};
  bool goes_on = false; ///< the body has no end: what is pushed follows, until one side closes
};

inline auto respond(int status, std::string type, std::string body) -> http_response {
  return {status, std::move(type), std::make_shared<const std::string>(std::move(body)), {}, false};
}

/// A document.
auto json(std::string text, int status = 200) -> http_response;
/// {"error": WHY} with a status; that of an error by its kind.
auto problem(int status, const std::string& why) -> http_response;
auto problem(const error& why) -> http_response;

} // namespace weir::cli
