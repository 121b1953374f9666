/// TLS: who is not known by an authority that is trusted here does not get in.
#pragma once

#include "runtime/net/transport.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

struct ssl_ctx_st;

namespace weir::net {

enum class tls_version { tls_1_2, tls_1_3 };

constexpr auto names_of(tls_version*) {
  return std::array{std::pair{std::string_view{"1.2"}, tls_version::tls_1_2},
                    std::pair{std::string_view{"1.3"}, tls_version::tls_1_3}};
}

/// Whom a side that dials trusts.
enum class tls_trust {
  authorities, ///< those of its settings
  system,      ///< those of the machine
  anybody,     ///< nobody is asked who he is
};

struct tls_settings {
  std::string certificate; ///< path of a PEM file, the whole chain; empty, and the key too: who dials shows none
  std::string key;         ///< path of a PEM file
  std::string authorities; ///< path of a PEM file: whose certificates are trusted; empty: who dials needs none
  tls_version min_version = tls_version::tls_1_2;
  std::string revoked = {}; ///< path of a PEM file: lists of revoked certificates (RFC 5280), one of each authority; empty: none
  tls_trust trust = tls_trust::authorities;

  auto operator==(const tls_settings&) const -> bool = default;
};

/// What connections share. Made once, of files that are read then.
class tls_context {
public:
  /// The error names the file and what is wrong with it.
  static auto load(const tls_settings& files) -> result<std::shared_ptr<tls_context>>;
  ~tls_context();
  tls_context(const tls_context&) = delete;
  auto operator=(const tls_context&) -> tls_context& = delete;

  /// Wants a certificate of the other side, if there are authorities.
  auto accept(owned_fd socket) const -> std::unique_ptr<transport>;
  /// `name` (a host name or an address) must be in the other side's certificate; empty: whoever connects looks at that
  /// by itself.
  auto connect(owned_fd socket, const std::string& name) const -> std::unique_ptr<transport>;
  /// As connect(), with a certificate of any name: `name` is only told to the other side, which may have several.
  auto connect_to_any(owned_fd socket, const std::string& name) const -> std::unique_ptr<transport>;
  /// When its own certificate ends, in seconds since 1970.
  auto expires_s() const -> std::int64_t;

private:
  tls_context(ssl_ctx_st* made, const tls_settings& files)
      : context_(made), asks_guests_(!files.authorities.empty()), trusts_anybody_(files.trust == tls_trust::anybody) {}
  ssl_ctx_st* context_;
  bool asks_guests_;
  bool trusts_anybody_;
};

} // namespace weir::net
