/// What is written in a certificate.
#pragma once

#include "runtime/base/result.hpp"
#include "runtime/certs/handles.hpp"
#include "runtime/certs/names.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace weir::certs {

struct description {
  std::string common_name; ///< of its subject; empty if it has none
  std::string issuer;      ///< common name of whoever signed it
  certificate_names names;
  bool is_authority = false;
  std::chrono::sys_seconds begins;
  std::chrono::sys_seconds ends;
  std::string algorithm;   ///< of its key: "p256", "ed25519", "rsa 2048"
  std::string fingerprint; ///< SHA-256 of the whole, 64 digits
  std::string serial;      ///< upper-case hexadecimal
};

/// All in a PEM text, in its order. errc::malformed: it has none, or a broken one.
auto certificates_of(const std::string& pem) -> result<std::vector<certificate_handle>>;
auto describe(const x509_st& certificate) -> description;
/// By the signature and by what the authority may sign; says nothing of time or revocation.
auto is_signed_by(const x509_st& certificate, const x509_st& authority) -> bool;
auto is_signed_by(const X509_crl_st& revoked, const x509_st& authority) -> bool;
auto belong_together(const x509_st& certificate, const evp_pkey_st& key) -> bool;
/// Serial numbers, as in a description.
auto serials_in(const X509_crl_st& revoked) -> std::vector<std::string>;

} // namespace weir::certs
