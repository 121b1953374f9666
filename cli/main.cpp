#include "cli/command_line.hpp"

#include <iostream>

int main(int argc, char** argv) {
  return weir::cli::run_command_line({argv, argv + argc}, std::cout, std::cerr);
}
