/// Listens for HTTP, and has what is asked answered in threads of its own, within bounds. What may take long has others, so
/// that nothing else waits for it.
#pragma once

#include "cli/console/http_session.hpp"
#include "runtime/net/io_thread.hpp"
#include "runtime/net/listener.hpp"

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace weir::cli {

struct http_server_settings {
  http_limits limits;
  std::size_t connections_max = 256;
  std::size_t waiting_max = 128; ///< requests of each kind that no thread works on yet; more are told to come later
  std::size_t threads = 2;       ///< for each kind
  std::function<bool(const http_request& what)> takes_long = [](const auto&) { return false; };
  std::shared_ptr<net::tls_files> tls = {};
};

class http_server {
public:
  /// Called in one of its threads, and may block; returns the answer. Of one that goes on `from` gets what follows.
  using responder = std::function<http_response(const http_request& what, const std::shared_ptr<http_session>& from)>;

  /// `at.port` 0: any free one. An error says why it cannot listen there.
  static auto open(const host_port& at, http_server_settings settings, responder answers)
      -> result<std::unique_ptr<http_server>>;
  ~http_server();
  http_server(const http_server&) = delete;
  auto operator=(const http_server&) -> http_server& = delete;

  auto port() const -> std::uint16_t { return listener_->port(); }

private:
  http_server(http_server_settings settings, responder answers);
  struct job {
    http_request what;
    std::shared_ptr<http_session> from;
  };
  /// Requests of one kind.
  struct lane {
    std::condition_variable came;
    std::deque<job> waiting;
  };
  void accept(const std::shared_ptr<net::stranger>& who);
  void take(http_request what, const std::shared_ptr<http_session>& from);
  /// Looks at the sessions now and then.
  void work();
  void work_long();
  /// `lock` is that of mutex_.
  void answer_next(lane& of, std::unique_lock<std::mutex>& lock);
  void answer(const job& next);
  void look_at_sessions();

  const http_server_settings settings_;
  const responder answers_;
  std::vector<std::weak_ptr<http_session>> sessions_; ///< of the io thread
  std::mutex mutex_;
  lane short_;
  lane long_;
  bool is_over_ = false;
  bool has_sessions_ = false; ///< some may be open: they are looked at now and then
  std::vector<std::thread> threads_;
  std::unique_ptr<net::tls_watch> watch_;
  std::unique_ptr<net::listener> listener_;
  net::io_thread io_; ///< ends first: what runs in it uses the others
};

} // namespace weir::cli
