#include "runtime/net/stream.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <utility>

namespace weir::net {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr auto reads_in_a_row = 8;  // then others have their turn
constexpr auto writes_in_a_row = 4; // then the io thread goes on
constexpr auto gathered_max = 64;
/// What the system has taken and not sent: what is urgent waits behind it.
constexpr auto unsent_bytes_max = 1 << 20;

} // namespace

struct stream::waits {
  std::shared_ptr<asio::io_context> context; // outlives the next two
  asio::posix::stream_descriptor descriptor;
  asio::steady_timer deadline;
  bool is_finishing = false;

  waits(const std::shared_ptr<asio::io_context>& in, int fd)
      : context(in), descriptor(*in, fd), deadline(*in) {}
  /// The descriptor is the transport's.
  ~waits() { descriptor.release(); }
};

auto own_piece(std::string bytes) -> piece {
  auto owner = std::make_shared<const std::string>(std::move(bytes));
  const auto view = std::string_view{*owner};
  return {view, std::move(owner)};
}

stream::stream(io_thread& in, std::unique_ptr<transport> bytes, stream_settings settings)
    : in_(in), bytes_(std::move(bytes)), settings_(std::move(settings)) {
  ::setsockopt(bytes_->fd(), IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent_bytes_max, sizeof unsent_bytes_max);
}

stream::~stream() = default;

void stream::start(std::shared_ptr<stream_reader> reader) {
  in_.post([self = shared_from_this(), reader = std::move(reader)]() mutable {
    if (!self->ended_before_.empty()) return reader->ended(self->ended_before_, true);
    self->reader_ = std::move(reader);
    self->waits_ = std::make_unique<waits>(self->in_.context(), self->bytes_->fd());
    self->waits_->deadline.expires_after(self->settings_.handshake_within);
    self->waits_->deadline.async_wait([weak = self->weak_from_this()](const error_code& stopped) {
      const auto late = weak.lock();
      if (!stopped && late && !late->is_open_) late->end("no handshake in time", true);
    });
    self->shake_hands();
  });
}

void stream::shake_hands() {
  if (!waits_) return;
  const auto out = bytes_->shake_hands();
  if (out.status == io_status::done) {
    waits_->deadline.cancel();
    certificate_name_ = bytes_->certificate_name();
    heard_ = system_clock().monotonic().time_since_epoch().count();
    reader_->opened();
    const auto lock = std::lock_guard{mutex_};
    is_open_ = true;
    is_writing_ = true;
    write_later();
    return in_.post([self = shared_from_this()] { self->read(); });
  }
  if (out.status == io_status::closed || out.status == io_status::failed) return end(out.problem, false);
  const auto what = out.status == io_status::wants_read ? asio::posix::stream_descriptor::wait_read
                                                        : asio::posix::stream_descriptor::wait_write;
  waits_->descriptor.async_wait(what, [self = shared_from_this()](const error_code& failed) {
    if (!failed) self->shake_hands();
  });
}

void stream::read() {
  for (auto i = 0; i < reads_in_a_row; ++i)
    if (!read_once()) return;
  in_.post([self = shared_from_this()] { self->read(); });
}

/// Whether there may be more.
auto stream::read_once() -> bool {
  if (!waits_) return false;
  char unwanted[4096];
  const auto to = waits_->is_finishing ? read_room{unwanted, sizeof unwanted} : reader_->room();
  const iovec places[] = {{to.first, to.first_bytes}, {to.second, to.second_bytes}};
  const auto out = bytes_->receive(places, to.second_bytes == 0 ? 1 : 2);
  if (out.status == io_status::wants_read || out.status == io_status::wants_write) return wait_readable(), false;
  if (out.status != io_status::done) return end(out.problem, false), false;
  heard_ = system_clock().monotonic().time_since_epoch().count();
  if (waits_->is_finishing) return true;
  if (const auto taken = reader_->take(out.bytes); !taken) return end(taken.failure().what, true), false;
  if (!bytes_->is_two_way() || out.bytes == to.first_bytes + to.second_bytes) return true;
  return wait_readable(), false; // that was all there is
}

void stream::wait_readable() {
  if (!waits_) return; // its reader closed it
  waits_->descriptor.async_wait(asio::posix::stream_descriptor::wait_read,
                                [self = shared_from_this()](const error_code& failed) {
                                  if (!failed) self->read();
                                });
}

void stream::send(frame_pieces frame, send_as how) {
  auto size = std::size_t{0};
  for (const auto& p : frame) size += p.bytes.size();
  auto lock = std::unique_lock{mutex_};
  if (is_closed_ || !finishes_.empty()) return;
  const auto to = how == send_as::urgent ? queue_.begin() + static_cast<std::ptrdiff_t>(begun()) : queue_.end();
  queue_.insert(to, {std::move(frame), how});
  if (how != send_as::data) control_bytes_ += size;
  if (control_bytes_ > settings_.control_bytes_max) {
    lock.unlock();
    return close("it does not read: " + std::to_string(control_bytes_) + " bytes wait for it");
  }
  if (!is_open_ || std::exchange(is_writing_, true)) return;
  if (!bytes_->is_two_way()) return write_later();
  write(lock, writes_in_a_row);
}

/// Frames of which a part may have gone.
auto stream::begun() const -> std::size_t {
  const auto is_front_begun = !queue_.empty() && (queue_.front().at > 0 || queue_.front().offset > 0);
  return std::max<std::size_t>(gathered_, is_front_begun ? 1 : 0);
}

/// With is_writing_ set by whoever calls it; goes on with the socket or in the io thread where it stops.
void stream::write(std::unique_lock<std::mutex>& lock, int rounds) {
  for (; !queue_.empty() && !is_closed_ && rounds > 0; --rounds) {
    const auto out = write_once(lock);
    if (out.status == io_status::failed) return close(out.problem);
    if (out.status != io_status::done) return wait_writable();
  }
  if (is_ended_) return let_go();
  if (is_closed_) return;
  if (!queue_.empty()) return write_later();
  is_writing_ = false;
  if (!finishes_.empty()) in_.post([self = shared_from_this()] { self->half_close(); });
}

auto stream::write_once(std::unique_lock<std::mutex>& lock) -> io_outcome {
  iovec parts[gathered_max];
  auto count = 0;
  gathered_ = 0;
  for (const auto& q : queue_) {
    if (count == gathered_max) break;
    ++gathered_; // also if not all of it fits
    for (auto i = q.at; i < q.pieces.size() && count < gathered_max; ++i) {
      const auto bytes = q.pieces[i].bytes.substr(i == q.at ? q.offset : 0);
      if (bytes.empty()) continue;
      parts[count++] = {const_cast<char*>(bytes.data()), bytes.size()}; // only read
    }
  }
  lock.unlock();
  auto out = bytes_->send(parts, count);
  lock.lock();
  gathered_ = 0;
  if (out.status == io_status::done) advance(out.bytes);
  return out;
}

void stream::advance(std::size_t bytes) {
  while (!queue_.empty()) {
    auto& q = queue_.front();
    for (; q.at < q.pieces.size(); ++q.at, q.offset = 0) {
      const auto left = q.pieces[q.at].bytes.size() - q.offset;
      if (bytes < left) return void(q.offset += bytes);
      bytes -= left;
    }
    if (q.how != send_as::data)
      for (const auto& p : q.pieces) control_bytes_ -= p.bytes.size();
    queue_.pop_front();
  }
}

void stream::write_later() {
  in_.post([self = shared_from_this()] { self->write_in_thread(); });
}

void stream::write_in_thread() {
  auto lock = std::unique_lock{mutex_};
  write(lock, writes_in_a_row);
}

void stream::wait_writable() {
  in_.post([self = shared_from_this()] {
    if (!self->waits_) return;
    self->waits_->descriptor.async_wait(asio::posix::stream_descriptor::wait_write,
                                        [self](const error_code& failed) {
                                          if (!failed) self->write_in_thread();
                                        });
  });
}

void stream::finish(std::string why) {
  const auto lock = std::lock_guard{mutex_};
  if (is_closed_ || !finishes_.empty()) return;
  finishes_ = std::move(why);
  in_.post([self = shared_from_this()] { self->half_close(); });
}

/// When all has gone. The other side closes then; if this one did, what it has sent might not be read.
void stream::half_close() {
  if (!waits_) return;
  const auto lock = std::lock_guard{mutex_};
  waits_->is_finishing = true;
  waits_->deadline.expires_after(settings_.finish_within);
  waits_->deadline.async_wait([self = shared_from_this()](const error_code& stopped) {
    if (!stopped) self->end("it does not close", true);
  });
  if (queue_.empty()) bytes_->finish();
}

void stream::close(std::string why) {
  if (is_closed_.exchange(true)) return;
  in_.post([self = shared_from_this(), why = std::move(why)] { self->end(why, true); });
}

void stream::end(const std::string& why, bool is_own) {
  is_closed_ = true;
  if (!waits_) return void(ended_before_ = why); // it has not started, or has ended
  waits_.reset();
  ::shutdown(bytes_->fd(), SHUT_RDWR);
  auto lock = std::unique_lock{mutex_};
  is_ended_ = true;
  if (gathered_ == 0) let_go(); // else whoever is sending does
  const auto reason = finishes_.empty() ? why : finishes_;
  const auto was_finished = !finishes_.empty();
  lock.unlock();
  if (const auto reader = std::exchange(reader_, nullptr)) reader->ended(reason, is_own || was_finished);
}

void stream::let_go() {
  bytes_->close();
  queue_.clear();
  control_bytes_ = 0;
}

} // namespace weir::net
