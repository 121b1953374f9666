#include "runtime/net/io_thread.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <chrono>
#include <exception>
#include <future>
#include <thread>

namespace weir::net {
namespace {

namespace asio = boost::asio;

constexpr auto close_patience = std::chrono::seconds{2};

} // namespace

struct io_thread::running {
  asio::executor_work_guard<asio::io_context::executor_type> work;
  std::function<void(const std::string&)> on_failed;
  std::promise<void> ended{};
  std::thread thread{};

  /// Whether it ran to the end. After an exception it goes on, so that what is open can be closed.
  auto run_once(asio::io_context& context) -> bool {
    try {
      context.run();
      return true;
    } catch (const std::exception& e) {
      on_failed(std::string{"its network thread failed: "} + e.what());
    } catch (...) {
      on_failed("its network thread failed");
    }
    return false;
  }
  void run(asio::io_context& context) {
    while (!run_once(context)) {
    }
    ended.set_value();
  }
};

io_thread::io_thread(std::function<void(const std::string&)> on_failed)
    : context_(std::make_shared<asio::io_context>(1)),
      running_(new running{asio::make_work_guard(*context_), std::move(on_failed)}) {
  running_->thread = std::thread{[this] { running_->run(*context_); }};
}

io_thread::~io_thread() {
  running_->work.reset();
  if (running_->ended.get_future().wait_for(close_patience) != std::future_status::ready) context_->stop();
  running_->thread.join();
}

void io_thread::post(std::function<void()> task) { asio::post(*context_, std::move(task)); }

} // namespace weir::net
