#include "cli/console/access.hpp"

#include "cli/console/http_text.hpp"
#include "runtime/base/assert.hpp"
#include "runtime/codec/base64.hpp"
#include "runtime/os/host_name.hpp"

#include <boost/asio/ip/address.hpp>
#include <fnmatch.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

#include <array>

namespace weir::cli {
namespace {

using namespace std::chrono_literals;

constexpr auto session_lasts = 12h;
constexpr auto sessions_max = std::size_t{1000};
constexpr auto tries_max = 20U; // that fail, in tries_within
constexpr auto tries_within = 10s;
constexpr auto cookie_name = std::string_view{"weir_session"};

/// In a time that says nothing of where they differ, nor of how long the other one is.
auto is_same(const std::string& a, const std::string& b) -> bool {
  auto x = std::array<unsigned char, SHA256_DIGEST_LENGTH>{};
  auto y = x;
  SHA256(reinterpret_cast<const unsigned char*>(a.data()), a.size(), x.data());
  SHA256(reinterpret_cast<const unsigned char*>(b.data()), b.size(), y.data());
  return CRYPTO_memcmp(x.data(), y.data(), x.size()) == 0;
}

/// host, host:port, [::1], [::1]:port.
auto host_of(std::string_view text) -> std::string {
  if (text.starts_with('[')) return std::string{text.substr(1, std::min(text.find(']'), text.size()) - 1)};
  return lower_case(text.substr(0, std::min(text.rfind(':'), text.size())));
}

auto is_address(const std::string& host) -> bool {
  auto failed = boost::system::error_code{};
  boost::asio::ip::make_address(host, failed);
  return !failed;
}

} // namespace

auto name_of(console_right what) -> std::string_view {
  switch (what) {
  case console_right::health: return "nothing";
  case console_right::metrics: return "metrics";
  case console_right::figures: return "figures";
  case console_right::contents: return "contents";
  case console_right::action: break;
  }
  return "action";
}

auto random_secret() -> std::string {
  constexpr auto digits = std::string_view{"0123456789abcdef"};
  auto bytes = std::array<unsigned char, 32>{};
  const auto done = RAND_bytes(bytes.data(), static_cast<int>(bytes.size()));
  WEIR_ASSERT(done == 1);
  auto text = std::string{};
  for (const auto b : bytes) text += {digits[b >> 4], digits[b & 15]};
  return text;
}

console_access::console_access(const console_plan& plan, bool is_local, bool is_encrypted, std::string own_token)
    : plan_(plan), is_local_(is_local), is_encrypted_(is_encrypted), own_token_(std::move(own_token)) {}

auto console_access::by_secret(const std::string& secret) const -> std::optional<console_guest> {
  if (secret.empty()) return std::nullopt;
  if (!own_token_.empty() && is_same(secret, own_token_)) return console_guest{"who has this node's token", console_role::operate, {}};
  for (const auto& t : plan_.tokens)
    if (is_same(secret, t.secret)) return console_guest{"token " + t.name, t.role, {}};
  return std::nullopt;
}

auto console_access::by_password(const std::string& credentials) const -> std::optional<console_guest> {
  const auto given = from_base64(credentials).value_or("");
  const auto colon = std::min(given.find(':'), given.size());
  const auto name = given.substr(0, colon);
  const auto password = given.substr(std::min(colon + 1, given.size()));
  for (const auto& u : plan_.users)
    if (u.name == name && is_same(password, u.secret)) return console_guest{"user " + u.name, u.role, {}};
  return std::nullopt;
}

auto console_access::by_certificate(const std::string& names) const -> std::optional<console_guest> {
  const auto is_one_of = [&](const std::vector<std::string>& patterns) {
    auto rest = std::string_view{names};
    while (!rest.empty()) {
      const auto end = std::min(rest.find(", "), rest.size());
      const auto name = std::string{rest.substr(0, end)};
      rest.remove_prefix(std::min(end + 2, rest.size()));
      for (const auto& p : patterns)
        if (::fnmatch(p.c_str(), name.c_str(), 0) == 0) return true;
    }
    return false;
  };
  if (is_one_of(plan_.operators)) return console_guest{"certificate of " + names, console_role::operate, {}};
  if (is_one_of(plan_.viewers)) return console_guest{"certificate of " + names, console_role::view, {}};
  return std::nullopt;
}

auto console_access::by_header(const http_request& asked) const -> std::optional<console_guest> {
  const auto given = std::string{asked.field("authorization")};
  const auto space = std::min(given.find(' '), given.size());
  const auto scheme = lower_case(std::string_view{given}.substr(0, space));
  const auto rest = given.substr(std::min(space + 1, given.size()));
  if (scheme == "bearer") return by_secret(rest);
  if (scheme == "basic") return by_password(rest);
  return std::nullopt;
}

auto console_access::guest_of(const http_request& asked) -> std::optional<console_guest> {
  if (auto known = by_header(asked)) return known;
  if (auto known = by_certificate(asked.certificate_name)) return known;
  const auto key = cookie_of(asked.field("cookie"), cookie_name);
  const auto lock = std::lock_guard{mutex_};
  const auto at = sessions_.find(key);
  if (at == sessions_.end() || at->second.ends_at < system_clock().monotonic()) return std::nullopt;
  return at->second.who;
}

/// A name of somebody else's that leads here (DNS rebinding) would make a browser give away what is shown here.
auto console_access::is_host_known(std::string_view field) const -> bool {
  const auto host = host_of(field);
  if (is_address(host) || host == "localhost" || host == lower_case(own_host_name())) return true;
  for (const auto& name : plan_.names)
    if (::fnmatch(lower_case(name).c_str(), host.c_str(), 0) == 0) return true;
  return false;
}

/// What a browser says of the page that asks, if it says so.
auto console_access::is_of_this_site(const http_request& asked) const -> bool {
  const auto origin = asked.field("origin");
  if (!origin.empty()) {
    const auto slashes = origin.find("://");
    return slashes != std::string_view::npos && origin.substr(slashes + 3) == asked.field("host");
  }
  const auto site = asked.field("sec-fetch-site");
  return site.empty() || site == "same-origin" || site == "none";
}

auto console_access::takes_too_many_tries() -> bool {
  const auto now = system_clock().monotonic();
  const auto lock = std::lock_guard{mutex_};
  if (now - tries_since_ > tries_within) tries_since_ = now, tries_ = 0;
  return ++tries_ > tries_max;
}

auto console_access::why_not(const http_request& asked, const std::optional<console_guest>& who, console_right what)
    -> refusal {
  if (what == console_right::health) return std::nullopt;
  if (!is_host_known(asked.field("host")))
    return problem(421, "this host is not known by that name; `names` under `console` in the topology file tells others");
  if (what == console_right::metrics && plan_.has_open_metrics) return std::nullopt;
  const auto is_open = is_local_ && (what == console_right::figures || what == console_right::metrics);
  if (!who && is_open && asked.field("authorization").empty()) return std::nullopt;
  if (!who) {
    const auto has_tried = !asked.field("authorization").empty();
    if (has_tried && takes_too_many_tries()) return problem(429, "too many wrong tokens and passwords; wait some seconds");
    auto wanted = problem(401, has_tried ? "nobody is known by that" : "this wants a token; `weir console` shows one");
    wanted.fields.emplace_back("WWW-Authenticate", plan_.users.empty() ? "Bearer" : "Basic realm=\"weir\", charset=\"UTF-8\"");
    return wanted;
  }
  if (what != console_right::action) return std::nullopt;
  if (who->role != console_role::operate) return problem(403, who->name + " may look, and change nothing");
  if (!is_of_this_site(asked)) return problem(403, "another site's page asks for it");
  if (!who->session.empty() && !is_same(std::string{asked.field("x-csrf-token")}, csrf_of(who)))
    return problem(403, "the request lacks the token of its page");
  return std::nullopt;
}

auto console_access::csrf_of(const std::optional<console_guest>& who) const -> std::string {
  if (!who || who->session.empty()) return {};
  const auto lock = std::lock_guard{mutex_};
  const auto at = sessions_.find(who->session);
  return at == sessions_.end() ? std::string{} : at->second.csrf;
}

auto console_access::begin_session(const http_request& asked) -> http_response {
  if (!is_of_this_site(asked)) return problem(403, "another site's page asks for it");
  auto who = by_header(asked);
  if (!who) return *why_not(asked, who, console_right::contents);
  who->session = random_secret();
  const auto now = system_clock().monotonic();
  {
    const auto lock = std::lock_guard{mutex_};
    std::erase_if(sessions_, [&](const auto& s) { return s.second.ends_at < now; });
    if (sessions_.size() >= sessions_max) return problem(503, "there are too many sessions");
    sessions_[who->session] = {*who, random_secret(), now + session_lasts};
  }
  auto begun = respond(204, "text/plain", {});
  begun.fields.emplace_back("Set-Cookie", std::string{cookie_name} + '=' + who->session + "; Path=/; HttpOnly; SameSite=Strict; Max-Age="
                                              + std::to_string(std::chrono::seconds{session_lasts}.count())
                                              + (is_encrypted_ ? "; Secure" : ""));
  return begun;
}

auto console_access::end_session(const std::optional<console_guest>& who) -> http_response {
  if (who && !who->session.empty()) {
    const auto lock = std::lock_guard{mutex_};
    sessions_.erase(who->session);
  }
  auto ended = respond(204, "text/plain", {});
  ended.fields.emplace_back("Set-Cookie", std::string{cookie_name} + "=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0");
  return ended;
}

} // namespace weir::cli
