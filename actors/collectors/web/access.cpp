#include "actors/collectors/web/access.hpp"

#include "actors/collectors/web/text.hpp"
#include "runtime/codec/base64.hpp"
#include "runtime/codec/forward_handshake.hpp"

namespace weir {

auto web_access::judge(std::string_view authorization) const -> web_verdict {
  if (!given_) return web_verdict::welcome;
  if (authorization.empty()) return web_verdict::unknown;
  const auto scheme = web_lower_case(authorization.substr(0, authorization.find(' ')));
  const auto rest = web_trimmed(authorization.substr(scheme.size()));
  const auto is_known = scheme == "basic" ? has_user(rest) : (scheme == "bearer" || scheme == "splunk") && has_token(rest);
  return is_known ? web_verdict::welcome : web_verdict::wrong;
}

auto web_access::challenge() const -> std::string_view {
  return given_ && given_->users.empty() ? R"(Bearer realm="weir")" : R"(Basic realm="weir")";
}

/// All are compared, so that the time it takes tells nothing.
auto web_access::has_user(std::string_view credentials) const -> bool {
  const auto shown = from_base64(credentials);
  if (!shown) return false;
  auto is_known = false;
  for (const auto& u : given_->users) is_known |= digests_equal(*shown, u.username + ':' + u.password.value);
  // Clients of Splunk's collector may show a token in the place of a password.
  const auto colon = shown->find(':');
  return is_known || (colon != std::string::npos && has_token(std::string_view{*shown}.substr(colon + 1)));
}

auto web_access::has_token(std::string_view shown) const -> bool {
  auto is_known = false;
  for (const auto& t : given_->tokens) is_known |= digests_equal(shown, t.token.value);
  return is_known;
}

} // namespace weir
