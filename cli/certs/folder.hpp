/// The directory in which an authority keeps what it needs and what it has made.
//
//  ca.pem, ca.key      the authority's certificate and key
//  NAME.pem, NAME.key  a node's; in the name of a file "_" stands for "*"
//  crl.pem             what is revoked, once something is
//  issued.txt          line*, the oldest first
//  line := serial ' ' end ' ' name '\n'     serial: hexadecimal; end: 2027-11-29T20:36:52Z; name: the first one
#pragma once

#include "runtime/certs/authority.hpp"
#include "runtime/os/owned_fd.hpp"
#include "runtime/os/replace_files.hpp"

#include <string>
#include <vector>

namespace weir::cli {

struct issued_line {
  std::string serial;
  std::string end; ///< as text: ISO 8601 sorts as time does
  std::string name;
};

/// "2027-11-29T20:36:52Z".
auto second_text(std::chrono::sys_seconds time) -> std::string;
/// Of at most 1 MiB; what is longer is an error.
auto read_text(const std::string& path) -> result<std::string>;
/// The key that lies beside a certificate: "a/b.pem" -> "a/b.key".
auto key_path_of(const std::string& certificate_path) -> std::string;

class certificate_folder {
public:
  /// Nothing is made or opened.
  explicit certificate_folder(std::string path);

  /// Makes it, for nobody else to look into, unless it is there.
  auto make() const -> result<void>;
  /// Until the end of this object no other command changes what is in it. errc::not_found: it is not there.
  auto hold() -> result<void>;

  auto authority_path() const -> std::string { return path_ + "/ca.pem"; }
  auto crl_path() const -> std::string { return path_ + "/crl.pem"; }
  auto issued_path() const -> std::string { return path_ + "/issued.txt"; }
  auto certificate_path(const std::string& node) const -> std::string;

  auto load_authority() const -> result<certs::authority>;
  /// Null: nothing was ever revoked. errc::malformed: this authority did not sign it.
  auto load_crl(const x509_st& authority) const -> result<certs::crl_handle>;
  auto load_issued() const -> result<std::vector<issued_line>>;
  /// Paths of the certificates in it but for the authority's, sorted.
  auto node_certificates() const -> result<std::vector<std::string>>;

  /// Puts certificates and keys in place, each key before its certificate: whoever sees the new certificate finds
  /// the key. They are in the list of what was issued before.
  auto store(const std::vector<certs::issued>& made) const -> result<void>;

private:
  std::string path_;
  owned_fd lock_;
};

} // namespace weir::cli
