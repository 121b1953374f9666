/// OpenSSL's objects with one owner each.
#pragma once

#include <memory>
#include <string>

struct evp_pkey_st;
struct x509_st;
struct X509_crl_st;

namespace weir::certs {

struct handle_end {
  void operator()(evp_pkey_st* key) const;
  void operator()(x509_st* certificate) const;
  void operator()(X509_crl_st* revoked) const;
};

using key_handle = std::unique_ptr<evp_pkey_st, handle_end>;
using certificate_handle = std::unique_ptr<x509_st, handle_end>;
using crl_handle = std::unique_ptr<X509_crl_st, handle_end>;

/// The library's last complaint of this thread, or `otherwise`; it forgets all of them.
auto library_problem(const std::string& otherwise) -> std::string;

// PEM; a key is PKCS #8 without a password. Reading gives nothing if there is none in the text, and never asks
// for a password.

auto pem_of(const evp_pkey_st& key) -> std::string;
auto pem_of(const x509_st& certificate) -> std::string;
auto pem_of(const X509_crl_st& revoked) -> std::string;
auto key_of(const std::string& pem) -> key_handle;
auto crl_of(const std::string& pem) -> crl_handle;

} // namespace weir::certs
