/// Runs programs and weighs them: wall time, CPU time and peak memory as the kernel counts them.
#pragma once

#include "runtime/base/result.hpp"

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace weir::test {

struct usage {
  double wall_seconds = 0;
  double cpu_seconds = 0; ///< user and system, all threads
  std::uint64_t peak_bytes = 0;
};

/// A running child; killed if nobody waited for it.
class process {
public:
  /// stdout and stderr are appended to `log`. The child goes when the thread that started it goes.
  static auto start(const std::vector<std::string>& command, const std::string& log) -> result<process>;
  process(process&& other) noexcept;
  auto operator=(process&& other) noexcept -> process&;
  ~process();

  void signal(int number) const;
  auto id() const -> pid_t { return id_; }
  /// CPU seconds used so far.
  auto cpu_seconds() const -> double;
  /// Bytes resident now.
  auto resident_bytes() const -> std::uint64_t;
  /// Waits for the end. A status other than 0 is an error with the end of the log in it.
  auto wait() -> result<usage>;
  /// What waitpid(2) says of its end; nothing while it runs. Afterwards there is no process.
  auto poll_end() -> std::optional<int>;

private:
  process() = default;
  pid_t id_ = -1;
  std::chrono::steady_clock::time_point begun_;
  std::string name_;
  std::string log_;
};

/// Start and wait.
auto weigh(const std::vector<std::string>& command, const std::string& log) -> result<usage>;

/// Whole content; empty if it cannot be read.
auto read_file(const std::string& path) -> std::string;

/// Number of newlines; 0 if it cannot be read.
auto count_lines(const std::string& path) -> std::uint64_t;

} // namespace weir::test
