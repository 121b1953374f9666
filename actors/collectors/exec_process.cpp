#include "actors/collectors/exec_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <utility>

namespace weir {
namespace {

constexpr auto end_patience_ms = 2000;

struct exec_pipe {
  owned_fd reader, writer;
};

auto make_exec_pipe() -> result<exec_pipe> {
  int ends[2] = {-1, -1};
  if (::pipe2(ends, O_CLOEXEC) != 0) return error_from_errno("cannot make a pipe", errno);
  auto made = exec_pipe{owned_fd{ends[0]}, owned_fd{ends[1]}};
  ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
  return made;
}

/// A process begins with the signals as if nobody had changed them, and in a group of its own.
class spawn_plan {
public:
  spawn_plan(int out, int err) {
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&files, err, STDERR_FILENO);
    auto all = sigset_t{};
    auto none = sigset_t{};
    sigfillset(&all);
    sigemptyset(&none);
    posix_spawnattr_init(&how);
    posix_spawnattr_setsigdefault(&how, &all);
    posix_spawnattr_setsigmask(&how, &none);
    posix_spawnattr_setpgroup(&how, 0);
    posix_spawnattr_setflags(&how, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
  }
  spawn_plan(const spawn_plan&) = delete;
  auto operator=(const spawn_plan&) -> spawn_plan& = delete;
  ~spawn_plan() {
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&how);
  }

  posix_spawn_file_actions_t files;
  posix_spawnattr_t how;
};

} // namespace

auto exec_process::start(const std::vector<std::string>& command) -> result<exec_process> {
  WEIR_TRY(auto out, make_exec_pipe());
  WEIR_TRY(auto err, make_exec_pipe());
  auto words = std::vector<char*>{};
  for (const auto& word : command) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  auto plan = spawn_plan{out.writer.fd(), err.writer.fd()};
  auto made = exec_process{};
  const auto failed = ::posix_spawnp(&made.pid_, words.front(), &plan.files, &plan.how, words.data(), environ);
  if (failed != 0) {
    made.pid_ = -1;
    return error_from_errno("cannot start \"" + command.front() + '"', failed);
  }
  made.ended_ = owned_fd{static_cast<int>(::syscall(SYS_pidfd_open, made.pid_, 0))};
  made.pipes_ = {std::move(out.reader), std::move(err.reader)};
  return made;
}

exec_process::exec_process(exec_process&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), ended_(std::move(other.ended_)), pipes_(std::move(other.pipes_)) {}

auto exec_process::operator=(exec_process&& other) noexcept -> exec_process& {
  std::swap(pid_, other.pid_);
  std::swap(ended_, other.ended_);
  std::swap(pipes_, other.pipes_);
  return *this;
}

exec_process::~exec_process() {
  if (pid_ < 0) return;
  ::kill(-pid_, SIGTERM);
  auto end = pollfd{ended_.fd(), POLLIN, 0};
  ::poll(&end, 1, end_patience_ms);
  ::kill(-pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

auto exec_process::take_status() -> std::optional<int> {
  auto status = 0;
  if (pid_ < 0 || ::waitpid(pid_, &status, WNOHANG) != pid_) return std::nullopt;
  ::kill(-pid_, SIGKILL);
  pid_ = -1;
  return status;
}

auto exec_status_text(int status) -> std::string {
  if (WIFSIGNALED(status)) return "signal " + std::to_string(WTERMSIG(status));
  return "exit status " + std::to_string(WEXITSTATUS(status));
}

} // namespace weir
