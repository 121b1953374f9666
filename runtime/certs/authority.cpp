#include "runtime/certs/authority.hpp"

#include "runtime/base/assert.hpp"

#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>

#include <algorithm>

namespace weir::certs {
namespace {

using std::chrono::sys_seconds;

constexpr auto serial_bits = 128; // RFC 5280 section 4.1.2.2: positive, 20 octets at most
constexpr auto common_name_max = std::size_t{64};

struct bignum_end {
  void operator()(BIGNUM* number) const { BN_free(number); }
};
using bignum_handle = std::unique_ptr<BIGNUM, bignum_end>;

auto library_failure(const std::string& attempted) -> error {
  return {errc::failed, "cannot " + attempted + ": " + library_problem("the TLS library gives no reason")};
}

auto new_key(key_algorithm algorithm) -> key_handle {
  if (algorithm == key_algorithm::ed25519) return key_handle{EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")};
  return key_handle{EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256")};
}

/// Ed25519 has its own.
auto digest_for(const EVP_PKEY& key) -> const EVP_MD* {
  return EVP_PKEY_is_a(&key, "ED25519") == 1 ? nullptr : EVP_sha256();
}

auto set_time(ASN1_TIME* to, sys_seconds time) -> bool {
  return ASN1_TIME_set(to, time.time_since_epoch().count()) != nullptr;
}

auto set_random_serial(X509& to) -> bool {
  const auto number = bignum_handle{BN_new()};
  return BN_rand(number.get(), serial_bits, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1
         && BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(&to)) != nullptr;
}

auto set_common_name(X509& to, const std::string& name) -> bool {
  return X509_NAME_add_entry_by_NID(X509_get_subject_name(&to), NID_commonName, MBSTRING_UTF8,
                                    reinterpret_cast<const unsigned char*>(name.data()),
                                    static_cast<int>(name.size()), -1, 0)
         == 1;
}

/// `text` as in openssl's x509v3_config(5): constants only, since what it separates by may be in a name.
auto add_extension(X509& to, X509& signer, int kind, const char* text) -> bool {
  auto context = X509V3_CTX{};
  X509V3_set_ctx(&context, &signer, &to, nullptr, nullptr, 0);
  auto* made = X509V3_EXT_conf_nid(nullptr, &context, kind, text);
  const auto is_added = made != nullptr && X509_add_ext(&to, made, -1) == 1;
  X509_EXTENSION_free(made);
  return is_added;
}

auto general_name_of(const std::string& text, bool is_host) -> GENERAL_NAME* {
  auto* name = GENERAL_NAME_new();
  if (is_host) {
    auto* written = ASN1_IA5STRING_new();
    ASN1_STRING_set(written, text.data(), static_cast<int>(text.size()));
    GENERAL_NAME_set0_value(name, GEN_DNS, written);
  } else {
    GENERAL_NAME_set0_value(name, GEN_IPADD, a2i_IPADDRESS(text.c_str()));
  }
  return name;
}

/// Critical where the subject is empty: RFC 5280 section 4.2.1.6.
auto add_names(X509& to, const certificate_names& names, bool is_critical) -> bool {
  auto* all = sk_GENERAL_NAME_new_null();
  for (const auto& host : names.hosts) sk_GENERAL_NAME_push(all, general_name_of(host, true));
  for (const auto& address : names.addresses) sk_GENERAL_NAME_push(all, general_name_of(address, false));
  const auto is_added = X509_add1_ext_i2d(&to, NID_subject_alt_name, all, is_critical ? 1 : 0, X509V3_ADD_APPEND) == 1;
  GENERAL_NAMES_free(all);
  return is_added;
}

auto blank_certificate(EVP_PKEY& key, sys_seconds begin, sys_seconds end) -> certificate_handle {
  auto made = certificate_handle{X509_new()};
  const auto is_made = X509_set_version(made.get(), X509_VERSION_3) == 1 && set_random_serial(*made)
                       && set_time(X509_getm_notBefore(made.get()), begin)
                       && set_time(X509_getm_notAfter(made.get()), end) && X509_set_pubkey(made.get(), &key) == 1;
  return is_made ? std::move(made) : nullptr;
}

auto name_and_sign_authority(X509& made, EVP_PKEY& key, const std::string& name) -> bool {
  return set_common_name(made, name) && X509_set_issuer_name(&made, X509_get_subject_name(&made)) == 1
         && add_extension(made, made, NID_basic_constraints, "critical,CA:TRUE,pathlen:0")
         && add_extension(made, made, NID_key_usage, "critical,keyCertSign,cRLSign")
         && add_extension(made, made, NID_subject_key_identifier, "hash")
         && add_extension(made, made, NID_authority_key_identifier, "keyid:always")
         && X509_sign(&made, &key, digest_for(key)) > 0;
}

auto name_node(X509& made, X509& signer, const certificate_names& names) -> bool {
  const auto& node = names.hosts.front();
  const auto is_short = node.size() <= common_name_max;
  return (!is_short || set_common_name(made, node))
         && X509_set_issuer_name(&made, X509_get_subject_name(&signer)) == 1
         && add_extension(made, signer, NID_basic_constraints, "critical,CA:FALSE")
         && add_extension(made, signer, NID_key_usage, "critical,digitalSignature")
         && add_extension(made, signer, NID_ext_key_usage, "serverAuth,clientAuth")
         && add_extension(made, signer, NID_subject_key_identifier, "hash")
         && add_extension(made, signer, NID_authority_key_identifier, "keyid:always")
         && add_names(made, names, !is_short);
}

auto add_revoked(X509_CRL& to, const std::string& serial, sys_seconds now) -> bool {
  BIGNUM* digits = nullptr;
  const auto is_read = BN_hex2bn(&digits, serial.c_str()) == static_cast<int>(serial.size());
  const auto number = bignum_handle{digits};
  if (!is_read || serial.empty()) return false;
  auto* entry = X509_REVOKED_new();
  auto* written = BN_to_ASN1_INTEGER(number.get(), nullptr);
  auto* when = ASN1_TIME_set(nullptr, now.time_since_epoch().count());
  const auto is_added = X509_REVOKED_set_serialNumber(entry, written) == 1
                        && X509_REVOKED_set_revocationDate(entry, when) == 1 && X509_CRL_add0_revoked(&to, entry) == 1;
  ASN1_INTEGER_free(written);
  ASN1_TIME_free(when);
  if (!is_added) X509_REVOKED_free(entry);
  return is_added;
}

/// Higher with each list: RFC 5280 section 5.2.3.
auto set_number(X509_CRL& to, const X509_CRL* former) -> bool {
  auto* found = former == nullptr ? nullptr : X509_CRL_get_ext_d2i(former, NID_crl_number, nullptr, nullptr);
  auto* last = static_cast<ASN1_INTEGER*>(found);
  auto* next = ASN1_INTEGER_new();
  ASN1_INTEGER_set(next, last == nullptr ? 1 : ASN1_INTEGER_get(last) + 1);
  const auto is_set = X509_CRL_add1_ext_i2d(&to, NID_crl_number, next, 0, X509V3_ADD_APPEND) == 1;
  ASN1_INTEGER_free(last);
  ASN1_INTEGER_free(next);
  return is_set;
}

auto add_signer(X509_CRL& to, X509& signer) -> bool {
  auto context = X509V3_CTX{};
  X509V3_set_ctx(&context, &signer, nullptr, nullptr, &to, 0);
  auto* made = X509V3_EXT_conf_nid(nullptr, &context, NID_authority_key_identifier, "keyid:always");
  const auto is_added = made != nullptr && X509_CRL_add_ext(&to, made, -1) == 1;
  X509_EXTENSION_free(made);
  return is_added;
}

auto set_frame(X509_CRL& to, X509& signer, sys_seconds now, sys_seconds end) -> bool {
  auto* begin = ASN1_TIME_set(nullptr, (now - backdating).time_since_epoch().count());
  auto* next = ASN1_TIME_set(nullptr, end.time_since_epoch().count());
  const auto is_set = X509_CRL_set_version(&to, X509_CRL_VERSION_2) == 1
                      && X509_CRL_set_issuer_name(&to, X509_get_subject_name(&signer)) == 1
                      && X509_CRL_set1_lastUpdate(&to, begin) == 1 && X509_CRL_set1_nextUpdate(&to, next) == 1;
  ASN1_TIME_free(begin);
  ASN1_TIME_free(next);
  return is_set;
}

auto copy_revoked(X509_CRL& to, const X509_CRL* from) -> bool {
  if (from == nullptr) return true;
  auto* entries = X509_CRL_get_REVOKED(const_cast<X509_CRL*>(from));
  for (auto i = 0; i < sk_X509_REVOKED_num(entries); ++i)
    if (X509_CRL_add0_revoked(&to, X509_REVOKED_dup(sk_X509_REVOKED_value(entries, i))) != 1) return false;
  return true;
}

} // namespace

auto algorithm_named(std::string_view name) -> std::optional<key_algorithm> {
  for (const auto& [text, algorithm] : names_of(static_cast<key_algorithm*>(nullptr)))
    if (text == name) return algorithm;
  return std::nullopt;
}

auto authority::make(const std::string& cluster, key_algorithm algorithm, const lifetime& valid) -> result<pem_pair> {
  ERR_clear_error();
  const auto key = new_key(algorithm);
  if (!key) return library_failure("make a key");
  const auto made = blank_certificate(*key, valid.now - backdating, valid.now + valid.length);
  if (!made || !name_and_sign_authority(*made, *key, cluster + " CA")) return library_failure("make a certificate");
  return pem_pair{pem_of(*made), pem_of(*key)};
}

auto authority::load(const pem_pair& files) -> result<authority> {
  auto loaded = authority{};
  WEIR_TRY(auto all, certificates_of(files.certificate));
  loaded.certificate_ = std::move(all.front());
  loaded.key_ = key_of(files.key);
  if (!loaded.key_) return error{errc::malformed, "there is no key of the authority; wants PEM without a password"};
  loaded.what_ = describe(*loaded.certificate_);
  if (!loaded.what_.is_authority) return error{errc::malformed, "the certificate is not that of an authority"};
  if (!belong_together(*loaded.certificate_, *loaded.key_))
    return error{errc::malformed, "the key of the authority is not that of its certificate"};
  return loaded;
}

auto authority::issue(const node_request& wanted) const -> result<issued> {
  WEIR_ASSERT(!wanted.names.hosts.empty());
  ERR_clear_error();
  if (what_.ends <= wanted.valid.now) return error{errc::failed, "the authority has ended; wants a new one"};
  const auto wanted_end = wanted.valid.now + wanted.valid.length;
  const auto key = new_key(wanted.algorithm);
  if (!key) return library_failure("make a key");
  const auto end = std::min<sys_seconds>(wanted_end, what_.ends);
  const auto made = blank_certificate(*key, wanted.valid.now - backdating, end);
  if (!made || !name_node(*made, *certificate_, wanted.names)
      || X509_sign(made.get(), key_.get(), digest_for(*key_)) <= 0)
    return library_failure("make a certificate");
  return issued{{pem_of(*made), pem_of(*key)}, describe(*made), wanted_end > what_.ends};
}

auto authority::revoke(const X509_crl_st* former, const std::vector<std::string>& serials, sys_seconds now) const
    -> result<std::string> {
  ERR_clear_error();
  const auto made = crl_handle{X509_CRL_new()};
  auto is_made = set_frame(*made, *certificate_, now, what_.ends) && copy_revoked(*made, former);
  for (const auto& serial : serials) is_made = is_made && add_revoked(*made, serial, now);
  is_made = is_made && add_signer(*made, *certificate_) && set_number(*made, former)
            && X509_CRL_sort(made.get()) == 1 && X509_CRL_sign(made.get(), key_.get(), digest_for(*key_)) > 0;
  return is_made ? result<std::string>{pem_of(*made)} : library_failure("make a list of what is revoked");
}

} // namespace weir::certs
