#include "cli/tell/ask_node.hpp"

#include <algorithm>

namespace weir::cli {
namespace {

using namespace std::chrono_literals;

constexpr auto others_patience = 2s;

} // namespace

auto ask_node(const told_from& from, question what, const asker& by) -> result<std::string> {
  const auto other = what.word("node");
  what.words.erase("node");
  if (!other.empty()) what.words["alone"] = "yes"; // it asks no others
  if (other.empty() || other == from.name) return from.by.answer(what, by);
  const auto& topics = from.by.topics();
  const auto known = std::find_if(topics.begin(), topics.end(), [&](const topic& t) { return t.name == what.topic; });
  const auto kind = known == topics.end() ? told::contents : known->what;
  return from.here.command(other, {command_for(kind, what), {}, by.name}, others_patience);
}

} // namespace weir::cli
