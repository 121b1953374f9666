#include "cli/certs/actions.hpp"
#include "cli/certs/folder.hpp"
#include "cli/figures.hpp"

#include <algorithm>
#include <ostream>

namespace weir::cli {
namespace {

/// A certificate in the folder, and why it gets no successor; empty if it does.
struct renewable {
  certs::certificate_handle certificate;
  certs::description what;
  std::string why_not;
};

auto why_not_of(const renewable& one, const std::string& path, const certificate_folder& folder,
                const certs::authority& signer) -> std::string {
  if (!certs::is_signed_by(*one.certificate, signer.certificate()))
    return "was not signed by the authority of this directory";
  if (one.what.names.hosts.empty()) return "has no name of a node";
  const auto wanted = folder.certificate_path(one.what.names.hosts.front());
  return wanted == path ? std::string{} : "is a certificate whose place is " + wanted;
}

auto has_its_key(const std::string& path, const x509_st& certificate) -> bool {
  const auto text = read_text(key_path_of(path));
  const auto key = text ? certs::key_of(*text) : nullptr;
  return key != nullptr && certs::belong_together(certificate, *key);
}

/// Where the key is elsewhere its certificate is renewed when its time comes; where it is another one's (an earlier
/// command was cut short between the two files) now.
auto is_due(const std::string& path, const x509_st& certificate, int within_days) -> bool {
  const auto is_near = certs::describe(certificate).ends < now_in_seconds() + std::chrono::days{within_days};
  return is_near || (read_text(key_path_of(path)) && !has_its_key(path, certificate));
}

auto look_at(const std::string& path, const certificate_folder& folder, const certs::authority& signer)
    -> result<renewable> {
  WEIR_TRY(const auto text, read_text(path));
  auto all = certs::certificates_of(text);
  if (!all) return error{all.failure().code, path + ": " + all.failure().what};
  auto found = renewable{std::move(all->front()), {}, {}};
  found.what = certs::describe(*found.certificate);
  found.why_not = why_not_of(found, path, folder, signer);
  return found;
}

/// One run of the command.
class renewal {
public:
  renewal(const certs_line& line, session& s, certificate_folder& folder, const certs::authority& signer,
          std::vector<std::string> revoked)
      : line_(line), session_(s), folder_(folder), signer_(signer), revoked_(std::move(revoked)) {}

  /// Whatever its end.
  void renew_named(const std::string& name) {
    const auto path = folder_.certificate_path(name);
    const auto found = look_at(path, folder_, signer_);
    if (!found) return fail({errc::failed, found.failure().what});
    if (!found->why_not.empty()) return fail({errc::failed, path + ' ' + found->why_not});
    replace(path, found->what);
  }
  void renew_if_due(const std::string& path) {
    const auto found = look_at(path, folder_, signer_);
    if (!found) return fail(found.failure());
    if (found->what.is_authority || !is_due(path, *found->certificate, line_.within_days)) return;
    const auto is_revoked = std::find(revoked_.begin(), revoked_.end(), found->what.serial) != revoked_.end();
    const auto why_not = is_revoked ? "is revoked; only by its name it gets a new one" : found->why_not;
    if (why_not.empty()) return replace(path, found->what);
    session_.err << "weir certs: " << printable(path) << ' ' << printable(why_not) << '\n';
  }
  auto status() const -> int { return status_; }
  auto count() const -> std::size_t { return count_; }

private:
  void fail(const error& why) { status_ = refuse_certs(why, session_); }
  void replace(const std::string& path, const certs::description& former) {
    const auto algorithm = certs::algorithm_named(former.algorithm).value_or(certs::key_algorithm::p256);
    auto made = signer_.issue({former.names, algorithm, lifetime_of(line_)});
    if (!made) return fail(made.failure());
    const auto end = made->what.ends;
    auto all = std::vector<certs::issued>{};
    all.push_back(std::move(*made));
    if (const auto stored = folder_.store(all); !stored) return fail(stored.failure());
    ++count_;
    session_.out << path << ": " << names_text(former.names) << ", until " << day_text(end) << " instead of "
                 << day_text(former.ends) << '\n';
  }

  const certs_line& line_;
  session& session_;
  certificate_folder& folder_;
  const certs::authority& signer_;
  std::vector<std::string> revoked_;
  int status_ = exit_done;
  std::size_t count_ = 0;
};

auto renew_all(const certs_line& line, session& s, certificate_folder& folder) -> result<int> {
  WEIR_CHECK(folder.hold());
  WEIR_TRY(const auto signer, folder.load_authority());
  WEIR_TRY(const auto crl, folder.load_crl(signer.certificate()));
  auto run = renewal{line, s, folder, signer, crl ? certs::serials_in(*crl) : std::vector<std::string>{}};
  for (const auto& name : line.names) run.renew_named(name);
  if (!line.names.empty()) return run.status();
  WEIR_TRY(const auto paths, folder.node_certificates());
  for (const auto& path : paths) run.renew_if_due(path);
  if (run.count() == 0 && run.status() == exit_done)
    s.out << "nothing ends within " << line.within_days << " days\n";
  return run.status();
}

} // namespace

auto renew_certificates(const certs_line& line, session& s) -> int {
  if (const auto fits = check_node_names(line.names); !fits) return refuse_certs(fits.failure(), s, exit_misuse);
  auto folder = certificate_folder{line.directory};
  const auto status = renew_all(line, s, folder);
  return status ? *status : refuse_certs(status.failure(), s);
}

} // namespace weir::cli
