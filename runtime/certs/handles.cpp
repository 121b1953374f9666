#include "runtime/certs/handles.hpp"

#include "runtime/base/assert.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

namespace weir::certs {
namespace {

struct bio_end {
  void operator()(BIO* memory) const { BIO_free(memory); }
};
using memory_handle = std::unique_ptr<BIO, bio_end>;

auto text_written(BIO* to) -> std::string {
  char* text = nullptr;
  const auto size = BIO_get_mem_data(to, &text);
  return {text, static_cast<std::size_t>(size)};
}

auto memory_of(const std::string& text) -> memory_handle {
  return memory_handle{BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))};
}

auto no_password(char*, int, int, void*) -> int { return -1; }

} // namespace

void handle_end::operator()(evp_pkey_st* key) const { EVP_PKEY_free(key); }
void handle_end::operator()(x509_st* certificate) const { X509_free(certificate); }
void handle_end::operator()(X509_crl_st* revoked) const { X509_CRL_free(revoked); }

auto library_problem(const std::string& otherwise) -> std::string {
  const auto code = ERR_peek_last_error();
  ERR_clear_error();
  const auto* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  return reason == nullptr ? otherwise : std::string{reason};
}

auto pem_of(const evp_pkey_st& key) -> std::string {
  const auto to = memory_handle{BIO_new(BIO_s_secmem())};
  WEIR_ASSERT(PEM_write_bio_PKCS8PrivateKey(to.get(), &key, nullptr, nullptr, 0, nullptr, nullptr) == 1);
  return text_written(to.get());
}

auto pem_of(const x509_st& certificate) -> std::string {
  const auto to = memory_handle{BIO_new(BIO_s_mem())};
  WEIR_ASSERT(PEM_write_bio_X509(to.get(), &certificate) == 1);
  return text_written(to.get());
}

auto pem_of(const X509_crl_st& revoked) -> std::string {
  const auto to = memory_handle{BIO_new(BIO_s_mem())};
  WEIR_ASSERT(PEM_write_bio_X509_CRL(to.get(), &revoked) == 1);
  return text_written(to.get());
}

auto key_of(const std::string& pem) -> key_handle {
  const auto from = memory_of(pem);
  auto read = key_handle{PEM_read_bio_PrivateKey(from.get(), nullptr, no_password, nullptr)};
  ERR_clear_error();
  return read;
}

auto crl_of(const std::string& pem) -> crl_handle {
  const auto from = memory_of(pem);
  auto read = crl_handle{PEM_read_bio_X509_CRL(from.get(), nullptr, no_password, nullptr)};
  ERR_clear_error();
  return read;
}

} // namespace weir::certs
