/// How messages of syslog get to a receiver: over TCP or TLS, as datagrams, or by RELP.
#pragma once

#include "actors/sinks/network/wire.hpp"
#include "actors/sinks/syslog/settings.hpp"

#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace weir {

/// To one receiver. Blocks within the timeouts of its settings. After a failure it is to be closed.
class syslog_channel {
public:
  virtual ~syslog_channel() = default;
  /// Whether it is as it was left; a receiver may have closed it.
  virtual auto is_usable() -> bool = 0;
  /// When it returns, they are as safe as the protocol can say.
  virtual auto send(std::span<const std::string_view> messages) -> result<void> = 0;
};

auto open_syslog_channel(wire_dialer& by, const std::string& endpoint, const syslog_settings& s) -> result<std::unique_ptr<syslog_channel>>;

} // namespace weir
