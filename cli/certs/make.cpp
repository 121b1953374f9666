#include "cli/certs/actions.hpp"
#include "cli/certs/folder.hpp"
#include "cli/figures.hpp"
#include "cli/text_table.hpp"
#include "runtime/os/clock.hpp"

#include <unistd.h>

#include <algorithm>
#include <ostream>

namespace weir::cli {
namespace {

/// errc::failed if one is there.
auto check_absent(const std::vector<std::string>& paths, const std::string& hint) -> result<void> {
  for (const auto& path : paths)
    if (::access(path.c_str(), F_OK) == 0)
      return error{errc::failed, path + " is there already, and is left as it is; " + hint};
  return {};
}

auto requests_of(const certs_line& line, const certs::authority& signer) -> std::vector<certs::node_request> {
  const auto& wanted = line.algorithm.empty() ? signer.what().algorithm : line.algorithm;
  const auto algorithm = certs::algorithm_named(wanted).value_or(certs::key_algorithm::p256);
  auto all = std::vector<certs::node_request>{};
  for (const auto& name : line.names) {
    auto request = certs::node_request{{{name}, {}}, algorithm, lifetime_of(line)};
    for (const auto& host : line.hosts) static_cast<void>(certs::add_host(request.names, host));
    all.push_back(std::move(request));
  }
  return all;
}

auto issue_all(const certs_line& line, const certificate_folder& folder) -> result<std::vector<certs::issued>> {
  for (const auto& name : line.names) {
    const auto path = folder.certificate_path(name);
    WEIR_CHECK(check_absent({path}, "`weir certs renew " + name + "` makes a new one of the same names"));
    WEIR_CHECK(check_absent({key_path_of(path)}, "if nobody uses it, remove it"));
  }
  WEIR_TRY(const auto signer, folder.load_authority());
  auto made = std::vector<certs::issued>{};
  for (const auto& request : requests_of(line, signer)) {
    WEIR_TRY(auto one, signer.issue(request));
    made.push_back(std::move(one));
  }
  WEIR_CHECK(folder.store(made));
  return made;
}

/// Wrong use; nothing was looked at yet.
auto misuse_of(const certs_line& line) -> result<void> {
  WEIR_CHECK(check_node_names(line.names));
  // Whoever has a key may go by every name of its certificate.
  if (line.names.size() > 1 && !line.hosts.empty())
    return error{errc::rejected, "--host wants one NAME: each node needs its own hosts"};
  auto unused = certs::certificate_names{};
  for (const auto& host : line.hosts)
    if (const auto added = certs::add_host(unused, host); !added)
      return error{errc::rejected, "--host " + added.failure().what
                                       + (host.find(':') == std::string::npos ? "" : "; without a port")};
  return {};
}

auto write_authority(const certs_line& line, certificate_folder& folder) -> result<void> {
  const auto algorithm = certs::algorithm_named(line.algorithm).value_or(certs::key_algorithm::p256);
  WEIR_CHECK(folder.make());
  WEIR_CHECK(folder.hold());
  const auto path = folder.authority_path();
  WEIR_CHECK(check_absent({path, key_path_of(path)}, "another --dir is for another authority"));
  WEIR_TRY(const auto made, certs::authority::make(line.cluster, algorithm, lifetime_of(line)));
  return replace_files({{key_path_of(path), made.key, 0600}, {path, made.certificate, 0644}});
}

auto check_cluster_name(const std::string& name) -> result<void> {
  if (name.empty() || name.size() > certs::cluster_name_bytes_max || printable(name) != name)
    return error{errc::rejected, "--name wants 1 to " + std::to_string(certs::cluster_name_bytes_max)
                                     + " bytes of printable text"};
  return {};
}

} // namespace

auto refuse_certs(const error& why, session& s, int status) -> int {
  s.err << "weir certs: " << printable(why.what) << '\n';
  if (why.code == errc::not_found) s.err << "  hint: `weir certs init` makes an authority; --dir says where it is\n";
  return status;
}

auto check_node_names(const std::vector<std::string>& names) -> result<void> {
  for (auto at = names.begin(); at != names.end(); ++at) {
    if (certs::is_address(*at))
      return error{errc::rejected,
                   '"' + *at + "\" is an address; wants the name of a node, and --host " + *at + " beside it"};
    WEIR_CHECK(certs::check_name(*at));
    if (*at == "ca" || *at == "crl")
      return error{errc::rejected, "a node cannot be called \"" + *at + "\" here: its file has another meaning"};
    if (std::find(names.begin(), at, *at) != at) return error{errc::rejected, '"' + *at + "\" is named twice"};
  }
  return {};
}

auto now_in_seconds() -> std::chrono::sys_seconds {
  const auto now = std::chrono::nanoseconds{system_clock().wall_ns()};
  return std::chrono::sys_seconds{std::chrono::floor<std::chrono::seconds>(now)};
}

auto lifetime_of(const certs_line& line) -> certs::lifetime {
  return {now_in_seconds(), std::chrono::days{line.days}};
}

auto names_text(const certs::certificate_names& names) -> std::string {
  auto all = names.hosts;
  all.insert(all.end(), names.addresses.begin(), names.addresses.end());
  return printable(joined(all));
}

auto day_text(std::chrono::sys_seconds time) -> std::string { return second_text(time).substr(0, 10); }

auto init_authority(const certs_line& line, session& s) -> int {
  if (const auto fits = check_cluster_name(line.cluster); !fits) return refuse_certs(fits.failure(), s, exit_misuse);
  auto folder = certificate_folder{line.directory};
  if (const auto done = write_authority(line, folder); !done) return refuse_certs(done.failure(), s);
  const auto path = folder.authority_path();
  const auto valid = lifetime_of(line);
  s.out << path << ": the authority \"" << line.cluster << " CA\", until " << day_text(valid.now + valid.length)
        << "; every node gets it\n"
        << key_path_of(path) << ": its key; no node gets it, for it makes nodes\n";
  return exit_done;
}

auto make_certificates(const certs_line& line, session& s) -> int {
  if (const auto fits = misuse_of(line); !fits) return refuse_certs(fits.failure(), s, exit_misuse);
  auto folder = certificate_folder{line.directory};
  if (const auto held = folder.hold(); !held) return refuse_certs(held.failure(), s);
  const auto made = issue_all(line, folder);
  if (!made) return refuse_certs(made.failure(), s);
  for (const auto& one : *made) {
    const auto path = folder.certificate_path(one.what.names.hosts.front());
    s.out << path << ": " << names_text(one.what.names) << ", until " << day_text(one.what.ends)
          << (one.is_cut ? ", when the authority ends" : "") << '\n'
          << key_path_of(path) << ": its key\n";
  }
  return exit_done;
}

} // namespace weir::cli
