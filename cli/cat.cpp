#include "cli/command.hpp"
#include "cli/forward_client.hpp"
#include "runtime/event/entry.hpp"
#include "runtime/event/msgpack.hpp"
#include "runtime/os/clock.hpp"

#include <CLI/CLI.hpp>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <memory>
#include <ostream>

namespace weir::cli {
namespace {

constexpr auto batch_bytes = std::size_t{512} * 1024;
constexpr auto line_bytes_max = std::size_t{16} << 20;

struct cat_line {
  std::string tag = "stdin";
  std::string host = "127.0.0.1";
  std::uint16_t port = 24224;
};

/// Turns what stdin gives into events and sends them; one message is in flight at a time.
class line_sender {
public:
  line_sender(forward_client to, std::string tag) : to_(std::move(to)), tag_(std::move(tag)) {}

  /// Until the end of the input; the error says what stopped it.
  auto send_all(int fd) -> result<void> {
    while (true) {
      const auto size = ::read(fd, in_.tail(batch_bytes), batch_bytes);
      if (size < 0 && errno == EINTR) continue;
      if (size < 0) return error_from_errno("cannot read stdin", errno);
      if (size == 0) break;
      in_.advance(static_cast<std::size_t>(size));
      take_lines();
      if (in_.size() > line_bytes_max) return error{errc::limit, "a line is longer than 16MiB"};
      if (entries_.size() >= batch_bytes || !has_more(fd)) WEIR_CHECK(flush());
    }
    if (!in_.empty()) take(in_.view());
    return flush();
  }
  auto confirmed() const -> std::uint64_t { return confirmed_; }

private:
  /// Whether waiting a moment would not hold back what is there already.
  static auto has_more(int fd) -> bool {
    pollfd wait[] = {{fd, POLLIN, 0}};
    return ::poll(wait, 1, 0) > 0;
  }

  void take_lines() {
    auto rest = in_.view();
    for (auto end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
      take(rest.substr(0, end));
      rest.remove_prefix(end + 1);
    }
    auto kept = byte_buffer{};
    kept.append(rest);
    in_.swap(kept);
  }

  void take(std::string_view line) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    write_entry_head(entries_.tail(entry_head_bytes), system_clock().wall_ns());
    entries_.advance(entry_head_bytes);
    auto to = msgpack_writer{entries_};
    to.map(1);
    to.str("message");
    to.str(line);
    ++count_;
  }

  auto flush() -> result<void> {
    if (count_ == 0) return {};
    const auto chunk = make_forward_chunk_id();
    WEIR_CHECK(to_.send({tag_, entries_.view(), count_, chunk}));
    WEIR_CHECK(to_.await_ack(chunk));
    confirmed_ += std::exchange(count_, 0);
    entries_.clear();
    return {};
  }

  forward_client to_;
  std::string tag_;
  byte_buffer in_;
  byte_buffer entries_;
  std::uint64_t count_ = 0;
  std::uint64_t confirmed_ = 0;
};

auto send_lines(const cat_line& line, session& s) -> int {
  std::signal(SIGPIPE, SIG_IGN);
  auto target = forward_target{};
  target.at.at = {line.host, line.port};
  auto client = forward_client::connect(target);
  if (!client) {
    s.err << "weir cat: " << client.failure().what << '\n';
    return exit_failed;
  }
  auto sender = line_sender{std::move(*client), line.tag};
  const auto done = sender.send_all(STDIN_FILENO);
  if (done) return exit_done;
  s.err << "weir cat: " << done.failure().what << "; " << sender.confirmed() << " lines were confirmed\n";
  return exit_failed;
}

} // namespace

void add_cat(CLI::App& weir, session& s) {
  auto* sub = weir.add_subcommand("cat", "Send the lines of stdin by the forward protocol");
  auto line = std::make_shared<cat_line>();
  sub->add_option("-t,--tag", line->tag, "Tag of the events")->capture_default_str();
  sub->add_option("-H,--host", line->host, "Host, or unix:PATH, of a forward collector")
      ->capture_default_str();
  sub->add_option("-p,--port", line->port, "Its port, 1 to 65535")
      ->type_name("PORT")
      ->check(CLI::Range(1, 65535))
      ->capture_default_str();
  sub->footer(
      "\nExamples:\n"
      "  echo hello | weir cat -t test\n"
      "  journalctl -f -o json | weir cat -t journal -H logs.example -p 24224\n\n"
      "Each line becomes an event with the field message. It ends when every line has been confirmed.\n"
      "Exit status: 0 done, 1 not all lines were confirmed, 2 wrong use.");
  sub->callback([line, &s] { s.chosen = [line, &s] { return send_lines(*line, s); }; });
}

} // namespace weir::cli
