#include "runtime/net/tls.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <cerrno>
#include <climits>
#include <ctime>

namespace weir::net {
namespace {

/// The library's oldest complaint of this thread; it forgets all of them.
auto tls_problem(const std::string& otherwise) -> std::string {
  const auto code = ERR_get_error();
  ERR_clear_error();
  if (ERR_SYSTEM_ERROR(code)) return describe_errno(ERR_GET_REASON(code)); // a file that cannot be read
  const auto* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  return reason == nullptr ? otherwise : std::string{reason};
}

auto common_name(X509* certificate) -> std::string {
  char name[256] = "";
  const auto size =
      X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name, sizeof name);
  return size <= 0 ? std::string{} : std::string{name, static_cast<std::size_t>(size)};
}

/// DNS names and addresses, as they are compared with who the other side says it is.
auto names_in(X509* certificate) -> std::string {
  auto* const all = static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
  auto text = std::string{};
  for (auto i = 0; i < sk_GENERAL_NAME_num(all); ++i) {
    const auto* one = sk_GENERAL_NAME_value(all, i);
    if (one->type != GEN_DNS) continue;
    const auto* bytes = reinterpret_cast<const char*>(ASN1_STRING_get0_data(one->d.dNSName));
    text += (text.empty() ? "" : ", ") + std::string{bytes, static_cast<std::size_t>(ASN1_STRING_length(one->d.dNSName))};
  }
  GENERAL_NAMES_free(all);
  return text.empty() ? common_name(certificate) : text;
}

class tls_transport final : public transport {
public:
  tls_transport(owned_fd socket, SSL* made) : socket_(std::move(socket)), ssl_(made) {
    SSL_set_fd(ssl_, socket_.fd());
    SSL_set_mode(ssl_, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  }
  tls_transport(const tls_transport&) = delete;
  auto operator=(const tls_transport&) -> tls_transport& = delete;
  ~tls_transport() override { SSL_free(ssl_); }

  auto shake_hands() -> io_outcome override {
    ERR_clear_error();
    return outcome_of(SSL_do_handshake(ssl_));
  }
  /// Into the first place only: the library gives at most a record at a time.
  auto receive(const iovec* to, int) -> io_outcome override {
    ERR_clear_error();
    return outcome_of(SSL_read(ssl_, to->iov_base, length_of(*to)));
  }
  auto send(const iovec* from, int) -> io_outcome override {
    ERR_clear_error();
    return outcome_of(SSL_write(ssl_, from->iov_base, length_of(*from)));
  }
  void finish() override {
    ERR_clear_error();
    SSL_shutdown(ssl_);
  }
  void close() override { socket_ = owned_fd{}; }
  auto fd() const -> int override { return socket_.fd(); }
  auto is_two_way() const -> bool override { return false; }
  auto certificate_name() const -> std::string override {
    auto* const shown = SSL_get_peer_certificate(ssl_);
    if (shown == nullptr) return {};
    auto names = names_in(shown);
    X509_free(shown);
    return names;
  }
  auto is_certified(const std::string& name) const -> bool override {
    auto* const shown = SSL_get_peer_certificate(ssl_);
    if (shown == nullptr) return false;
    const auto has = X509_check_host(shown, name.c_str(), name.size(), 0, nullptr) == 1;
    X509_free(shown);
    return has;
  }

private:
  static auto length_of(const iovec& part) -> int {
    return part.iov_len > INT_MAX ? INT_MAX : static_cast<int>(part.iov_len);
  }
  auto outcome_of(int count) -> io_outcome {
    if (count > 0) return {io_status::done, static_cast<std::size_t>(count)};
    const auto failed = errno;
    switch (SSL_get_error(ssl_, count)) {
    case SSL_ERROR_WANT_READ: return {io_status::wants_read};
    case SSL_ERROR_WANT_WRITE: return {io_status::wants_write};
    case SSL_ERROR_ZERO_RETURN: return {io_status::closed, 0, "the other side closed it"};
    case SSL_ERROR_SYSCALL:
      return {io_status::failed, 0, tls_problem(failed == 0 ? "the connection was cut" : describe_errno(failed))};
    default: return {io_status::failed, 0, "TLS: " + refusal()};
    }
  }
  /// A certificate that does not fit says more than the library's words for it.
  auto refusal() const -> std::string {
    auto words = tls_problem("failed");
    const auto verified = SSL_get_verify_result(ssl_);
    if (verified == X509_V_OK) return words;
    return words + ": " + X509_verify_cert_error_string(verified);
  }

  owned_fd socket_;
  SSL* ssl_;
};

auto wrong_file(const std::string& what, const std::string& path) -> error {
  return {errc::failed, "cannot use the " + what + " in \"" + path + "\": " + tls_problem("it has none")};
}

auto load_files(SSL_CTX* to, const tls_settings& files) -> result<void> {
  if (!files.certificate.empty() || !files.key.empty()) {
    if (SSL_CTX_use_certificate_chain_file(to, files.certificate.c_str()) != 1)
      return wrong_file("certificate", files.certificate);
    if (SSL_CTX_use_PrivateKey_file(to, files.key.c_str(), SSL_FILETYPE_PEM) != 1
        || SSL_CTX_check_private_key(to) != 1)
      return wrong_file("key", files.key);
  }
  if (files.trust == tls_trust::system && SSL_CTX_set_default_verify_paths(to) != 1)
    return error{errc::failed, "cannot use this system's authorities: " + tls_problem("it has none")};
  if (files.authorities.empty()) return {};
  if (SSL_CTX_load_verify_locations(to, files.authorities.c_str(), nullptr) != 1)
    return wrong_file("authorities", files.authorities);
  if (files.revoked.empty()) return {};
  if (X509_load_crl_file(X509_STORE_add_lookup(SSL_CTX_get_cert_store(to), X509_LOOKUP_file()), files.revoked.c_str(),
                         X509_FILETYPE_PEM) < 1)
    return wrong_file("list of revoked certificates", files.revoked);
  X509_STORE_set_flags(SSL_CTX_get_cert_store(to), X509_V_FLAG_CRL_CHECK);
  return {};
}

auto make_dialer(SSL_CTX* from, bool trusts_anybody) -> SSL* {
  auto* const made = SSL_new(from);
  SSL_set_connect_state(made);
  if (trusts_anybody) SSL_set_verify(made, SSL_VERIFY_NONE, nullptr);
  return made;
}

auto is_address(const std::string& name) -> bool {
  auto* const parsed = a2i_IPADDRESS(name.c_str());
  ASN1_OCTET_STRING_free(parsed);
  ERR_clear_error();
  return parsed != nullptr;
}

} // namespace

auto tls_context::load(const tls_settings& files) -> result<std::shared_ptr<tls_context>> {
  ERR_clear_error();
  auto made = std::shared_ptr<tls_context>{new tls_context{SSL_CTX_new(TLS_method()), files}};
  const auto is_newest = files.min_version == tls_version::tls_1_3;
  SSL_CTX_set_min_proto_version(made->context_, is_newest ? TLS1_3_VERSION : TLS1_2_VERSION);
  SSL_CTX_set_options(made->context_, SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_verify(made->context_, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  WEIR_CHECK(load_files(made->context_, files));
  return made;
}

tls_context::~tls_context() { SSL_CTX_free(context_); }

auto tls_context::accept(owned_fd socket) const -> std::unique_ptr<transport> {
  auto* const ssl = SSL_new(context_);
  SSL_set_accept_state(ssl);
  if (!asks_guests_) SSL_set_verify(ssl, SSL_VERIFY_NONE, nullptr);
  return std::make_unique<tls_transport>(std::move(socket), ssl);
}

auto tls_context::connect(owned_fd socket, const std::string& name) const -> std::unique_ptr<transport> {
  auto* const ssl = make_dialer(context_, trusts_anybody_);
  if (name.empty()) return std::make_unique<tls_transport>(std::move(socket), ssl);
  auto* const wanted = SSL_get0_param(ssl);
  // An address is compared with the addresses of a certificate, all else with its names.
  if (X509_VERIFY_PARAM_set1_ip_asc(wanted, name.c_str()) != 1) {
    X509_VERIFY_PARAM_set1_host(wanted, name.c_str(), name.size());
    SSL_set_tlsext_host_name(ssl, name.c_str());
  }
  return std::make_unique<tls_transport>(std::move(socket), ssl);
}

auto tls_context::connect_to_any(owned_fd socket, const std::string& name) const -> std::unique_ptr<transport> {
  auto* const ssl = make_dialer(context_, trusts_anybody_);
  if (!is_address(name)) SSL_set_tlsext_host_name(ssl, name.c_str()); // RFC 6066 section 3: names only
  return std::make_unique<tls_transport>(std::move(socket), ssl);
}

auto tls_context::expires_s() const -> std::int64_t {
  auto at = std::tm{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(SSL_CTX_get0_certificate(context_)), &at) != 1) return 0;
  return ::timegm(&at);
}

} // namespace weir::net
