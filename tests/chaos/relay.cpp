#include "tests/chaos/relay.hpp"

#include <fcntl.h>

#include <array>
#include <cerrno>

namespace weir::chaos {

using clock = std::chrono::steady_clock;

namespace {

constexpr auto queued_max = std::size_t{1} << 20; ///< then the sender has to wait
constexpr auto poll_ms_idle = 20;                 ///< how late a fault takes effect at most
constexpr auto poll_ms_queued = 2;

void set_up(int socket) {
  const auto on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  ::fcntl(socket, F_SETFL, ::fcntl(socket, F_GETFL) | O_NONBLOCK);
}

/// A process that is stopped takes no more connections than its backlog has room for: so nobody waits for that here.
auto begin_to_connect(std::uint16_t port) -> test::socket_handle {
  auto made = test::socket_handle{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  set_up(made.descriptor());
  const auto address = test::loopback(port);
  const auto done = ::connect(made.descriptor(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
  return done == 0 || errno == EINPROGRESS ? std::move(made) : test::socket_handle{};
}

auto is_connected(int socket) -> bool {
  auto failure = 0;
  auto size = socklen_t{sizeof failure};
  return ::getsockopt(socket, SOL_SOCKET, SO_ERROR, &failure, &size) == 0 && failure == 0;
}

auto has_passed() -> bool { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

} // namespace

relay::~relay() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

auto relay::add_door(std::uint16_t from, std::uint16_t to) -> result<std::size_t> {
  auto listener = test::listen_on(from);
  if (!listener.is_open()) return error_from_errno("cannot listen on port " + std::to_string(from), errno);
  set_up(listener.descriptor());
  doors_.push_back({std::move(listener), to});
  return doors_.size() - 1;
}

void relay::start() {
  thread_ = std::jthread{[this](const std::stop_token& stop) { run(stop); }};
}

void relay::cut(std::size_t number) {
  const auto lock = std::lock_guard{mutex_};
  for (auto& c : doors_[number].connections) c.is_broken = true;
}

void relay::stall(std::size_t number, direction way, steady_time until) {
  const auto lock = std::lock_guard{mutex_};
  (way == direction::inward ? doors_[number].inward_stalled : doors_[number].outward_stalled) = until;
}

void relay::delay(std::size_t number, std::chrono::milliseconds most, steady_time until) {
  const auto lock = std::lock_guard{mutex_};
  doors_[number].delay_max = most;
  doors_[number].delayed = until;
}

void relay::heal() {
  const auto lock = std::lock_guard{mutex_};
  for (auto& d : doors_) d.inward_stalled = d.outward_stalled = d.delayed = {};
}

void relay::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    auto sockets = wanted(clock::now());
    auto is_queued = false;
    {
      const auto lock = std::lock_guard{mutex_};
      for (const auto& d : doors_)
        for (const auto& c : d.connections) is_queued |= c.inward.queued + c.outward.queued > 0;
    }
    ::poll(sockets.data(), sockets.size(), is_queued ? poll_ms_queued : poll_ms_idle);
    const auto lock = std::lock_guard{mutex_};
    work(clock::now());
  }
}

/// A socket from which nothing is wanted is left out: the end of a peer would wake us for nothing.
auto relay::wanted(steady_time now) -> std::vector<pollfd> {
  const auto lock = std::lock_guard{mutex_};
  auto all = std::vector<pollfd>{};
  const auto add = [&](int socket, bool in, bool out) {
    if (in || out) all.push_back({socket, static_cast<short>((in ? POLLIN : 0) | (out ? POLLOUT : 0)), 0});
  };
  const auto takes = [](const flow& f) { return !f.has_ended && f.queued < queued_max; };
  const auto gives = [now](const flow& f) { return !f.queue.empty() && f.queue.front().due <= now; };
  for (const auto& d : doors_) {
    add(d.listener.descriptor(), true, false);
    const auto in = now >= d.inward_stalled;
    const auto out = now >= d.outward_stalled;
    for (const auto& c : d.connections) {
      add(c.client.descriptor(), !c.is_connecting && in && takes(c.inward), out && gives(c.outward));
      add(c.server.descriptor(), !c.is_connecting && out && takes(c.outward), c.is_connecting || (in && gives(c.inward)));
    }
  }
  return all;
}

void relay::work(steady_time now) {
  for (auto& d : doors_) {
    admit(d);
    for (auto c = d.connections.begin(); c != d.connections.end();) {
      if (!c->is_broken) pass(d, *c, now);
      const auto is_over = c->inward.is_told && c->outward.is_told;
      if (c->is_broken) reset(*c);
      c = c->is_broken || is_over ? d.connections.erase(c) : std::next(c);
    }
  }
}

void relay::admit(door& at) {
  for (;;) {
    auto client = test::socket_handle{::accept4(at.listener.descriptor(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK)};
    if (!client.is_open()) return;
    set_up(client.descriptor());
    auto& made = at.connections.emplace_back();
    made.client = std::move(client);
    made.server = begin_to_connect(at.to);
    made.is_broken = !made.server.is_open();
  }
}

void relay::pass(door& at, connection& through, steady_time now) {
  if (through.is_connecting) {
    auto ready = pollfd{through.server.descriptor(), POLLOUT, 0};
    if (::poll(&ready, 1, 0) <= 0) return;
    through.is_connecting = false;
    through.is_broken = !is_connected(through.server.descriptor());
  }
  const auto client = through.client.descriptor();
  const auto server = through.server.descriptor();
  if (now >= at.inward_stalled) {
    read(client, through.inward, now, at, through.is_broken);
    write(server, through.inward, now, through.is_broken);
  }
  if (now >= at.outward_stalled) {
    read(server, through.outward, now, at, through.is_broken);
    write(client, through.outward, now, through.is_broken);
  }
}

void relay::read(int from, flow& into, steady_time now, const door& at, bool& is_broken) {
  auto block = std::array<char, 65536>{};
  while (!is_broken && !into.has_ended && into.queued < queued_max) {
    const auto got = ::recv(from, block.data(), block.size(), 0);
    if (got < 0) return void(is_broken = !has_passed());
    if (got == 0) return void(into.has_ended = true);
    auto due = now;
    if (now < at.delayed) due += std::chrono::milliseconds{pick(random_, 0, static_cast<std::uint64_t>(at.delay_max.count()))};
    if (!into.queue.empty()) due = std::max(due, into.queue.back().due);
    into.queue.push_back({due, std::string(block.data(), static_cast<std::size_t>(got))});
    into.queued += static_cast<std::size_t>(got);
  }
}

void relay::write(int to, flow& from, steady_time now, bool& is_broken) {
  while (!is_broken && !from.queue.empty() && from.queue.front().due <= now) {
    auto& bytes = from.queue.front().bytes;
    const auto done = ::send(to, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (done < 0) return void(is_broken = !has_passed());
    from.queued -= static_cast<std::size_t>(done);
    if (static_cast<std::size_t>(done) < bytes.size()) return void(bytes.erase(0, static_cast<std::size_t>(done)));
    from.queue.pop_front();
  }
  if (!from.has_ended || !from.queue.empty() || from.is_told) return;
  ::shutdown(to, SHUT_WR);
  from.is_told = true;
}

/// Both sides get a RST, as when a host forgets what it knew of a connection.
void relay::reset(connection& which) {
  const auto at_once = linger{1, 0};
  for (const auto* side : {&which.client, &which.server})
    if (side->is_open()) ::setsockopt(side->descriptor(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

} // namespace weir::chaos
