#include "cli/command.hpp"

#include <CLI/CLI.hpp>

#include <ostream>

namespace weir::cli {

auto version_text() -> std::string { return WEIR_VERSION; }

void add_version(CLI::App& weir, session& s) {
  weir.set_version_flag("--version", "weir " WEIR_VERSION);
  auto* sub = weir.add_subcommand("version", "Print the version");
  sub->footer("");
  sub->callback([&s] {
    s.chosen = [&s] {
      s.out << "weir " WEIR_VERSION "\n";
      return exit_done;
    };
  });
}

} // namespace weir::cli
