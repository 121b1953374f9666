#include "cli/certs/account.hpp"
#include "cli/certs/actions.hpp"

#include <iterator>
#include <ostream>

namespace weir::cli {
namespace {

/// Of the folder, if it has one: files may be looked at where there is none.
auto load_trusted(const certificate_folder& folder) -> result<trusted_authority> {
  auto trusted = trusted_authority{folder.authority_path(), {}, {}};
  const auto text = read_text(trusted.path);
  if (!text) return text.failure();
  auto all = certs::certificates_of(*text);
  if (!all) return error{all.failure().code, trusted.path + ": " + all.failure().what};
  trusted.certificates = std::move(*all);
  WEIR_TRY(const auto crl, folder.load_crl(*trusted.certificates.front()));
  if (crl) trusted.revoked = certs::serials_in(*crl);
  return trusted;
}

auto paths_shown(const certs_line& line, const certificate_folder& folder) -> result<std::vector<std::string>> {
  if (!line.names.empty()) return line.names;
  WEIR_TRY(auto paths, folder.node_certificates());
  paths.insert(paths.begin(), folder.authority_path());
  return paths;
}

} // namespace

auto show_certificates(const certs_line& line, session& s) -> int {
  const auto folder = certificate_folder{line.directory};
  auto trusted = load_trusted(folder);
  const auto is_absent = !trusted && trusted.failure().code == errc::not_found;
  if (!trusted && (line.names.empty() || !is_absent)) return refuse_certs(trusted.failure(), s);
  const auto paths = paths_shown(line, folder);
  if (!paths) return refuse_certs(paths.failure(), s);
  const auto held_against = trusted ? std::move(*trusted) : trusted_authority{};
  const auto now = now_in_seconds();
  auto all = std::vector<certificate_account>{};
  auto status = exit_done;
  for (const auto& path : *paths) {
    auto of_file = account_of(path, held_against, now);
    if (of_file)
      all.insert(all.end(), std::make_move_iterator(of_file->begin()), std::make_move_iterator(of_file->end()));
    else
      status = refuse_certs({errc::failed, of_file.failure().what}, s);
  }
  s.out << (line.json ? certificates_json(all, now) : all.empty() ? std::string{} : certificates_text(all, now));
  return status;
}

} // namespace weir::cli
