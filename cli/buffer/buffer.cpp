#include "cli/buffer/account.hpp"
#include "cli/buffer/dump.hpp"
#include "cli/command.hpp"
#include "cli/figures.hpp"

#include <CLI/CLI.hpp>

#include <memory>
#include <ostream>

namespace weir::cli {
namespace {

struct ls_line {
  std::string path;
  bool json = false;
  bool chunks = false;
};

auto refuse(const error& why, session& s) -> int {
  s.err << "weir buffer: " << printable(why.what) << '\n';
  if (why.code == errc::not_found)
    s.err << "  hint: a buffer is the directory at `path` of an aggregator's `buffer`\n";
  return exit_failed;
}

auto list(const ls_line& line, session& s) -> int {
  const auto account = read_account(line.path, {false, line.chunks});
  if (!account) return refuse(account.failure(), s);
  s.out << (line.json ? buffer_json(*account) : buffer_text(*account));
  return exit_done;
}

auto verify(const ls_line& line, session& s) -> int {
  const auto account = read_account(line.path, {true, false});
  if (!account) return refuse(account.failure(), s);
  s.out << (line.json ? buffer_json(*account) : verdict_text(*account));
  return account->is_damaged() ? exit_failed : exit_done;
}

auto dump(const dump_options& line, const std::string& format, session& s) -> int {
  auto options = line;
  options.format = format == "msgpack" ? event_format::msgpack : event_format::json;
  if (const auto is_log = check_is_log(options.path); !is_log) return refuse(is_log.failure(), s);
  const auto done = dump_events(options, s.out);
  s.out.flush();
  if (!done) return refuse(done.failure(), s);
  if (done->damaged_records == 0) return exit_done;
  const auto is_one = done->damaged_records == 1;
  s.err << "weir buffer: " << count_text(done->damaged_records)
        << (is_one ? " damaged record was left out" : " damaged records were left out")
        << "; `weir buffer verify " << printable(options.path) << "` lists them\n";
  return exit_failed;
}

void add_ls(CLI::App& buffer, session& s) {
  auto* sub =
      buffer.add_subcommand("ls", "Segments, tags with counts, readers with what they have not settled");
  auto line = std::make_shared<ls_line>();
  sub->add_option("path", line->path, "Directory of the buffer")->required()->type_name("PATH");
  sub->add_flag("--chunks", line->chunks, "List every chunk, too");
  sub->add_flag("--json", line->json, "For programs");
  sub->callback([line, &s] { s.chosen = [line, &s] { return list(*line, s); }; });
}

void add_verify(CLI::App& buffer, session& s) {
  auto* sub = buffer.add_subcommand("verify", "Check every byte; exit status 1 if there is damage");
  auto line = std::make_shared<ls_line>();
  sub->add_option("path", line->path, "Directory of the buffer")->required()->type_name("PATH");
  sub->add_flag("--json", line->json, "For programs");
  sub->callback([line, &s] { s.chosen = [line, &s] { return verify(*line, s); }; });
}

void add_dump(CLI::App& buffer, session& s) {
  auto* sub = buffer.add_subcommand("dump", "Give the events back, on stdout");
  auto line = std::make_shared<dump_options>();
  auto format = std::make_shared<std::string>("json");
  sub->add_option("path", line->path, "Directory of the buffer")->required()->type_name("PATH");
  sub->add_option("--format", *format, "json (an event a line), or msgpack ([tag, time, record])")
      ->type_name("FORMAT")
      ->check(CLI::IsMember({"json", "msgpack"}))
      ->capture_default_str();
  sub->add_flag("--unsettled", line->unsettled, "Only events that some reader has not settled");
  sub->add_option("--reader", line->reader, "Only events that this reader has not settled")
      ->type_name("NAME");
  sub->callback([line, format, &s] { s.chosen = [line, format, &s] { return dump(*line, *format, s); }; });
}

} // namespace

void add_buffer(CLI::App& weir, session& s) {
  auto* sub = weir.add_subcommand("buffer", "Look into an aggregator's disk buffer; changes nothing");
  sub->require_subcommand(1);
  add_ls(*sub, s);
  add_verify(*sub, s);
  add_dump(*sub, s);
  sub->footer("\nExamples:\n"
              "  weir buffer ls /var/lib/weir/core\n"
              "  weir buffer verify /var/lib/weir/core && echo intact\n"
              "  weir buffer dump --unsettled /var/lib/weir/core | jq .message\n\n"
              "It may be in use meanwhile; then the figures are those of a moment ago.\n"
              "Exit status: 0 done, 1 damage or no buffer there, 2 wrong use.");
}

} // namespace weir::cli
