/// Signs certificates for the nodes of a cluster, and says which of them are good no more.
#pragma once

#include "runtime/certs/certificate.hpp"

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::certs {

enum class key_algorithm { p256, ed25519 };

constexpr auto names_of(key_algorithm*) {
  return std::array{std::pair{std::string_view{"p256"}, key_algorithm::p256},
                    std::pair{std::string_view{"ed25519"}, key_algorithm::ed25519}};
}

/// Nothing if it is neither.
auto algorithm_named(std::string_view name) -> std::optional<key_algorithm>;

inline constexpr auto cluster_name_bytes_max = std::size_t{60}; ///< a common name has 64, RFC 5280 appendix A.1
/// Certificates begin before they are made: the clocks of nodes differ.
inline constexpr auto backdating = std::chrono::minutes{5};

struct pem_pair {
  std::string certificate;
  std::string key;
};

/// From `now` on.
struct lifetime {
  std::chrono::sys_seconds now;
  std::chrono::days length{0};
};

struct node_request {
  certificate_names names; ///< `names.hosts` is not empty
  key_algorithm algorithm = key_algorithm::p256;
  lifetime valid;
};

struct issued {
  pem_pair files;
  description what;
  bool is_cut = false; ///< ends earlier than was wanted: with its authority
};

class authority {
public:
  /// A new one, signed by itself. `cluster` names it.
  static auto make(const std::string& cluster, key_algorithm algorithm, const lifetime& valid) -> result<pem_pair>;
  /// errc::malformed: one of the texts is not what it should be, or they do not belong together.
  static auto load(const pem_pair& files) -> result<authority>;

  /// A new key, and a certificate with which its node may listen and dial. errc::failed: the authority has ended.
  auto issue(const node_request& wanted) const -> result<issued>;
  /// A list of what is good no more, as PEM: what `former` has (may be null), and these serial numbers. Good for as
  /// long as the authority.
  auto revoke(const X509_crl_st* former, const std::vector<std::string>& serials, std::chrono::sys_seconds now) const
      -> result<std::string>;

  auto certificate() const -> const x509_st& { return *certificate_; }
  auto what() const -> const description& { return what_; }

private:
  authority() = default;
  certificate_handle certificate_;
  key_handle key_;
  description what_;
};

} // namespace weir::certs
