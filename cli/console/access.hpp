/// Who may see and do what at the console.
#pragma once

#include "cli/console/http_message.hpp"
#include "runtime/os/clock.hpp"
#include "topology/console_plan.hpp"

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace weir::cli {

enum class console_right {
  health,   ///< anybody: whether it lives
  metrics,  ///< figures for programs
  figures,  ///< on loopback anybody
  contents, ///< of events, files, logs and settings
  action,   ///< changes something
};

auto name_of(console_right what) -> std::string_view;

/// Who it is; `name` goes into the log of what is done.
struct console_guest {
  std::string name;
  console_role role = console_role::view;
  std::string session; ///< of a browser: its key
};

/// 256 random bits in hexadecimal digits.
auto random_secret() -> std::string;

/// Why not: an answer to be given as it is.
using refusal = std::optional<http_response>;

/// Thread-safe.
class console_access {
public:
  /// `is_local`: listens on loopback only. `own_token` is that of who has the files of this process.
  console_access(const console_plan& plan, bool is_local, bool is_encrypted, std::string own_token);

  /// Nobody if it shows nothing that is known here.
  auto guest_of(const http_request& asked) -> std::optional<console_guest>;
  /// Of a request whose guest that is.
  auto why_not(const http_request& asked, const std::optional<console_guest>& who, console_right what) -> refusal;
  /// The answer to a log-in: a cookie for browsers, and what they send along with what changes something.
  auto begin_session(const http_request& asked) -> http_response;
  auto end_session(const std::optional<console_guest>& who) -> http_response;
  /// Of a session; empty of others.
  auto csrf_of(const std::optional<console_guest>& who) const -> std::string;
  /// As what a request comes in: https or not.
  auto is_encrypted() const -> bool { return is_encrypted_; }

private:
  struct session {
    console_guest who;
    std::string csrf;
    monotonic_time ends_at;
  };
  auto by_secret(const std::string& secret) const -> std::optional<console_guest>;
  auto by_password(const std::string& credentials) const -> std::optional<console_guest>;
  auto by_certificate(const std::string& names) const -> std::optional<console_guest>;
  auto by_header(const http_request& asked) const -> std::optional<console_guest>;
  auto is_host_known(std::string_view host) const -> bool;
  auto is_of_this_site(const http_request& asked) const -> bool;
  auto takes_too_many_tries() -> bool;

  const console_plan plan_;
  const bool is_local_;
  const bool is_encrypted_;
  const std::string own_token_;
  mutable std::mutex mutex_;
  std::map<std::string, session> sessions_;
  monotonic_time tries_since_{};
  unsigned tries_ = 0; ///< of log-ins that failed, since then
};

} // namespace weir::cli
