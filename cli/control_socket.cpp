#include "cli/control_socket.hpp"

#include "cli/console_address.hpp"

#include "runtime/net/socket_address.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <optional>

namespace weir::cli {
namespace {

using namespace std::chrono_literals;
using steady = std::chrono::steady_clock;

constexpr auto request_bytes_max = std::size_t{4096};
constexpr auto answer_bytes_max = std::size_t{64} << 20;
constexpr auto request_timeout = 1s;
constexpr auto answer_timeout = 3s;

auto make_socket() -> owned_fd {
  return owned_fd{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
}

/// 0, or what connect() says.
auto connect_to(const owned_fd& socket, const std::string& path) -> int {
  const auto address = net::unix_address(path);
  return ::connect(socket.fd(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 ? 0 : errno;
}

/// One side of a conversation: what it waits for, how long at most, and what ends it early.
struct patience {
  int stop_fd = -1;
  steady::time_point until;

  auto wait(int fd, short events) const -> bool {
    pollfd waits[] = {{fd, events, 0}, {stop_fd, POLLIN, 0}};
    const auto left = (until - steady::now()) / 1ms;
    if (left <= 0) return false;
    const auto ready = ::poll(waits, 2, static_cast<int>(left));
    return (ready > 0 && waits[1].revents == 0) || (ready < 0 && errno == EINTR);
  }
};

auto send_all(int fd, std::string_view text, const patience& p) -> bool {
  while (!text.empty()) {
    const auto sent = ::send(fd, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent >= 0)
      text.remove_prefix(static_cast<std::size_t>(sent));
    else if ((errno != EAGAIN && errno != EINTR) || !p.wait(fd, POLLOUT))
      return false;
  }
  return true;
}

/// Whoever has it may make or remove sockets there. Given up when it is closed.
auto lock_parent(const std::string& path, int how) -> owned_fd {
  auto lock = owned_fd{::open(path.substr(0, path.rfind('/')).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (lock.is_open() && ::flock(lock.fd(), how) != 0) lock = owned_fd{};
  return lock;
}

/// 0 if somebody serves it, or why not.
auto probe(const std::string& path) -> int {
  const auto failed = connect_to(make_socket(), path);
  return failed == EAGAIN ? 0 : failed; // EAGAIN: many wait for it
}

enum class until { line_end, closed };

auto receive(int fd, until end, std::size_t bytes_max, const patience& p) -> std::optional<std::string> {
  auto text = std::string{};
  while (text.size() <= bytes_max) {
    char block[16384];
    const auto size = ::recv(fd, block, sizeof block, 0);
    if (size == 0) return end == until::closed ? std::optional{text} : std::nullopt;
    if (size < 0) {
      if ((errno != EAGAIN && errno != EINTR) || !p.wait(fd, POLLIN)) return std::nullopt;
      continue;
    }
    text.append(block, static_cast<std::size_t>(size));
    const auto line = text.find('\n');
    if (end == until::line_end && line != std::string::npos) return text.substr(0, line);
  }
  return std::nullopt;
}

/// As the system knows it.
auto peer_of(int fd) -> std::string {
  auto who = ucred{};
  auto size = socklen_t{sizeof who};
  if (::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &size) != 0) return "somebody unknown";
  return "uid " + std::to_string(who.uid) + ", pid " + std::to_string(who.pid);
}

} // namespace

auto control_socket::claim(const std::string& path) -> result<std::unique_ptr<control_socket>> {
  // Of two processes that find a stale socket, the second must not remove what the first put in its place.
  const auto lock = lock_parent(path, LOCK_EX);
  if (!lock.is_open()) return error_from_errno("cannot open the directory of " + path, errno);
  const auto stands = probe(path);
  if (stands == 0) return error{errc::rejected, "a running node serves " + path};
  if (stands == ECONNREFUSED) ::unlink(path.c_str());
  auto socket = make_socket();
  if (!socket.is_open()) return error_from_errno("cannot make a socket", errno);
  ::fchmod(socket.fd(), 0600); // bind() gives the file this mode
  const auto address = net::unix_address(path);
  const auto* named = reinterpret_cast<const sockaddr*>(&address);
  if (::bind(socket.fd(), named, sizeof address) != 0 || ::listen(socket.fd(), 16) != 0)
    return error_from_errno("cannot listen on " + path, errno);
  auto claimed = std::unique_ptr<control_socket>{new control_socket{std::move(socket), path}};
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0) claimed->inode_ = status.st_ino;
  return claimed;
}

control_socket::~control_socket() { withdraw(); }

void control_socket::withdraw() {
  struct stat status {};
  if (inode_ != 0 && ::stat(path_.c_str(), &status) == 0 && status.st_ino == inode_) ::unlink(path_.c_str());
  inode_ = 0;
}

void control_socket::converse(int stop_fd,
                              const std::function<std::string(std::string_view request, const std::string& by)>& answer) const {
  const auto client = owned_fd{::accept4(fd(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK)};
  if (!client.is_open()) return;
  const auto request =
      receive(client.fd(), until::line_end, request_bytes_max, {stop_fd, steady::now() + request_timeout});
  if (!request) return;
  const auto text = answer(*request, peer_of(client.fd()));
  send_all(client.fd(), text, {stop_fd, steady::now() + answer_timeout});
}

auto is_served(const std::string& path) -> bool {
  if (const auto stands = probe(path); stands != ECONNREFUSED) return stands == 0;
  // A node that starts has it, while its socket is there already and does not listen yet.
  const auto lock = lock_parent(path, LOCK_EX | LOCK_NB);
  if (lock.is_open() && probe(path) == ECONNREFUSED) {
    ::unlink(path.c_str());
    ::unlink(console_note_of(path).c_str());
  }
  return false;
}

auto ask(const std::string& path, std::string_view request, std::chrono::milliseconds timeout)
    -> result<std::string> {
  const auto p = patience{-1, steady::now() + timeout};
  const auto socket = make_socket();
  if (const auto failed = connect_to(socket, path); failed != 0)
    return error_from_errno("cannot connect to " + path, failed);
  if (!send_all(socket.fd(), std::string{request} + '\n', p))
    return error_from_errno("cannot ask " + path, errno);
  auto answer = receive(socket.fd(), until::closed, answer_bytes_max, p);
  if (answer && !answer->empty()) return std::move(*answer);
  return error{errc::unavailable, "no answer at " + path + " within " + std::to_string(timeout / 1s) + " s"};
}

auto take_line(std::string& answer) -> std::string {
  const auto end = answer.find('\n');
  auto line = answer.substr(0, end);
  answer.erase(0, end == std::string::npos ? answer.size() : end + 1);
  return line;
}

} // namespace weir::cli
