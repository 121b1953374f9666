/// What `weir certs` does: one function for each of its sub-commands. They give the exit status.
#pragma once

#include "cli/command.hpp"
#include "runtime/base/result.hpp"
#include "runtime/certs/authority.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace weir::cli {

struct certs_line {
  std::string directory = "certs";
  std::vector<std::string> names; ///< of nodes; `show`: paths of files
  std::string cluster = "weir";
  std::vector<std::string> hosts;
  std::string algorithm; ///< empty: `init` p256, `node` as the authority
  int days = 0;
  int within_days = 30;
  bool json = false;
};

auto init_authority(const certs_line& line, session& s) -> int;
auto make_certificates(const certs_line& line, session& s) -> int;
auto renew_certificates(const certs_line& line, session& s) -> int;
auto revoke_certificates(const certs_line& line, session& s) -> int;
auto show_certificates(const certs_line& line, session& s) -> int;

/// Says so on stderr.
auto refuse_certs(const error& why, session& s, int status = exit_failed) -> int;
/// Each may be the name of a node: not an address, none that the folder has a use for, none twice.
auto check_node_names(const std::vector<std::string>& names) -> result<void>;
auto now_in_seconds() -> std::chrono::sys_seconds;
/// From now on.
auto lifetime_of(const certs_line& line) -> certs::lifetime;
/// "edge-1, 10.0.0.7".
auto names_text(const certs::certificate_names& names) -> std::string;
/// "2027-11-29".
auto day_text(std::chrono::sys_seconds time) -> std::string;

} // namespace weir::cli
