#include "cli/command.hpp"
#include "cli/help/reference.hpp"
#include "config/diagnostic.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <memory>
#include <ostream>

namespace weir::cli {
namespace {

struct help_line {
  std::string topic;
  std::string name;
  bool as_markdown = false;
  bool as_schema = false;
};

/// Breaks at spaces, so that every line but the first begins below the first.
auto wrapped(std::string_view text, std::size_t indent) -> std::string {
  const auto width = indent + 40 > 110 ? std::size_t{40} : 110 - indent;
  auto out = std::string{};
  while (text.size() > width) {
    auto end = text.rfind(' ', width);
    if (end == std::string_view::npos || end == 0) end = text.find(' ', width);
    if (end == std::string_view::npos) break;
    out += std::string{text.substr(0, end)} + '\n' + std::string(indent, ' ');
    text.remove_prefix(end + 1);
  }
  return out + std::string{text};
}

auto table(const std::vector<config::field_info>& fields) -> std::string {
  const auto rows = flatten(fields);
  if (rows.empty()) return "  no settings\n";
  auto key = std::string_view{"KEY"}.size();
  auto type = std::string_view{"TYPE"}.size();
  auto initial = std::string_view{"DEFAULT"}.size();
  for (const auto& f : rows) {
    key = std::max(key, f.key.size());
    type = std::max(type, f.type.size());
    initial = std::max(initial, default_of(f).size());
  }
  const auto pad = [](std::string text, std::size_t width) {
    text.resize(std::max(text.size(), width) + 2, ' ');
    return text;
  };
  auto text = "  " + pad("KEY", key) + pad("TYPE", type) + pad("DEFAULT", initial) + "WHAT\n";
  for (const auto& f : rows)
    text += "  " + pad(f.key, key) + pad(f.type, type) + pad(default_of(f), initial)
            + wrapped(f.help, key + type + initial + 8) + '\n';
  return text;
}

auto lack_of(const page& p) -> std::string {
  return p.lacks.empty() ? "" : "not in this build, for want of " + p.lacks;
}

void print_example(const page& p, std::ostream& out) {
  if (p.example.empty()) return;
  out << "\nExample:\n";
  for (auto text = std::string_view{p.example}; !text.empty();) {
    const auto end = std::min(text.find('\n'), text.size());
    out << (end == 0 ? "" : "  ") << text.substr(0, end) << '\n';
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

void print_page(const page& p, std::ostream& out) {
  out << p.kind << (p.name.empty() ? "" : " ") << p.name << ": "
      << (p.help.empty() ? help_of_kind(p.kind) : p.help) << "\n\n";
  if (!p.lacks.empty()) out << "It is " << lack_of(p) << ": install that, configure and build again.\n\n";
  if (p.kind != "parser") out << table(p.fields);
  const auto common = common_fields_of(p.kind);
  if (!common.empty())
    out << (p.kind == "parser" ? "" : "\n") << "Keys of every " << p.kind << ":\n" << table(common);
  print_example(p, out);
}

void print_list(const std::string& kind, std::ostream& out) {
  const auto pages = pages_of(kind);
  if (pages.size() == 1 && pages.front().name.empty()) return print_page(pages.front(), out);
  auto width = std::size_t{0};
  for (const auto& p : pages) width = std::max(width, p.name.size());
  out << kind << ": " << help_of_kind(kind) << "\n\n";
  for (const auto& p : pages)
    out << "  " << p.name << std::string(width + 2 - p.name.size(), ' ') << p.help << (p.lacks.empty() ? "" : " (" + lack_of(p) + ')')
        << '\n';
  out << "\n`weir help " << kind << " NAME` lists the settings of one.\n";
}

auto refuse(session& s, const std::string& what, const std::string& word,
            const std::vector<std::string>& known) -> int {
  s.err << "weir: " << what << " \"" << word << "\"\n";
  if (const auto meant = config::nearest(word, known))
    s.err << "  hint: did you mean \"" << *meant << "\"?\n";
  else {
    s.err << "  hint: there are";
    for (const auto& name : known) s.err << ' ' << name;
    s.err << '\n';
  }
  return exit_misuse;
}

auto print_topic(const help_line& wanted, CLI::App& weir, session& s) -> int {
  auto topics = page_kinds();
  if (std::find(topics.begin(), topics.end(), wanted.topic) == topics.end()) {
    for (auto* command : weir.get_subcommands([](CLI::App*) { return true; })) {
      if (command->get_name() == wanted.topic) return s.out << command->help("weir"), exit_done;
      topics.push_back(command->get_name());
    }
    return refuse(s, "there is no help on", wanted.topic, topics);
  }
  if (wanted.name.empty()) return print_list(wanted.topic, s.out), exit_done;
  auto names = std::vector<std::string>{};
  for (const auto& p : pages_of(wanted.topic)) {
    if (p.name == wanted.name) return print_page(p, s.out), exit_done;
    names.push_back(p.name);
  }
  return refuse(s, "there is no " + wanted.topic, wanted.name, names);
}

auto print(const help_line& wanted, CLI::App& weir, session& s) -> int {
  if (wanted.as_markdown)
    s.out << reference_markdown();
  else if (wanted.as_schema)
    s.out << reference_schema();
  else if (wanted.topic.empty())
    s.out << weir.get_formatter()->make_help(&weir, weir.get_name(), CLI::AppFormatMode::Normal);
  else
    return print_topic(wanted, weir, s);
  return exit_done;
}

} // namespace

void add_help(CLI::App& weir, session& s) {
  auto* sub = weir.add_subcommand("help", "Explain a command, or the settings of a collector, sink, ...");
  auto wanted = std::make_shared<help_line>();
  sub->add_option("topic", wanted->topic,
                  "collector, parser, operator, aggregator, sink, dead_letters, retention, cluster, console, node or a command");
  sub->add_option("name", wanted->name, "Which one");
  sub->add_flag("--markdown", wanted->as_markdown, "All settings, as in docs/topology.md");
  sub->add_flag("--schema", wanted->as_schema, "JSON schema of a topology file, for editors");
  sub->footer(
      "\nExamples:\n  weir help sink\n  weir help sink file\n  weir help parser json\n  weir help plan");
  sub->callback([wanted, &weir, &s] { s.chosen = [wanted, &weir, &s] { return print(*wanted, weir, s); }; });
}

} // namespace weir::cli
