/// How a sub-command joins `weir`: a file with its add_x(), a declaration here, a line in command_line.cpp.
#pragma once

#include <functional>
#include <iosfwd>
#include <string>

namespace CLI {
class App;
}

namespace weir::cli {

/// What the shell is told.
inline constexpr int exit_done = 0;
inline constexpr int exit_failed = 1;
inline constexpr int exit_misuse = 2; ///< wrong use or configuration

/// One run of the command.
struct session {
  std::ostream& out;           ///< results
  std::ostream& err;           ///< all the rest
  std::function<int()> chosen; ///< what the sub-command on the line does; gives the exit status
};

/// Declares the sub-command with its options; its callback sets `chosen`. Both arguments outlive the run.
using declare_command = void (*)(CLI::App& weir, session& s);

/// "0.1.0".
auto version_text() -> std::string;

void add_run(CLI::App& weir, session& s);
void add_check(CLI::App& weir, session& s);
void add_try(CLI::App& weir, session& s);
void add_test(CLI::App& weir, session& s);
void add_plan(CLI::App& weir, session& s);
void add_top(CLI::App& weir, session& s);
void add_trace(CLI::App& weir, session& s);
void add_metrics(CLI::App& weir, session& s);
void add_members(CLI::App& weir, session& s);
void add_console(CLI::App& weir, session& s);
void add_logs(CLI::App& weir, session& s);
void add_tap(CLI::App& weir, session& s);
void add_log_level(CLI::App& weir, session& s);
void add_pause(CLI::App& weir, session& s);
void add_resume(CLI::App& weir, session& s);
void add_retry(CLI::App& weir, session& s);
void add_restart(CLI::App& weir, session& s);
void add_reload(CLI::App& weir, session& s);
void add_drain(CLI::App& weir, session& s);
void add_scale(CLI::App& weir, session& s);
void add_status(CLI::App& weir, session& s);
void add_buffer(CLI::App& weir, session& s);
void add_certs(CLI::App& weir, session& s);
void add_cat(CLI::App& weir, session& s);
void add_replay(CLI::App& weir, session& s);
void add_complete(CLI::App& weir, session& s);
void add_help(CLI::App& weir, session& s);
void add_version(CLI::App& weir, session& s);

} // namespace weir::cli
