#include "cli/console/routes.hpp"

#include <algorithm>

namespace weir::cli {
namespace {

/// What stands for the *; nothing if the path is another one.
auto fits(const std::string& pattern, const std::string& path) -> std::optional<std::vector<std::string>> {
  if (!pattern.ends_with('*'))
    return pattern == path ? std::optional<std::vector<std::string>>{std::in_place} : std::nullopt;
  const auto stem = pattern.size() - 1;
  if (path.size() <= stem || path.compare(0, stem, pattern, 0, stem) != 0) return std::nullopt;
  return std::vector{path.substr(stem)};
}

/// RFC 9110, W3C CSP 3, OWASP secure headers: nothing inline, nothing from elsewhere, in no frame.
void guard(http_response& out) {
  out.fields.emplace_back("Content-Security-Policy",
                          "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
                          "font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'");
  out.fields.emplace_back("X-Content-Type-Options", "nosniff");
  out.fields.emplace_back("X-Frame-Options", "DENY");
  out.fields.emplace_back("Referrer-Policy", "no-referrer");
  out.fields.emplace_back("Cross-Origin-Resource-Policy", "same-origin");
  const auto has_own = std::any_of(out.fields.begin(), out.fields.end(), [](const auto& f) { return f.first == "Cache-Control"; });
  if (!has_own) out.fields.emplace_back("Cache-Control", "no-store");
}

} // namespace

auto route_table::takes_long(const http_request& what) const -> bool {
  const auto at = std::find_if(routes_.begin(), routes_.end(), [&](const route& r) { return r.method == what.method && fits(r.path, what.path); });
  return at != routes_.end() && at->takes_long;
}

auto route_table::answer(console_access& access, const http_request& what, const std::shared_ptr<http_session>& from) const
    -> http_response {
  auto allowed = std::string{};
  auto out = problem(404, "there is nothing at " + what.path);
  const auto has_own = std::any_of(routes_.begin(), routes_.end(), [&](const auto& r) { return r.path == what.path; });
  for (const auto& r : routes_) {
    if (has_own && r.path != what.path) continue;
    auto parts = fits(r.path, what.path);
    if (!parts) continue;
    if (r.method != what.method) {
      allowed += (allowed.empty() ? "" : ", ") + r.method;
      continue;
    }
    auto who = access.guest_of(what);
    auto refused = access.why_not(what, who, r.wants);
    out = refused ? std::move(*refused) : r.answer({what, std::move(*parts), std::move(who), from});
    allowed.clear();
    break;
  }
  if (!allowed.empty()) {
    out = problem(405, what.path + " wants " + allowed);
    out.fields.emplace_back("Allow", allowed);
  }
  guard(out);
  return out;
}

} // namespace weir::cli
