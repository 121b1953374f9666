#include "cli/console/http_message.hpp"

#include "cli/json_text.hpp"

namespace weir::cli {
namespace {

auto status_of(errc code) -> int {
  switch (code) {
  case errc::not_found: return 404;
  case errc::malformed: return 400;
  case errc::rejected: return 409;
  case errc::unavailable: return 503;
  case errc::limit: return 429;
  case errc::failed: break;
  }
  return 500;
}

} // namespace

auto json(std::string text, int status) -> http_response { return respond(status, "application/json", std::move(text)); }

auto problem(int status, const std::string& why) -> http_response { return json("{\"error\": " + json_string(why) + "}\n", status); }

auto problem(const error& why) -> http_response { return problem(status_of(why.code), why.what); }

} // namespace weir::cli
