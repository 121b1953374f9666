/// The command line as a function, for main() and for tests.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

namespace weir::cli {

/// `words` as main() gets them, the program's name first. Gives the exit status.
auto run_command_line(const std::vector<std::string>& words, std::ostream& out, std::ostream& err) -> int;

} // namespace weir::cli
