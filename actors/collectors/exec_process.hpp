/// A command that runs beside, in a process group of its own, with pipes behind what it prints.
#pragma once

#include "runtime/base/result.hpp"
#include "runtime/os/owned_fd.hpp"

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

namespace weir {

struct exec_pipes {
  owned_fd out; ///< neither blocks
  owned_fd err;
};

class exec_process {
public:
  /// The first word is looked for in PATH. Standard input is empty.
  static auto start(const std::vector<std::string>& command) -> result<exec_process>;

  exec_process(exec_process&& other) noexcept;
  auto operator=(exec_process&& other) noexcept -> exec_process&;
  /// Asks all of the group to end, and ends those that have not within two seconds.
  ~exec_process();

  auto pipes() -> exec_pipes& { return pipes_; }
  /// Polls readable when the process has ended.
  auto end_fd() const -> int { return ended_.fd(); }
  /// As waitpid() says it, once it has ended; then whoever is left of its group is ended, too.
  auto take_status() -> std::optional<int>;

private:
  exec_process() = default;

  pid_t pid_ = -1; ///< also its group; -1: there is none any more
  owned_fd ended_;
  exec_pipes pipes_;
};

/// "exit status 1", "signal 9".
auto exec_status_text(int status) -> std::string;

} // namespace weir
