/// The unix socket at which a running node tells what it does: one line asks, the answer ends the connection.
#pragma once

#include "runtime/base/result.hpp"
#include "runtime/os/owned_fd.hpp"

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace weir::cli {

class control_socket {
public:
  /// Listens at `path`, mode 0600; a socket there that nobody serves is replaced. errc::rejected: somebody
  /// serves it.
  static auto claim(const std::string& path) -> result<std::unique_ptr<control_socket>>;
  ~control_socket();
  control_socket(const control_socket&) = delete;
  auto operator=(const control_socket&) -> control_socket& = delete;

  auto fd() const -> int { return socket_.fd(); }
  auto path() const -> const std::string& { return path_; }
  /// Takes one client, reads its line, sends what `answer` returns; `by` says who asks: uid 0, pid 4711. A client that is slow for some seconds
  /// is left; so is any as soon as `stop_fd` is readable.
  void converse(int stop_fd, const std::function<std::string(std::string_view request, const std::string& by)>& answer) const;
  /// Removes the socket from its directory.
  void withdraw();

private:
  control_socket(owned_fd listening, std::string path) : socket_(std::move(listening)), path_(std::move(path)) {}

  owned_fd socket_;
  std::string path_;
  ino_t inode_ = 0;
};

/// Whether a process serves the socket; if nobody does, the file is removed.
auto is_served(const std::string& path) -> bool;

/// The answer of the node at `path`.
auto ask(const std::string& path, std::string_view request, std::chrono::milliseconds timeout)
    -> result<std::string>;

/// The first line of an answer, which is then without it.
auto take_line(std::string& answer) -> std::string;

} // namespace weir::cli
