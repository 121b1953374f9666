/// Runs the command line of weir in the test's own process.
#pragma once

#include "cli/command_line.hpp"

#include <sstream>
#include <string>
#include <vector>

namespace weir::test {

struct outcome {
  int status = 0;
  std::string out;
  std::string err;
};

/// `words`: what is typed behind "weir".
inline auto weir_command(std::vector<std::string> words) -> outcome {
  words.insert(words.begin(), "weir");
  auto out = std::ostringstream{};
  auto err = std::ostringstream{};
  const auto status = cli::run_command_line(words, out, err);
  return {status, out.str(), err.str()};
}

inline auto contains(const std::string& text, const std::string& part) -> bool {
  return text.find(part) != std::string::npos;
}

} // namespace weir::test
