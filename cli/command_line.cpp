#include "cli/command_line.hpp"

#include "cli/command.hpp"
#include "config/diagnostic.hpp"

#include <CLI/CLI.hpp>

#include <array>

namespace weir::cli {
namespace {

/// One line per sub-command, in the order of `weir --help`.
constexpr auto commands = std::array<declare_command, 28>{
    add_run, add_check, add_try, add_test, add_plan, add_reload, add_scale, add_drain, add_status, add_top, add_tap, add_trace, add_metrics, add_members,
    add_console, add_logs, add_log_level, add_pause, add_resume, add_retry, add_restart, add_buffer, add_cat, add_replay,
    add_certs, add_complete, add_help, add_version,
};

constexpr auto footer = "\nExamples:\n"
                        "  weir run config/quickstart.yaml      collect this machine's logs\n"
                        "  weir check config/quickstart.yaml    find all mistakes, start nothing\n"
                        "  weir try --parse nginx < access.log  show what becomes of lines\n"
                        "  weir plan config/quickstart.yaml     draw who sends to whom\n"
                        "  weir status                          what a running node does\n"
                        "  weir buffer ls /var/lib/weir/core    what a disk buffer holds\n"
                        "  echo hello | weir cat -t test        send a line by the forward protocol\n"
                        "  weir help sink file                  settings of one plug-in\n";

auto names_of_commands(const CLI::App& app) -> std::vector<std::string> {
  auto names = std::vector<std::string>{};
  for (const auto* sub : app.get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(sub->get_name());
  return names;
}

/// So that it is we who say what is wrong with them.
void allow_extras(CLI::App& app) {
  app.allow_extras();
  for (auto* sub : app.get_subcommands([](CLI::App*) { return true; })) allow_extras(*sub);
}

auto names_of_options(const CLI::App& app) -> std::vector<std::string> {
  auto names = std::vector<std::string>{};
  for (const auto* option : app.get_options()) {
    for (const auto& name : option->get_lnames()) names.push_back("--" + name);
    for (const auto& name : option->get_snames()) names.push_back("-" + name);
  }
  return names;
}

auto refuse(std::ostream& err, const std::string& what, const std::optional<std::string>& meant,
            const CLI::App& app) -> int {
  auto path = app.get_name();
  for (const auto* at = app.get_parent(); at != nullptr; at = at->get_parent())
    path = at->get_name() + ' ' + path;
  err << "weir: " << what << '\n';
  if (meant)
    err << "  hint: did you mean \"" << *meant << "\"?  `" << path << " --help` lists all\n";
  else
    err << "  hint: `" << path << " --help` lists what there is\n";
  return exit_misuse;
}

/// Words that no option or argument took; 0 if there are none.
auto refuse_extras(const CLI::App& app, std::ostream& err) -> int {
  const auto extras = app.remaining(false);
  if (extras.empty()) return exit_done;
  const auto names = names_of_commands(app);
  if (!names.empty() && app.get_parent() != nullptr && app.get_subcommands().empty()
      && !extras.front().starts_with('-'))
    return refuse(err, "unknown command \"" + app.get_name() + ' ' + extras.front() + '"',
                  config::nearest(extras.front(), names), app);
  auto first =
      std::find_if(extras.begin(), extras.end(), [](const auto& word) { return word.starts_with('-'); });
  if (first == extras.end())
    return refuse(err, "unexpected word \"" + extras.front() + '"', std::nullopt, app);
  const auto name = first->substr(0, first->find('='));
  return refuse(err, "unknown option \"" + name + '"', config::nearest(name, names_of_options(app)), app);
}

/// The innermost sub-command on the line, or the command itself.
auto chosen_app(CLI::App& app) -> CLI::App& {
  const auto parsed = app.get_subcommands();
  return parsed.empty() ? app : chosen_app(*parsed.front());
}

auto parse(CLI::App& app, std::vector<std::string> words, session& s) -> int {
  std::reverse(words.begin(), words.end()); // CLI11 takes words from the back
  try {
    app.parse(std::move(words));
  } catch (const CLI::Success& asked_for) { // --help, --version
    return app.exit(asked_for, s.out, s.err);
  } catch (const CLI::ParseError& e) {
    auto& where = chosen_app(app);
    if (const auto status = refuse_extras(where, s.err)) return status;
    auto what = std::string{e.what()};
    if (e.get_name() == "RequiredError") what = "something is missing: " + what;
    return refuse(s.err, what, std::nullopt, where);
  }
  for (auto* part = &chosen_app(app); part != nullptr; part = part->get_parent())
    if (const auto status = refuse_extras(*part, s.err)) return status;
  if (s.chosen) return s.chosen();
  s.err << app.help();
  return exit_misuse;
}

} // namespace

auto run_command_line(const std::vector<std::string>& words, std::ostream& out, std::ostream& err) -> int {
  auto app =
      CLI::App{"Weir collects logs at their source and carries them to their stores, once each.", "weir"};
  auto s = session{out, err, {}};
  app.footer(footer);
  app.require_subcommand(0, 1);
  for (const auto declare : commands) declare(app, s);
  allow_extras(app);

  const auto arguments = std::vector<std::string>(words.begin() + (words.empty() ? 0 : 1), words.end());
  const auto names = names_of_commands(app);
  if (!arguments.empty() && !arguments.front().starts_with('-')
      && std::find(names.begin(), names.end(), arguments.front()) == names.end())
    return refuse(err, "unknown command \"" + arguments.front() + '"',
                  config::nearest(arguments.front(), names), app);
  return parse(app, arguments, s);
}

} // namespace weir::cli
