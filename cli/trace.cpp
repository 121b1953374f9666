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

auto show_trace(const trace_line& line, session& s) -> int {
  auto wanted = traced_question(line.place);
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
  sub->add_option("place", line->place, "A file and a byte offset in it, FILE:OFFSET, or a chunk, ORIGIN/SEQUENCE")->required();
  sub->add_option("--via", line->via, "The node of this machine that asks all others; may be left out if only one runs here");
  sub->add_flag("--json", line->json, "One JSON object, for programs");
  sub->footer("\nExamples:\n"
              "  weir trace /var/log/nginx/access.log:120482\n"
              "  weir trace 0123456789abcdef/12 --json\n\n"
              "It asks every node that can be reached what its collectors, buffers, stores and dead letters know of that place.\n"
              "weir buffer ls --chunks and dead letters name chunks.\n"
              "Exit status: 0 done, 1 no such node or no answer, 2 wrong use, or several nodes run here and none was named.");
  sub->callback([line, &s] { s.chosen = [line, &s] { return show_trace(*line, s); }; });
}

} // namespace weir::cli
