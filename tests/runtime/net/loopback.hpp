/// Both ends of connections on loopback.
#pragma once

#include "runtime/net/connect.hpp"
#include "runtime/net/listener.hpp"

#include <boost/test/unit_test.hpp>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace weir::test {

/// Keeps what comes; waits for it.
class recorder final : public net::stream_reader {
public:
  auto room() -> net::read_room override { return {place_, sizeof place_, nullptr, 0}; }
  auto take(std::size_t bytes) -> result<void> override {
    note([&] { text_.append(place_, bytes); });
    const auto fresh = std::string_view{place_, bytes};
    if (fresh.find("offence") != std::string_view::npos) return error{errc::malformed, "an offence"};
    return {};
  }
  void opened() override {
    note([&] { is_open_ = true; });
  }
  void ended(const std::string& why, bool is_own) override {
    note([&] { end_ = (is_own ? "own: " : "") + why; });
  }

  auto wait_text(std::size_t bytes) -> std::string {
    wait([&] { return text_.size() >= bytes || !end_.empty(); });
    return text_;
  }
  auto wait_end() -> std::string {
    wait([&] { return !end_.empty(); });
    return end_;
  }
  void wait_open() {
    wait([&] { return is_open_; });
  }

private:
  template <class Change> void note(Change change) {
    const auto lock = std::lock_guard{mutex_};
    change();
    changed_.notify_all();
  }
  template <class Condition> void wait(Condition holds) {
    auto lock = std::unique_lock{mutex_};
    BOOST_TEST_REQUIRE(changed_.wait_for(lock, std::chrono::seconds{60}, holds));
  }

  char place_[65536];
  std::mutex mutex_;
  std::condition_variable changed_;
  std::string text_;
  std::string end_;
  bool is_open_ = false;
};

struct loopback_pair {
  explicit loopback_pair(net::listener_settings how = {}) {
    auto opened = net::listener::open(thread, {"127.0.0.1", 0}, std::move(how), [this](const auto& who) {
      const auto lock = std::lock_guard{mutex};
      strangers.push_back(who);
      readers.push_back(std::make_shared<recorder>());
      who->bytes()->start(readers.back());
      came.notify_all();
    });
    BOOST_TEST_REQUIRE(static_cast<bool>(opened));
    listener = std::move(*opened);
  }

  auto socket() -> owned_fd {
    auto connected = net::connect_to({"127.0.0.1", listener->port()}, std::chrono::seconds{10});
    BOOST_TEST_REQUIRE(static_cast<bool>(connected));
    return std::move(*connected);
  }
  auto dial(net::stream_settings how = {}) -> std::shared_ptr<net::stream> {
    return std::make_shared<net::stream>(thread, net::make_plain_transport(socket()), std::move(how));
  }
  auto accepted(std::size_t index) -> std::shared_ptr<recorder> {
    auto lock = std::unique_lock{mutex};
    BOOST_TEST_REQUIRE(came.wait_for(lock, std::chrono::seconds{60}, [&] { return readers.size() > index; }));
    return readers[index];
  }

  std::string failure;
  net::io_thread thread{[this](const std::string& why) { failure = why; }};
  std::mutex mutex;
  std::condition_variable came;
  std::vector<std::shared_ptr<net::stranger>> strangers;
  std::vector<std::shared_ptr<recorder>> readers;
  std::unique_ptr<net::listener> listener;
  std::shared_ptr<recorder> mine = std::make_shared<recorder>();
};

} // namespace weir::test
