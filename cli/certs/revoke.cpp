#include "cli/certs/actions.hpp"
#include "cli/certs/folder.hpp"

#include <algorithm>
#include <iterator>
#include <ostream>

namespace weir::cli {
namespace {

/// The first name in the list and the one in the folder: also one that another copy of the folder has issued.
auto serials_of(const std::string& node, const std::vector<issued_line>& issued, const certificate_folder& folder,
                const certs::authority& signer) -> std::vector<std::string> {
  auto serials = std::vector<std::string>{};
  const auto now = second_text(now_in_seconds());
  for (const auto& line : issued)
    if (line.name == node && line.end >= now) serials.push_back(line.serial);
  const auto text = read_text(folder.certificate_path(node));
  if (!text) return serials;
  const auto shown = certs::certificates_of(*text);
  if (!shown || !certs::is_signed_by(*shown->front(), signer.certificate())) return serials;
  auto serial = certs::describe(*shown->front()).serial;
  if (std::find(serials.begin(), serials.end(), serial) == serials.end()) serials.push_back(std::move(serial));
  return serials;
}

/// How many are revoked now that were not before.
auto revoke_all(const certs_line& line, certificate_folder& folder) -> result<std::size_t> {
  WEIR_CHECK(folder.hold());
  WEIR_TRY(const auto signer, folder.load_authority());
  WEIR_TRY(const auto former, folder.load_crl(signer.certificate()));
  WEIR_TRY(const auto issued, folder.load_issued());
  const auto known = former ? certs::serials_in(*former) : std::vector<std::string>{};
  auto added = std::vector<std::string>{};
  for (const auto& name : line.names) {
    const auto serials = serials_of(name, issued, folder, signer);
    if (serials.empty())
      return error{errc::failed, "there is no certificate of \"" + name + "\" to revoke; nothing was changed"};
    std::copy_if(serials.begin(), serials.end(), std::back_inserter(added), [&](const auto& serial) {
      return std::find(known.begin(), known.end(), serial) == known.end();
    });
  }
  if (added.empty()) return std::size_t{0};
  WEIR_TRY(const auto text, signer.revoke(former.get(), added, now_in_seconds()));
  WEIR_CHECK(replace_files({{folder.crl_path(), text, 0644}}));
  return added.size();
}

} // namespace

auto revoke_certificates(const certs_line& line, session& s) -> int {
  if (const auto fits = check_node_names(line.names); !fits) return refuse_certs(fits.failure(), s, exit_misuse);
  auto folder = certificate_folder{line.directory};
  const auto count = revoke_all(line, folder);
  if (!count) return refuse_certs(count.failure(), s);
  s.out << folder.crl_path() << ": " << *count << (*count == 1 ? " certificate more is" : " certificates more are")
        << " revoked; nodes refuse whom it names once they have read it\n";
  return exit_done;
}

} // namespace weir::cli
