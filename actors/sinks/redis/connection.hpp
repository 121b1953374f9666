/// A connection to a Redis server that takes writes: logs in, and asks several things at once.
#pragma once

#include "actors/sinks/network/wire.hpp"
#include "actors/sinks/redis/replies.hpp"
#include "actors/sinks/redis/settings.hpp"

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

/// Blocks within the timeouts of its settings. After a failure of ask() it is to be closed.
class redis_connection {
public:
  /// Logged in at a primary of its own, which is no part of a cluster. The error says what is wrong, without the endpoint.
  static auto open(wire_dialer& by, const std::string& endpoint, const redis_settings& s) -> result<std::unique_ptr<redis_connection>>;

  /// For ask(): a command with these words, or with `words` that put_word() gives.
  void put(std::initializer_list<std::string_view> words);
  void begin(std::size_t words);
  void put_word(std::string_view word) { append_redis_word(out_, word); }
  /// Sends what was put, and returns as many replies.
  auto ask(duration patience) -> result<std::vector<redis_reply>>;
  auto ask() { return ask(settings_.network.timeout.request); }
  /// The same of one command, whose answer is no error.
  auto ask_one(std::initializer_list<std::string_view> words) -> result<redis_reply>;

  auto is_usable() -> bool { return wire_->is_usable(); }
  /// What of the server's own settings makes it forget what it has acknowledged; empty: nothing that is known.
  auto doubts() const -> const std::vector<std::string>& { return doubts_; }

private:
  redis_connection(std::unique_ptr<wire> by, const redis_settings& s) : wire_(std::move(by)), settings_(s) {}
  auto log_in() -> result<void>;
  auto check_server() -> result<void>;
  void find_doubts(std::string_view told);

  std::unique_ptr<wire> wire_;
  const redis_settings& settings_;
  byte_buffer out_;
  std::size_t asked_ = 0;
  std::vector<std::string> doubts_;
};

} // namespace weir
