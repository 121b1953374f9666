#include "cli/command.hpp"
#include "cli/find_node.hpp"
#include "cli/top/picture.hpp"
#include "cli/top/plain.hpp"
#include "cli/top/terminal.hpp"
#include "cli/top/views.hpp"
#include "cli/top/watch.hpp"
#include "runtime/os/owned_fd.hpp"

#include <CLI/CLI.hpp>
#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <memory>
#include <ostream>
#include <variant>

namespace weir::cli {
namespace {

using namespace std::chrono_literals;

constexpr auto system_authorities = "/etc/ssl/certs/ca-certificates.crt";
constexpr auto escape_patience_ms = 50; // what comes with an escape comes at once

struct top_line {
  std::string where;
  std::string token;
  std::string authorities = system_authorities;
  std::uint64_t blocks = 0;
};

auto word_of_environment(const char* name) -> std::string {
  const auto* value = std::getenv(name);
  return value == nullptr ? std::string{} : value;
}

auto is_utf8_terminal() -> bool {
  for (const auto* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    auto value = word_of_environment(name);
    if (value.empty()) continue;
    std::transform(value.begin(), value.end(), value.begin(), [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
    return value.find("UTF-8") != std::string::npos || value.find("UTF8") != std::string::npos;
  }
  return false;
}

using found_source = std::variant<std::unique_ptr<figures_source>, int>;

auto refused(session& s, const std::string& why, int status) -> int { return s.err << "weir top: " << why << '\n', status; }

auto console_at(const top_line& line, session& s) -> found_source {
  auto url = parse_console_url(line.where);
  if (!url) return refused(s, url.failure().what, exit_misuse);
  if (!line.token.empty()) url->token = line.token;
  if (url->token.empty()) url->token = word_of_environment("WEIR_TOKEN");
  auto client = http_client::open(std::move(*url), line.authorities);
  if (!client) return refused(s, client.failure().what, exit_misuse);
  auto made = make_console_source(std::move(*client));
  if (const auto first = made->ask("graph"); !first) return refused(s, made->name() + ": " + first.failure().what, exit_failed);
  return made;
}

auto source_of(const top_line& line, session& s) -> found_source {
  if (line.where.find("://") != std::string::npos) return console_at(line, s);
  const auto found = find_node(line.where, "top", exit_failed, s);
  if (!found.node) return found.status;
  return make_socket_source(found.node->name, found.node->path);
}

/// The signals that end it, stop it for a while, or tell of another size.
class top_signals {
public:
  top_signals() {
    sigset_t taken;
    sigemptyset(&taken);
    for (const auto number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGWINCH, SIGTSTP, SIGCONT}) sigaddset(&taken, number);
    pthread_sigmask(SIG_BLOCK, &taken, nullptr);
    come_ = owned_fd{signalfd(-1, &taken, SFD_CLOEXEC | SFD_NONBLOCK)};
  }
  auto fd() const -> int { return come_.fd(); }
  /// 0: none has come.
  auto take() const -> int {
    auto info = signalfd_siginfo{};
    return ::read(fd(), &info, sizeof info) == sizeof info ? static_cast<int>(info.ssi_signo) : 0;
  }

private:
  owned_fd come_;
};

class top_loop {
public:
  top_loop(figures_watch& of, full_screen& on, const top_signals& signals) : of_(of), on_(on), signals_(signals), figures_(of.take()) {}

  auto run() -> int {
    while (!state_.is_over) {
      draw();
      wait();
    }
    return ended_by_;
  }

private:
  void draw() {
    auto made = draw_top(*figures_, state_, signs_, on_.size());
    rows_ = std::move(made.rows);
    on_.show(made.lines, has_colours_);
    if (state_.view != top_view::tap) of_.tap({});
    else if (!state_.is_typing) of_.tap({component_of_row(*figures_, state_.tapped), state_.look().filter, state_.is_held});
  }
  void wait() {
    pollfd waits[] = {{STDIN_FILENO, POLLIN, 0}, {signals_.fd(), POLLIN, 0}, {of_.fd(), POLLIN, 0}};
    const auto ready = ::poll(waits, 3, reader_.is_waiting() ? escape_patience_ms : -1);
    if (ready == 0) press(reader_.settle());
    if (waits[0].revents != 0) type(waits[0].revents);
    if (waits[1].revents != 0) obey(signals_.take());
    if (waits[2].revents != 0) figures_ = of_.take();
  }
  void type(short events) {
    const auto bytes = on_.read();
    if (bytes.empty() && (events & (POLLHUP | POLLERR)) != 0) state_.is_over = true; // the terminal is gone
    press(reader_.read(bytes));
  }
  void press(const std::vector<key>& keys) {
    for (const auto& k : keys) {
      state_.on(k, rows_);
      if (keys.size() > 1) rows_ = draw_top(*figures_, state_, signs_, on_.size()).rows;
    }
  }
  void obey(int number) {
    if (number == SIGWINCH) return on_.forget();
    if (number == SIGCONT) return on_.take_back();
    if (number == SIGTSTP) {
      on_.give_back();
      ::raise(SIGSTOP);
      return;
    }
    if (number != 0) state_.is_over = true;
    if (number != 0 && number != SIGINT) ended_by_ = 128 + number;
  }

  figures_watch& of_;
  full_screen& on_;
  const top_signals& signals_;
  std::shared_ptr<const top_figures> figures_;
  top_state state_;
  rows_shown rows_;
  key_reader reader_;
  const top_signs signs_{is_utf8_terminal()};
  const bool has_colours_ = word_of_environment("NO_COLOR").empty();
  int ended_by_ = exit_done;
};

auto print_blocks(std::unique_ptr<figures_source> of, std::uint64_t most, session& s) -> int {
  auto watch = figures_watch{std::move(of)};
  for (std::uint64_t printed = 0; most == 0 || printed < most;) {
    auto waits = pollfd{watch.fd(), POLLIN, 0};
    if (::poll(&waits, 1, -1) <= 0) continue;
    s.out << (printed > 0 ? "\n" : "") << plain_block(*watch.take()) << std::flush;
    if (!s.out) return exit_failed;
    ++printed;
  }
  return exit_done;
}

auto show_top(const top_line& line, session& s) -> int {
  auto found = source_of(line, s);
  if (const auto* status = std::get_if<int>(&found)) return *status;
  auto source = std::move(std::get<std::unique_ptr<figures_source>>(found));
  const auto kind = word_of_environment("TERM");
  const auto is_able = ::isatty(STDIN_FILENO) == 1 && ::isatty(STDOUT_FILENO) == 1 && !kind.empty() && kind != "dumb";
  if (!is_able || line.blocks > 0) return print_blocks(std::move(source), line.blocks, s);
  const auto signals = top_signals{}; // before the thread, which has the mask as well
  auto watch = figures_watch{std::move(source)};
  auto screen = full_screen::take(STDIN_FILENO, STDOUT_FILENO);
  if (!screen) return refused(s, "this terminal cannot be taken over", exit_failed);
  return top_loop{watch, *screen, signals}.run();
}

} // namespace

void add_top(CLI::App& weir, session& s) {
  auto* sub = weir.add_subcommand("top", "Watch the whole system in a terminal: flow, actors, accounts, log, events");
  auto line = std::make_shared<top_line>();
  sub->add_option("where", line->where,
                  "A node of this machine, by its name or as CLUSTER.NODE, or the address of a console: http(s)://HOST:PORT; may be "
                  "left out if only one node runs here");
  sub->add_option("--token", line->token, "For an address: a token of that console; else WEIR_TOKEN, or #token= behind the address");
  sub->add_option("--ca", line->authorities, "For https: a PEM file of the authorities that are trusted")->capture_default_str();
  sub->add_option("-n,--number", line->blocks, "Print so many blocks of lines, a second apart, and end");
  sub->footer("\nExamples:\n"
              "  weir top\n"
              "  weir top edge-1\n"
              "  weir top https://core-1:7480 --token \"$TOKEN\"\n"
              "  weir top -n 1\n\n"
              "? lists the keys. Where stdout is no terminal, or TERM is dumb, it prints a block of lines each second. NO_COLOR is\n"
              "obeyed. The figures are those of all nodes that the asked one sees.\n"
              "Exit status: 0 done, 1 no such node or no answer, 2 wrong use, or several nodes run here and none was named.");
  sub->callback([line, &s] { s.chosen = [line, &s] { return show_top(*line, s); }; });
}

} // namespace weir::cli
