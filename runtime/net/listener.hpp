/// Lets others connect, within bounds that hold whoever they are.
//
//  A connection that nobody has admitted yet is a stranger. Strangers have a number and a time; when there are too
//  many the oldest gives way, so that one who says at once who it is gets in whatever the others do.
#pragma once

#include "runtime/base/units.hpp"
#include "runtime/net/address.hpp"
#include "runtime/net/io_thread.hpp"
#include "runtime/net/peer_warnings.hpp"
#include "runtime/net/stream.hpp"
#include "runtime/net/tls_files.hpp"

#include <atomic>
#include <functional>
#include <memory>

namespace weir::net {

/// A connection until somebody knows who it is.
class stranger {
public:
  explicit stranger(std::shared_ptr<stream> bytes) : bytes_(std::move(bytes)) {}
  auto bytes() const -> const std::shared_ptr<stream>& { return bytes_; }
  /// Any thread: it is one no longer.
  void admit() { is_admitted_ = true; }
  auto is_open() const -> bool { return !is_admitted_ && !bytes_->is_closed(); }

private:
  std::shared_ptr<stream> bytes_;
  std::atomic<bool> is_admitted_{false};
};

struct listener_settings {
  std::size_t strangers_max = 256;
  std::size_t connections_max = 8192; ///< strangers and others; more are closed at once
  duration admitted_within = std::chrono::seconds{10};
  std::shared_ptr<const tls_files> tls = {}; ///< absent: plain
  stream_settings streams = {};          ///< their peer is filled in
  std::string told_as = "connections"; ///< what warnings begin with
};

class listener {
public:
  /// Called in the io thread; starts the stream.
  using accepted = std::function<void(const std::shared_ptr<stranger>&)>;

  /// On the first address of the name. `at.port` 0: any free one.
  static auto open(io_thread& in, const host_port& at, listener_settings settings, accepted on_accepted)
      -> result<std::unique_ptr<listener>>;
  /// Accepts nothing more; what was accepted stays.
  ~listener();
  listener(const listener&) = delete;
  auto operator=(const listener&) -> listener& = delete;

  auto port() const -> std::uint16_t { return port_; }

private:
  struct running;
  listener(std::shared_ptr<running> state, std::uint16_t port) : running_(std::move(state)), port_(port) {}

  std::shared_ptr<running> running_;
  std::uint16_t port_;
};

} // namespace weir::net
