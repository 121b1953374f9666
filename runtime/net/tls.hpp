/// TLS with certificates of both sides: who is not known by an authority that is trusted here does not get in.
#pragma once

#include "runtime/net/transport.hpp"

#include <memory>
#include <string>

struct ssl_ctx_st;

namespace weir::net {

struct tls_settings {
  std::string certificate; ///< path of a PEM file, the whole chain
  std::string key;         ///< path of a PEM file
  std::string authorities; ///< path of a PEM file: whose certificates are trusted
};

/// What connections share. Made once, of files that are read then.
class tls_context {
public:
  /// The error names the file and what is wrong with it.
  static auto load(const tls_settings& files) -> result<std::shared_ptr<tls_context>>;
  ~tls_context();
  tls_context(const tls_context&) = delete;
  auto operator=(const tls_context&) -> tls_context& = delete;

  /// Wants a certificate of the other side.
  auto accept(owned_fd socket) const -> std::unique_ptr<transport>;
  /// `name` (a host name or an address) must be in the other side's certificate.
  auto connect(owned_fd socket, const std::string& name) const -> std::unique_ptr<transport>;

private:
  explicit tls_context(ssl_ctx_st* made) : context_(made) {}
  ssl_ctx_st* context_;
};

} // namespace weir::net
