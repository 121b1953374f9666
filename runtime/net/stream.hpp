/// A connected stream of bytes: what is sent is queued within a bound and gathered, what comes goes where its reader
/// says.
//
//  Who sends writes on its own thread as far as the socket takes it; the rest goes in the io thread. All reading is
//  done there. A stream ends once, by either side, by a reader's error or by close(): its reader is told why.
#pragma once

#include "runtime/base/units.hpp"
#include "runtime/net/io_thread.hpp"
#include "runtime/net/transport.hpp"
#include "runtime/os/clock.hpp"

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace weir::net {

/// Where the next bytes go: the second place takes what comes behind the first.
struct read_room {
  char* first = nullptr;
  std::size_t first_bytes = 0; ///< at least 1
  char* second = nullptr;
  std::size_t second_bytes = 0;
};

/// What the bytes mean. Called in the io thread only.
class stream_reader {
public:
  virtual ~stream_reader() = default;
  /// Valid until take().
  virtual auto room() -> read_room = 0;
  /// So many bytes have come. An error ends the stream.
  virtual auto take(std::size_t bytes) -> result<void> = 0;
  /// Both sides agree who they are: of encrypted streams after the handshake, of others at once.
  virtual void opened() {}
  /// The last call. `is_own`: this side closed it.
  virtual void ended(const std::string& why, bool is_own) = 0;
};

/// Bytes, and whoever keeps them.
struct piece {
  std::string_view bytes;
  std::shared_ptr<const void> owner;
};
auto own_piece(std::string bytes) -> piece;

/// Pieces that go one after the other with nothing in between.
using frame_pieces = std::vector<piece>;

enum class send_as {
  urgent,  ///< before what waits
  control, ///< in order; what waits is bounded by `control_bytes_max`
  data,    ///< in order; bounded by credit that the other side gave
};

struct stream_settings {
  std::string peer = {};                           ///< address of the other side, for people
  std::size_t control_bytes_max = std::size_t{80} << 20;
  duration handshake_within = std::chrono::seconds{10};
  duration finish_within = std::chrono::seconds{2};
};

class stream : public std::enable_shared_from_this<stream> {
public:
  stream(io_thread& in, std::unique_ptr<transport> bytes, stream_settings settings);
  ~stream();

  /// Once. The stream keeps its reader until it has ended.
  void start(std::shared_ptr<stream_reader> reader);
  /// Any thread. What does not fit ends the stream.
  void send(frame_pieces frame, send_as how);
  /// Any thread: ends it when what is queued has gone, or after a while.
  void finish(std::string why);
  /// Any thread: ends it now.
  void close(std::string why);

  auto peer() const -> const std::string& { return settings_.peer; }
  /// Of the other side's certificate, from opened() on; empty without TLS.
  auto certificate_name() const -> const std::string& { return certificate_name_; }
  /// The same. In the io thread.
  auto is_certified(const std::string& name) const -> bool { return bytes_->is_certified(name); }
  /// When bytes came last.
  auto heard() const -> monotonic_time { return monotonic_time{monotonic_time::duration{heard_.load()}}; }
  auto is_closed() const -> bool { return is_closed_.load(); }
  /// Any thread: of what was sent but as data, how much the other side has not taken yet.
  auto waiting_bytes() -> std::size_t {
    const auto lock = std::lock_guard{mutex_};
    return control_bytes_;
  }

private:
  struct waits;
  struct queued {
    frame_pieces pieces;
    send_as how;
    std::size_t at = 0;    ///< the piece that is being sent
    std::size_t offset = 0; ///< of it
  };
  void shake_hands();
  void read();
  auto read_once() -> bool;
  void wait_readable();
  auto begun() const -> std::size_t;
  void write(std::unique_lock<std::mutex>& lock, int rounds);
  auto write_once(std::unique_lock<std::mutex>& lock) -> io_outcome;
  void advance(std::size_t bytes);
  void wait_writable();
  void write_later();
  void write_in_thread();
  void half_close();
  void let_go();
  void end(const std::string& why, bool is_own);

  io_thread& in_;
  std::unique_ptr<transport> bytes_;
  const stream_settings settings_;
  std::unique_ptr<waits> waits_;           // of the io thread
  std::shared_ptr<stream_reader> reader_;  // the same
  std::string ended_before_; // it started; the same
  std::string certificate_name_;
  std::atomic<std::int64_t> heard_{0};
  std::atomic<bool> is_closed_{false};

  std::mutex mutex_;
  std::deque<queued> queue_;
  std::size_t gathered_ = 0;      // frames from its front that are being sent at this moment
  std::size_t control_bytes_ = 0; // in queue_
  bool is_open_ = false;          // the handshake is done
  bool is_writing_ = false;       // somebody is, or it waits for the socket
  bool is_ended_ = false;
  std::string finishes_;          // why it ends when all has gone
};

} // namespace weir::net
