#include "cli/command.hpp"
#include "cli/forward_client.hpp"
#include "cli/replay_file.hpp"
#include "cli/replay_sending.hpp"
#include "cli/text_table.hpp"
#include "runtime/net/address.hpp"

#include <CLI/CLI.hpp>

#include <csignal>
#include <map>
#include <memory>
#include <ostream>
#include <utility>

namespace weir::cli {
namespace {

struct replay_line {
  std::vector<std::string> paths;
  std::string to = "127.0.0.1:24224";
  bool dry_run = false;
  bool again = false;
};

auto target_of(const std::string& to) -> result<forward_target> {
  auto target = forward_target{};
  WEIR_TRY(target.at, parse_endpoint(to));
  return target;
}

/// How many of what the file holds, and how many of them were replayed before.
void print_content(const replay_file& file, const std::string& path, std::ostream& out) {
  auto counts = std::map<std::pair<std::string, std::string>, std::uint64_t>{}; // by tag and reason
  auto total = std::uint64_t{0};
  auto before = std::uint64_t{0};
  file.for_each([&](const result<dead_letter>& letter, bool is_done) {
    ++total;
    if (is_done) return void(++before);
    if (letter)
      ++counts[{letter->tag, letter->reason}];
    else
      ++counts[{"-", letter.failure().what}];
  });
  out << path << ": " << total << (total == 1 ? " dead letter" : " dead letters");
  if (before > 0) out << ", " << before << " of them replayed before";
  out << '\n';
  if (counts.empty()) return;
  auto table = text_table{{"  TAG", "REASON", "COUNT"}};
  for (const auto& [what, count] : counts)
    table.add_row({"  " + what.first, what.second, std::to_string(count)});
  out << table.text();
}

auto replay_one(const replay_line& line, const std::string& path, replay_counts& counts, session& s)
    -> result<void> {
  WEIR_TRY(auto file, replay_file::open(path, line.again));
  print_content(file, path, s.out);
  if (line.dry_run || !file.next()) return {};
  WEIR_TRY(const auto target, target_of(line.to));
  WEIR_TRY(auto client, forward_client::connect(target));
  return replay_rest(file, client, counts);
}

auto replay(const replay_line& line, session& s) -> int {
  if (const auto target = target_of(line.to); !target) {
    s.err << "weir: --to " << target.failure().what << '\n';
    return exit_misuse;
  }
  std::signal(SIGPIPE, SIG_IGN);
  auto counts = replay_counts{};
  auto has_failed = false;
  for (const auto& path : line.paths)
    if (const auto done = replay_one(line, path, counts, s); !done) {
      s.err << "weir replay: " << done.failure().what << '\n';
      has_failed = true;
    }
  if (line.dry_run) return has_failed ? exit_failed : exit_done;
  s.out << counts.sent << " sent and confirmed";
  if (counts.damaged > 0) s.out << ", " << counts.damaged << " too damaged to be sent";
  s.out << '\n';
  return has_failed || counts.damaged > 0 ? exit_failed : exit_done;
}

} // namespace

void add_replay(CLI::App& weir, session& s) {
  auto* sub = weir.add_subcommand("replay", "Send the letters of dead-letter files through again");
  auto line = std::make_shared<replay_line>();
  sub->add_option("files", line->paths, "Dead-letter files")->required();
  sub->add_option("--to", line->to, "host:port, or unix:PATH, of a forward collector")->capture_default_str();
  sub->add_flag("--dry-run", line->dry_run, "Count what is in the files; send nothing");
  sub->add_flag("--again", line->again,
                "Also what was replayed before; a node that still knows it does not store it twice");
  sub->footer("\nExamples:\n"
              "  weir replay --dry-run weir-data/buffer/core/dead-letters/*.jsonl\n"
              "  weir replay weir-data/buffer/core/dead-letters/db.jsonl --to localhost:24224\n\n"
              "Events go as they were, raw lines as the field message, each under its tag. FILE.replayed "
              "remembers what\n"
              "has been confirmed, so that the command may be repeated; the file itself stays as it is.\n"
              "Exit status: 0 done, 1 not all letters were confirmed, 2 wrong use.");
  sub->callback([line, &s] { s.chosen = [line, &s] { return replay(*line, s); }; });
}

} // namespace weir::cli
