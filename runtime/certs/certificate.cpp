#include "runtime/certs/certificate.hpp"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <cctype>
#include <ctime>

namespace weir::certs {
namespace {

auto common_name_of(const X509_NAME* name) -> std::string {
  const auto at = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
  if (at < 0) return {};
  const auto* text = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at));
  unsigned char* utf8 = nullptr;
  const auto size = ASN1_STRING_to_UTF8(&utf8, text);
  auto made = size < 0 ? std::string{} : std::string{reinterpret_cast<char*>(utf8), static_cast<std::size_t>(size)};
  OPENSSL_free(utf8);
  return made;
}

auto text_of(const ASN1_STRING* string) -> std::string {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(string)),
          static_cast<std::size_t>(ASN1_STRING_length(string))};
}

/// Empty if it is none.
auto address_in(const ASN1_STRING* octets) -> std::string {
  const auto size = ASN1_STRING_length(octets);
  if (size != 4 && size != 16) return {};
  char text[INET6_ADDRSTRLEN];
  return ::inet_ntop(size == 4 ? AF_INET : AF_INET6, ASN1_STRING_get0_data(octets), text, sizeof text);
}

auto names_in(const X509& certificate) -> certificate_names {
  auto names = certificate_names{};
  auto* all = static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(&certificate, NID_subject_alt_name, nullptr, nullptr));
  for (auto i = 0; i < sk_GENERAL_NAME_num(all); ++i) {
    const auto* one = sk_GENERAL_NAME_value(all, i);
    if (one->type == GEN_DNS) names.hosts.push_back(text_of(one->d.dNSName));
    if (one->type == GEN_IPADD) names.addresses.push_back(address_in(one->d.iPAddress));
  }
  GENERAL_NAMES_free(all);
  return names;
}

auto time_of(const ASN1_TIME* time) -> std::chrono::sys_seconds {
  auto parts = std::tm{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return {};
  return std::chrono::sys_seconds{std::chrono::seconds{::timegm(&parts)}};
}

auto algorithm_of(const EVP_PKEY* key) -> std::string {
  if (key == nullptr) return "unknown";
  if (EVP_PKEY_is_a(key, "ED25519") == 1) return "ed25519";
  char group[64] = "";
  EVP_PKEY_get_group_name(key, group, sizeof group, nullptr);
  if (group == std::string{"prime256v1"}) return "p256";
  if (EVP_PKEY_is_a(key, "EC") == 1) return group;
  auto name = std::string{EVP_PKEY_get0_type_name(key)};
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
  return name + ' ' + std::to_string(EVP_PKEY_get_bits(key));
}

auto fingerprint_of(const X509& certificate) -> std::string {
  unsigned char digest[EVP_MAX_MD_SIZE];
  auto size = 0U;
  X509_digest(&certificate, EVP_sha256(), digest, &size);
  auto text = std::string{};
  for (auto i = 0U; i < size; ++i) {
    text += "0123456789abcdef"[digest[i] >> 4];
    text += "0123456789abcdef"[digest[i] & 15];
  }
  return text;
}

auto hexadecimal(const ASN1_INTEGER* number) -> std::string {
  auto* big = ASN1_INTEGER_to_BN(number, nullptr);
  auto* digits = BN_bn2hex(big);
  auto text = std::string{digits};
  OPENSSL_free(digits);
  BN_free(big);
  return text;
}

} // namespace

auto certificates_of(const std::string& pem) -> result<std::vector<certificate_handle>> {
  ERR_clear_error();
  auto* from = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  auto all = std::vector<certificate_handle>{};
  while (auto* read = PEM_read_bio_X509(from, nullptr, nullptr, nullptr)) all.emplace_back(read);
  BIO_free(from);
  const auto is_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  const auto problem = library_problem("it makes no sense");
  if (!is_end) return error{errc::malformed, "a certificate in it is broken: " + problem};
  if (all.empty()) return error{errc::malformed, "there is no certificate in it; wants PEM"};
  return all;
}

auto describe(const x509_st& certificate) -> description {
  auto d = description{};
  // The library computes what it says of extensions when it is first asked, and remembers it.
  auto& asked = const_cast<x509_st&>(certificate);
  d.common_name = common_name_of(X509_get_subject_name(&certificate));
  d.issuer = common_name_of(X509_get_issuer_name(&certificate));
  d.names = names_in(certificate);
  d.is_authority = X509_check_ca(&asked) == 1;
  d.begins = time_of(X509_get0_notBefore(&certificate));
  d.ends = time_of(X509_get0_notAfter(&certificate));
  d.algorithm = algorithm_of(X509_get0_pubkey(&certificate));
  d.fingerprint = fingerprint_of(certificate);
  d.serial = hexadecimal(X509_get0_serialNumber(&certificate));
  ERR_clear_error();
  return d;
}

auto is_signed_by(const x509_st& certificate, const x509_st& authority) -> bool {
  auto& signer = const_cast<x509_st&>(authority);
  auto& read = const_cast<x509_st&>(certificate);
  const auto is_hers = X509_check_ca(&signer) == 1 && X509_check_issued(&signer, &read) == X509_V_OK
                       && X509_verify(&read, X509_get0_pubkey(&authority)) == 1;
  ERR_clear_error();
  return is_hers;
}

auto is_signed_by(const X509_crl_st& revoked, const x509_st& authority) -> bool {
  const auto is_hers = X509_CRL_verify(const_cast<X509_crl_st*>(&revoked), X509_get0_pubkey(&authority)) == 1;
  ERR_clear_error();
  return is_hers;
}

auto belong_together(const x509_st& certificate, const evp_pkey_st& key) -> bool {
  const auto* shown = X509_get0_pubkey(&certificate);
  const auto are_one = shown != nullptr && EVP_PKEY_eq(shown, &key) == 1;
  ERR_clear_error();
  return are_one;
}

auto serials_in(const X509_crl_st& revoked) -> std::vector<std::string> {
  auto all = std::vector<std::string>{};
  auto* entries = X509_CRL_get_REVOKED(const_cast<X509_crl_st*>(&revoked));
  for (auto i = 0; i < sk_X509_REVOKED_num(entries); ++i)
    all.push_back(hexadecimal(X509_REVOKED_get0_serialNumber(sk_X509_REVOKED_value(entries, i))));
  return all;
}

} // namespace weir::certs
