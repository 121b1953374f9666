#include "tests/support/process.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <sstream>
#include <utility>

namespace weir::test {

namespace {

auto seconds_of(const timeval& time) -> double {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

/// Never returns.
[[noreturn]] void become(const std::vector<std::string>& command, const std::string& log) {
  const auto out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  const auto in = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::dup2(in, 0);
  ::dup2(out, 1);
  ::dup2(out, 2);
  auto arguments = std::vector<char*>{};
  for (const auto& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  ::execv(arguments[0], arguments.data());
  std::perror(arguments[0]);
  ::_exit(127);
}

auto tail_of(const std::string& text, std::size_t bytes) -> std::string {
  return text.size() <= bytes ? text : text.substr(text.size() - bytes);
}

} // namespace

auto process::start(const std::vector<std::string>& command, const std::string& log) -> result<process> {
  auto child = process{};
  child.name_ = command.front();
  child.log_ = log;
  child.begun_ = std::chrono::steady_clock::now();
  child.id_ = ::fork();
  if (child.id_ == 0) become(command, log);
  if (child.id_ < 0) return error_from_errno("cannot start " + command.front(), errno);
  return child;
}

process::process(process&& other) noexcept { *this = std::move(other); }

auto process::operator=(process&& other) noexcept -> process& {
  std::swap(id_, other.id_);
  std::swap(begun_, other.begun_);
  std::swap(name_, other.name_);
  std::swap(log_, other.log_);
  return *this;
}

process::~process() {
  if (id_ <= 0) return;
  ::kill(id_, SIGKILL);
  ::waitpid(id_, nullptr, 0);
}

void process::signal(int number) const {
  if (id_ > 0) ::kill(id_, number);
}

auto process::cpu_seconds() const -> double {
  // proc(5): fields 14 and 15 of stat are utime and stime in clock ticks; field 2 is in parentheses.
  const auto text = read_file("/proc/" + std::to_string(id_) + "/stat");
  auto fields = std::istringstream{text.substr(std::min(text.size(), text.rfind(')') + 1))};
  auto words = std::vector<std::string>{std::istream_iterator<std::string>{fields}, {}};
  if (words.size() < 13) return 0;
  return (std::stod(words[11]) + std::stod(words[12])) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

auto process::resident_bytes() const -> std::uint64_t {
  auto fields = std::istringstream{read_file("/proc/" + std::to_string(id_) + "/statm")};
  auto size = std::uint64_t{0};
  auto resident = std::uint64_t{0};
  fields >> size >> resident;
  return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

auto process::wait() -> result<usage> {
  auto status = 0;
  auto used = rusage{};
  if (::wait4(std::exchange(id_, -1), &status, 0, &used) < 0)
    return error_from_errno("cannot wait for " + name_, errno);
  const auto wall = std::chrono::duration<double>{std::chrono::steady_clock::now() - begun_};
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    const auto how = WIFEXITED(status) ? "status " + std::to_string(WEXITSTATUS(status))
                                       : "signal " + std::to_string(WTERMSIG(status));
    return error{errc::failed, name_ + " ended with " + how + ":\n" + tail_of(read_file(log_), 2000)};
  }
  return usage{wall.count(), seconds_of(used.ru_utime) + seconds_of(used.ru_stime),
               static_cast<std::uint64_t>(used.ru_maxrss) * 1024};
}

auto process::poll_end() -> std::optional<int> {
  auto status = 0;
  if (id_ <= 0 || ::waitpid(id_, &status, WNOHANG) != id_) return {};
  id_ = -1;
  return status;
}

auto weigh(const std::vector<std::string>& command, const std::string& log) -> result<usage> {
  WEIR_TRY(auto child, process::start(command, log));
  return child.wait();
}

auto read_file(const std::string& path) -> std::string {
  auto in = std::ifstream{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

auto count_lines(const std::string& path) -> std::uint64_t {
  const auto descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return 0;
  auto lines = std::uint64_t{0};
  auto block = std::array<char, 65536>{};
  for (ssize_t got = 0; (got = ::read(descriptor, block.data(), block.size())) > 0;)
    lines += static_cast<std::uint64_t>(std::count(block.data(), block.data() + got, '\n'));
  ::close(descriptor);
  return lines;
}

} // namespace weir::test
