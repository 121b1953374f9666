#include "actors/collectors/network/checks.hpp"
#include "actors/collectors/network/plain_source.hpp"
#include "actors/collectors/source.hpp"
#include "runtime/codec/piped_lines.hpp"
#include "runtime/event/msgpack.hpp"
#include "runtime/measure/observation.hpp"
#include "runtime/os/owned_fd.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

namespace weir {
namespace {

/// Another process that reads the same pipe would have got other lines.
constexpr auto fifo_stream = std::string_view{"!fifo"};
static_assert(fifo_stream.front() == local_stream_mark);
constexpr auto fifo_saved_bytes = std::size_t{256} * 1024;
constexpr auto fifo_look_pause = std::chrono::seconds{1};

/// Opened anew whenever the last writer has gone, and when another pipe is at its path.
class fifo_source final : public source {
public:
  static constexpr bool listens = true;
  struct settings {
    std::string path;
    std::string tag = "fifo";
    plain_framing framing = plain_framing::lf;
    byte_count max_message{1 << 20};
    std::string mode = "0600";
  };

  static auto tags(const settings& s) -> std::vector<tag_shape> { return {exact_tag(s.tag)}; }
  static auto claims(const settings& s, const plugin_context&) -> plugin_claims {
    return {.held = {{claim::kind::file, s.path, "path"}}};
  }

  fifo_source(const settings& s, const plugin_context& context)
      : settings_(s), clock_(*context.clock), once_(context.once), has_come_(!context.awaits_clients), lines_(stream_framing_of(s.framing), s.max_message.value) {}

  auto open(const resume_info& resume) -> result<void> override {
    for (const auto& known : resume.covered)
      if (known.stream == fifo_stream) before_ = known.end;
    if (::mkfifo(settings_.path.c_str(), socket_mode_of(settings_.mode)) != 0 && errno != EEXIST)
      return error_from_errno("cannot make the named pipe \"" + settings_.path + '"', errno);
    return open_pipe();
  }

  auto read(intake& out, std::size_t budget) -> result<read_status> override {
    look_at_ = clock_.monotonic() + fifo_look_pause;
    for (auto done = std::size_t{0}; done < budget;) {
      WEIR_TRY(const auto given, give_lines(out, budget - done));
      done += given;
      if (done >= budget) break;
      WEIR_TRY(const auto came, lines_.fill(pipe_.fd()));
      has_come_ = has_come_ || came == piped_lines::outcome::some;
      if (came == piped_lines::outcome::some) continue;
      if (came == piped_lines::outcome::none) return read_status::idle;
      WEIR_CHECK(on_end(out));
      return once_ && has_come_ ? read_status::finished : read_status::idle;
    }
    return budget > 0 ? read_status::more : read_status::idle;
  }

  auto wake_fd() const -> int override { return pipe_.fd(); }
  auto wake_at() const -> std::optional<monotonic_time> override { return look_at_; }
  auto summary() const -> std::string override { return settings_.path; }
  void observe(observation& to) const override {
    if (cut_ > 0) to.noted["message cut"] += cut_;
  }

private:
  auto open_pipe() -> result<void> {
    auto opened = owned_fd{::open(settings_.path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC)};
    if (!opened.is_open()) return error_from_errno("cannot open \"" + settings_.path + '"', errno);
    struct stat found {};
    if (::fstat(opened.fd(), &found) != 0 || !S_ISFIFO(found.st_mode))
      return error{errc::failed, "\"" + settings_.path + "\" is no named pipe"};
    // What was opened before is closed behind it: whoever begins to write in between has a reader.
    pipe_ = std::move(opened);
    inode_ = found.st_ino;
    return {};
  }

  auto give_lines(intake& out, std::size_t budget) -> result<std::size_t> {
    const auto begin = lines_.used();
    auto saved = begin;
    while (lines_.used() - begin < budget) {
      WEIR_TRY(const auto message, lines_.next());
      if (!message) break;
      give(*message, out);
      if (lines_.used() - saved >= fifo_saved_bytes) saved = cover(out);
    }
    cover(out);
    return static_cast<std::size_t>(lines_.used() - begin);
  }

  void give(const framed_message& message, intake& out) {
    attached_.clear();
    if (message.is_cut) {
      auto write = msgpack_writer{attached_};
      write.str("truncated");
      write.boolean(true);
      ++cut_;
    }
    out.attach(attached_.view(), message.is_cut ? 1 : 0);
    out.line(settings_.tag, clock_.wall_ns(), message.bytes);
  }

  auto cover(intake& out) -> std::uint64_t {
    const auto now = before_ + lines_.used();
    if (now > covered_) out.covered(fifo_stream, std::max(covered_, before_), now);
    covered_ = now;
    return lines_.used();
  }

  /// Nobody writes to it, or nobody has yet, or another pipe is at its path.
  auto on_end(intake& out) -> result<void> {
    if (const auto message = lines_.last()) give(*message, out);
    cover(out);
    return is_hung_up() || is_replaced() ? open_pipe() : result<void>{};
  }

  /// Somebody has written, or could have, and has gone.
  auto is_hung_up() const -> bool {
    auto state = pollfd{pipe_.fd(), POLLIN, 0};
    return ::poll(&state, 1, 0) > 0 && (state.revents & POLLHUP) != 0;
  }

  auto is_replaced() const -> bool {
    struct stat found {};
    return ::stat(settings_.path.c_str(), &found) == 0 && found.st_ino != inode_;
  }

  settings settings_;
  const class clock& clock_;
  bool once_;
  bool has_come_; ///< something, or nobody waits for it
  piped_lines lines_;
  owned_fd pipe_;
  ino_t inode_ = 0;
  monotonic_time look_at_{};
  byte_buffer attached_;
  std::uint64_t before_ = 0; ///< what earlier instances have handed on
  std::uint64_t covered_ = 0;
  std::uint64_t cut_ = 0;
};

template <class Visitor> void describe(Visitor& v, fifo_source::settings& s) {
  v.required("path", s.path, "The named pipe; it is made if it is not there.");
  v.field("tag", s.tag, "Tag of the events.");
  v.field("framing", s.framing, "How lines follow one another: each ends with LF (lf) or NUL (nul), or begins with its size and a blank (octets).");
  v.field("max_message", s.max_message, "Of a longer line the beginning is taken, and the record marked with truncated: true.");
  v.field("mode", s.mode, "Permissions of a pipe that is made, octal.");
}

void validate(const fifo_source::settings& s, config::settings_reader& reader) {
  if (s.path.empty()) reader.complain("path", "\"path\" is empty");
  if (s.tag.empty()) reader.complain("tag", "\"tag\" is empty");
  check_message_limit(s.max_message, reader);
  check_socket_mode(s.mode, reader, "mode");
}

const register_source<fifo_source> registered_fifo{"fifo", "Reads lines from a named pipe, whoever writes to it."};

} // namespace
} // namespace weir
