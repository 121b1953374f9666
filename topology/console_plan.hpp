/// Where a node shows its console, and to whom.
#pragma once

#include "runtime/net/address.hpp"
#include "runtime/net/tls.hpp"

#include <optional>
#include <string>
#include <vector>

namespace weir {

/// Who may do anything may also look at everything.
enum class console_role { view, operate };

constexpr auto names_of(console_role*) {
  return std::array{std::pair{std::string_view{"view"}, console_role::view},
                    std::pair{std::string_view{"operate"}, console_role::operate}};
}

/// Who shows the secret: a bearer of a token, or a user with a password.
struct console_key {
  std::string name;
  std::string secret;
  console_role role = console_role::view;

  auto operator==(const console_key&) const -> bool = default;
};

struct console_plan {
  std::optional<host_port> listen; ///< absent: on loopback, at the first free port from console_port on
  std::optional<net::tls_settings> tls; ///< paths may have {node}
  std::vector<console_key> tokens;
  std::vector<console_key> users;
  std::vector<std::string> viewers;   ///< patterns of the names in certificates
  std::vector<std::string> operators; ///< the same
  std::vector<std::string> names;     ///< of hosts by which it is reached, beside addresses and this host's own
  bool has_open_metrics = false;      ///< /metrics for anybody

  auto operator==(const console_plan&) const -> bool = default;
};

inline constexpr auto console_port = std::uint16_t{7480};
inline constexpr auto console_ports_tried = std::uint16_t{100};

} // namespace weir
