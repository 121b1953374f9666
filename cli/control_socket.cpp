#include "cli/control_socket.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>

namespace weir::cli {
namespace {

using namespace std::chrono_literals;
using steady = std::chrono::steady_clock;

constexpr auto request_bytes_max = std::size_t{128};
constexpr auto answer_bytes_max = std::size_t{64} << 20;
constexpr auto request_timeout = 1s;
constexpr auto answer_timeout = 3s;

class descriptor {
public:
  explicit descriptor(int fd) : fd_(fd) {}
  descriptor(descriptor&& other) noexcept : fd_(other.release()) {}
  ~descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  descriptor(const descriptor&) = delete;
  auto operator=(const descriptor&) -> descriptor& = delete;
  auto get() const -> int { return fd_; }
  auto release() -> int { return std::exchange(fd_, -1); }

private:
  int fd_;
};

auto address_of(const std::string& path) -> sockaddr_un {
  auto address = sockaddr_un{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), std::min(path.size(), sizeof address.sun_path - 1));
  return address;
}

auto generic(const sockaddr_un& address) -> const sockaddr* {
  return reinterpret_cast<const sockaddr*>(&address);
}

auto make_socket() -> int { return ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0); }

/// 0, or what connect() says.
auto connect_to(int fd, const std::string& path) -> int {
  const auto address = address_of(path);
  return ::connect(fd, generic(address), sizeof address) == 0 ? 0 : errno;
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
auto lock_parent(const std::string& path, int how) -> descriptor {
  auto lock = descriptor{::open(path.substr(0, path.rfind('/')).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (lock.get() >= 0 && ::flock(lock.get(), how) != 0) ::close(lock.release());
  return lock;
}

/// 0 if somebody serves it, or why not.
auto probe(const std::string& path) -> int {
  const auto fd = descriptor{make_socket()};
  const auto failed = connect_to(fd.get(), path);
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

} // namespace

auto control_socket::claim(const std::string& path) -> result<std::unique_ptr<control_socket>> {
  // Of two processes that find a stale socket, the second must not remove what the first put in its place.
  const auto lock = lock_parent(path, LOCK_EX);
  if (lock.get() < 0) return error_from_errno("cannot open the directory of " + path, errno);
  const auto stands = probe(path);
  if (stands == 0) return error{errc::rejected, "a running node serves " + path};
  if (stands == ECONNREFUSED) ::unlink(path.c_str());
  auto fd = descriptor{make_socket()};
  if (fd.get() < 0) return error_from_errno("cannot make a socket", errno);
  ::fchmod(fd.get(), 0600); // bind() gives the file this mode
  const auto address = address_of(path);
  if (::bind(fd.get(), generic(address), sizeof address) != 0 || ::listen(fd.get(), 16) != 0)
    return error_from_errno("cannot listen on " + path, errno);
  auto claimed = std::unique_ptr<control_socket>{new control_socket{fd.release(), path}};
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0) claimed->inode_ = status.st_ino;
  return claimed;
}

control_socket::~control_socket() {
  withdraw();
  ::close(fd_);
}

void control_socket::withdraw() {
  struct stat status {};
  if (inode_ != 0 && ::stat(path_.c_str(), &status) == 0 && status.st_ino == inode_) ::unlink(path_.c_str());
  inode_ = 0;
}

void control_socket::converse(int stop_fd,
                              const std::function<std::string(std::string_view request)>& answer) const {
  const auto client = descriptor{::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK)};
  if (client.get() < 0) return;
  const auto request =
      receive(client.get(), until::line_end, request_bytes_max, {stop_fd, steady::now() + request_timeout});
  if (!request) return;
  const auto text = answer(*request);
  send_all(client.get(), text, {stop_fd, steady::now() + answer_timeout});
}

auto is_served(const std::string& path) -> bool {
  if (const auto stands = probe(path); stands != ECONNREFUSED) return stands == 0;
  // A node that starts has it, while its socket is there already and does not listen yet.
  const auto lock = lock_parent(path, LOCK_EX | LOCK_NB);
  if (lock.get() >= 0 && probe(path) == ECONNREFUSED) ::unlink(path.c_str());
  return false;
}

auto ask(const std::string& path, std::string_view request, std::chrono::milliseconds timeout)
    -> result<std::string> {
  const auto p = patience{-1, steady::now() + timeout};
  const auto fd = descriptor{make_socket()};
  if (const auto failed = connect_to(fd.get(), path); failed != 0)
    return error_from_errno("cannot connect to " + path, failed);
  if (!send_all(fd.get(), std::string{request} + '\n', p))
    return error_from_errno("cannot ask " + path, errno);
  auto answer = receive(fd.get(), until::closed, answer_bytes_max, p);
  if (answer && !answer->empty()) return std::move(*answer);
  return error{errc::unavailable, "no answer at " + path + " within " + std::to_string(timeout / 1s) + " s"};
}

} // namespace weir::cli
