/// The one thread of a process in which the sockets of its nodes are waited for.
#pragma once

#include <functional>
#include <memory>
#include <string>

namespace boost::asio {
class io_context;
}

namespace weir::net {

class io_thread {
public:
  /// `on_failed` is called in it when a handler threw; it runs on, so that what is open can be closed.
  explicit io_thread(std::function<void(const std::string& why)> on_failed);
  /// Waits for all that is open to be closed, two seconds at most.
  ~io_thread();
  io_thread(const io_thread&) = delete;
  auto operator=(const io_thread&) -> io_thread& = delete;

  /// Runs there, after what was posted before. Must not block.
  void post(std::function<void()> task);
  /// For the .cpp files of this folder. Whoever waits in it keeps it.
  auto context() const -> const std::shared_ptr<boost::asio::io_context>& { return context_; }

private:
  struct running;
  std::shared_ptr<boost::asio::io_context> context_;
  std::unique_ptr<running> running_;
};

} // namespace weir::net
