/// One connection to the console: HTTP/1.1 (RFC 9110, 9112), one request after the other.
#pragma once

#include "cli/console/http_message.hpp"
#include "cli/console/request_reader.hpp"
#include "runtime/net/listener.hpp"
#include "runtime/net/stream.hpp"
#include "runtime/os/clock.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

namespace weir::cli {

struct http_limits {
  request_bounds bounds;
  duration request_within = std::chrono::seconds{20}; ///< from its first byte to its last
  duration idle_max = std::chrono::seconds{75};       ///< between two requests
};

/// Its stream keeps it. While a request waits for its answer nothing behind it is read, but for what fits its room.
class http_session final : public net::stream_reader, public std::enable_shared_from_this<http_session> {
public:
  /// Called in the io thread; whoever gets it calls answer() once, from any thread.
  using asked = std::function<void(http_request request, const std::shared_ptr<http_session>& from)>;

  http_session(net::io_thread& in, std::shared_ptr<net::stranger> who, http_limits limits, asked on_request);

  auto room() -> net::read_room override;
  auto take(std::size_t bytes) -> result<void> override;
  void ended(const std::string& why, bool is_own) override;

  void answer(http_response with);
  /// More of an answer that goes on; false: nobody is there any more.
  auto push(std::string bytes) -> bool;
  /// Of what was pushed, what the other side has not taken yet.
  auto waiting_bytes() const -> std::size_t { return who_->bytes()->waiting_bytes(); }
  /// Any thread: ends it now.
  void close() { who_->bytes()->close("the console ends"); }
  /// In the io thread: ends it if it has been waited for too long.
  void look(monotonic_time now);
  auto is_open() const -> bool { return !is_ended_.load(); }

private:
  auto parse() -> result<void>;
  void hand_over(whole_request whole);
  void refuse(const bad_request& what);
  void go_on(bool keeps);
  void begin_to_push(std::string head, std::shared_ptr<const std::string> body);
  void send(std::string head, std::shared_ptr<const std::string> body);

  net::io_thread& in_;
  const std::shared_ptr<net::stranger> who_;
  const http_limits limits_;
  const asked on_request_;
  request_reader reader_; // of the io thread, as are the next ones
  bool is_answering_ = false;
  bool is_over_ = false;  ///< nothing more is read
  bool was_begun_ = false; ///< there was some of a request when it was looked last
  monotonic_time since_;
  std::atomic<bool> is_ended_{false};
  std::mutex push_guard_;
  bool is_pushing_ = false; ///< the head of an answer that goes on has gone
  std::string early_;       ///< what was pushed before that
  // Of the request that is answered: written before it is handed over, read by who answers.
  bool wants_head_only_ = false;
  bool keeps_alive_ = false;
  bool takes_gzip_ = false;
};

} // namespace weir::cli
