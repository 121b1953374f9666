#include "runtime/net/listener.hpp"

#include "runtime/net/deadlines.hpp"
#include "runtime/net/listening_socket.hpp"
#include "runtime/net/socket_address.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <optional>
#include <vector>

namespace weir::net {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr auto accepts_in_a_row = 32;                          // then those that are connected have their turn
constexpr auto accept_pause = std::chrono::milliseconds{200}; // while no descriptors are to be had

} // namespace

/// Of the io thread.
struct listener::running : std::enable_shared_from_this<listener::running> {
  running(io_thread& in, listening_socket at, listener_settings s, accepted on_accepted)
      : thread(in),
        context(in.context()),
        socket(std::move(at)),
        settings(std::move(s)),
        take(std::move(on_accepted)),
        warnings(settings.told_as, system_clock()) {}

  void start();
  void stop();
  void wait_readable();
  void accept();
  auto accept_one() -> bool;
  void begin(owned_fd connected, std::string peer);
  auto is_full() -> bool;
  void make_room();
  void pause(const std::string& why);
  void on_deadline();
  void arm_deadline();
  void forget_known();

  io_thread& thread;
  std::shared_ptr<asio::io_context> context;
  std::optional<listening_socket> socket;
  listener_settings settings;
  accepted take;
  peer_warnings warnings;
  std::unique_ptr<asio::posix::stream_descriptor> descriptor;
  std::unique_ptr<asio::steady_timer> again;    // after a pause
  std::unique_ptr<asio::steady_timer> deadline; // of the oldest stranger
  deadlines<std::shared_ptr<stranger>> strangers;
  std::vector<std::weak_ptr<stream>> connections; // all, and some that have ended
};

void listener::running::start() {
  descriptor = std::make_unique<asio::posix::stream_descriptor>(*context, socket->fd());
  again = std::make_unique<asio::steady_timer>(*context);
  deadline = std::make_unique<asio::steady_timer>(*context);
  wait_readable();
}

void listener::running::stop() {
  if (descriptor) descriptor->release();
  descriptor.reset();
  again.reset();
  deadline.reset();
  socket.reset();
  while (const auto s = strangers.take_first())
    if ((*s)->is_open()) (*s)->bytes()->close("the node ends");
}

void listener::running::wait_readable() {
  descriptor->async_wait(asio::posix::stream_descriptor::wait_read,
                         [self = shared_from_this()](const error_code& failed) {
                           if (!failed && self->descriptor) self->accept();
                         });
}

void listener::running::accept() {
  for (auto i = 0; i < accepts_in_a_row; ++i)
    if (!accept_one()) return;
  wait_readable();
}

/// Whether there may be more; sees to it that it goes on if not.
auto listener::running::accept_one() -> bool {
  auto next = socket->accept();
  if (!next) return pause(next.failure().what), false;
  if (!*next) return wait_readable(), false;
  auto& come = **next;
  begin(std::move(come.socket), to_text(come.address, come.address_bytes));
  return true;
}

auto listener::running::is_full() -> bool {
  if (connections.size() < settings.connections_max) return false;
  std::erase_if(connections, [](const auto& c) {
    const auto still = c.lock();
    return !still || still->is_closed();
  });
  return connections.size() >= settings.connections_max;
}

void listener::running::begin(owned_fd connected, std::string peer) {
  if (is_full())
    return warnings.warn("connections", "",
                         peer + " is not let in: there are " + std::to_string(settings.connections_max)
                             + " connections, which is as many as may be");
  auto with = settings.streams;
  with.peer = std::move(peer);
  auto bytes = settings.tls ? settings.tls->current()->accept(std::move(connected))
                            : make_plain_transport(std::move(connected));
  const auto who = std::make_shared<stranger>(std::make_shared<stream>(thread, std::move(bytes), with));
  connections.push_back(who->bytes());
  make_room();
  strangers.add(system_clock().monotonic() + settings.admitted_within, who);
  arm_deadline();
  take(who);
}

void listener::running::forget_known() {
  strangers.forget([](const auto& who) { return !who->is_open(); });
}

void listener::running::make_room() {
  if (strangers.size() >= settings.strangers_max) forget_known();
  if (strangers.size() < settings.strangers_max) return;
  const auto oldest = (*strangers.take_first())->bytes();
  warnings.warn("room", "",
                std::to_string(settings.strangers_max)
                    + " connections have not said who they are, which is as many as may be; the oldest is closed ("
                    + oldest->peer() + ")");
  oldest->close("others came");
}

/// Descriptors come back with time, and the strangers have some.
void listener::running::pause(const std::string& why) {
  forget_known();
  warnings.warn("descriptors", "",
                why + " (" + std::to_string(strangers.size()) + " have not said who they are)");
  if (const auto oldest = strangers.take_first()) (*oldest)->bytes()->close("descriptors are short");
  again->expires_after(accept_pause);
  again->async_wait([self = shared_from_this()](const error_code& stopped) {
    if (!stopped && self->descriptor) self->accept();
  });
}

void listener::running::arm_deadline() {
  if (!strangers.next()) return;
  deadline->expires_at(*strangers.next());
  deadline->async_wait([self = shared_from_this()](const error_code& stopped) {
    if (!stopped && self->deadline) self->on_deadline();
  });
}

void listener::running::on_deadline() {
  warnings.tell_left_out();
  forget_known();
  while (const auto due = strangers.take_due(system_clock().monotonic())) {
    const auto late = (*due)->bytes();
    warnings.warn("late", late->peer(), late->peer() + " did not say who it is in time and is cut off");
    late->close("no hello in time");
  }
  arm_deadline();
}

auto listener::open(io_thread& in, const host_port& at, listener_settings settings, accepted on_accepted)
    -> result<std::unique_ptr<listener>> {
  WEIR_TRY(auto socket, listening_socket::open({at, {}}, 0));
  const auto port = socket.port();
  auto state = std::make_shared<running>(in, std::move(socket), std::move(settings), std::move(on_accepted));
  in.post([state] { state->start(); });
  return std::unique_ptr<listener>{new listener{std::move(state), port}};
}

listener::~listener() {
  running_->thread.post([state = running_] { state->stop(); });
}

} // namespace weir::net
