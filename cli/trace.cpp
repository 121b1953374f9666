#include "cli/command.hpp"
#include "cli/tell/ask_running.hpp"

#include <CLI/CLI.hpp>

#include <filesystem>
#include <memory>
#include <ostream>

namespace weir::cli {
namespace {

struct trace_line {
  std::string place;
  std::string tag;
  std::string text;
  std::string since;
  std::uint64_t limit = 20;
  std::string via;
  bool json = false;
};

/// FILE:OFFSET, or the id of a chunk: sixteen hexadecimal digits and a number.
auto traced_question(const std::string& place) -> result<question> {
  const auto colon = place.rfind(':');
  const auto digits = colon == std::string::npos ? std::string{} : place.substr(colon + 1);
  const auto is_number = !digits.empty() && digits.find_first_not_of("0123456789") == std::string::npos;
  if (is_number && colon > 0)
    return question{"trace", {}, {{"file", std::filesystem::absolute(place.substr(0, colon)).lexically_normal().string()}, {"offset", digits}}};
  const auto mark = place.find_first_not_of("0123456789abcdef");
  if (mark == std::string::npos || mark == 0 || (place[mark] != '/' && place[mark] != '-'))
    return error{errc::malformed, "wants FILE:OFFSET, or a chunk as ORIGIN/SEQUENCE, not \"" + place + '"'};
  return question{"trace", {}, {{"chunk", place}}};
}

/// Of events by what they say.
auto finding_question(const trace_line& line) -> result<question> {
  if (line.tag.empty() && line.text.empty()) return error{errc::malformed, "wants FILE:OFFSET, a chunk as ORIGIN/SEQUENCE, --text or --tag"};
  auto wanted = question{"trace", {}, {{"limit", std::to_string(line.limit)}}};
  for (const auto& [name, value] : {std::pair{"tag", line.tag}, {"text", line.text}, {"since", line.since}})
    if (!value.empty()) wanted.words[name] = value;
  return wanted;
}

auto show_trace(const trace_line& line, session& s) -> int {
  const auto is_place = !line.place.empty();
  if (is_place && !(line.tag + line.text + line.since).empty())
    return s.err << "weir trace: a place names one event: --tag, --text and --since are for where none is known\n", exit_misuse;
  auto wanted = is_place ? traced_question(line.place) : finding_question(line);
  if (!wanted) return s.err << "weir trace: " << wanted.failure().what << '\n', exit_misuse;
  auto answer = ask_running({{}, line.via}, std::move(*wanted), "trace", s, line.json ? answer_form::json : answer_form::text);
  if (const auto* status = std::get_if<int>(&answer)) return *status;
  s.out << std::get<std::string>(answer);
  return exit_done;
}

} // namespace

void add_trace(CLI::App& weir, session& s) {
  auto* sub = weir.add_subcommand("trace", "Find out where an event is: read, buffered, stored, or a dead letter");
  auto line = std::make_shared<trace_line>();
  sub->add_option("place", line->place, "A file and a byte offset in it, FILE:OFFSET, or a chunk, ORIGIN/SEQUENCE");
  sub->add_option("--text", line->text, "Where no place is known: events that have this text in them, as it is");
  sub->add_option("--tag", line->tag, "The same by their tag: patterns as under match:, blanks between them");
  sub->add_option("--since", line->since, "Of these only those since then: how long ago, as 1h, or a time as 2026-11-22T15:04:05Z");
  sub->add_option("-n,--limit", line->limit, "So many at most, the newest; 100 is the most")->capture_default_str();
  sub->add_option("--via", line->via, "The node of this machine that asks all others; may be left out if only one runs here");
  sub->add_flag("--json", line->json, "One JSON object, for programs");
  sub->footer("\nExamples:\n"
              "  weir trace /var/log/nginx/access.log:120482\n"
              "  weir trace 0123456789abcdef/12 --json\n"
              "  weir trace --text 'order 4711' --tag 'shop.**' --since 1h\n\n"
              "It asks every node that can be reached what its collectors, buffers, stores and dead letters know of that place.\n"
              "weir buffer ls --chunks and dead letters name chunks. By text it looks into what sqlite sinks have stored, dead letters,\n"
              "disk buffers and the last 64 MiB of each file that is tailed, for about two seconds, and says what it did not look at.\n"
              "Exit status: 0 done, 1 no such node or no answer, 2 wrong use, or several nodes run here and none was named.");
  sub->callback([line, &s] { s.chosen = [line, &s] { return show_trace(*line, s); }; });
}

} // namespace weir::cli
