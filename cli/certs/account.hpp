/// What there is to say of a certificate file, and how it is said.
#pragma once

#include "cli/certs/folder.hpp"

#include <string>
#include <vector>

namespace weir::cli {

/// One certificate of a file.
struct certificate_account {
  std::string path;
  certs::description what;
  std::vector<std::string> findings; ///< what is wrong with it, in words
};

/// What the certificates of files are held against.
struct trusted_authority {
  std::string path;
  std::vector<certs::certificate_handle> certificates; ///< empty: there is none here, and nothing is said of it
  std::vector<std::string> revoked;                    ///< serial numbers
};

/// Of each certificate in the file. The key that lies beside it is looked at, too, if there is one.
auto account_of(const std::string& path, const trusted_authority& trusted, std::chrono::sys_seconds now)
    -> result<std::vector<certificate_account>>;

auto certificates_text(const std::vector<certificate_account>& all, std::chrono::sys_seconds now) -> std::string;
/// An array, and a line feed.
auto certificates_json(const std::vector<certificate_account>& all, std::chrono::sys_seconds now) -> std::string;

} // namespace weir::cli
