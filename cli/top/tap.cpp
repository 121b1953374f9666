#include "cli/top/tap.hpp"

#include "cli/json_document.hpp"
#include "runtime/base/utf8.hpp"
#include "runtime/codec/json_writer.hpp"

#include <algorithm>

namespace weir::cli {
namespace {

constexpr auto tag_mark = std::string_view{"tag:"};

/// The record of the line as it is there, or the beginning of one that is too large.
auto text_of_event(std::string_view line, json_place event) -> std::string {
  constexpr auto mark = std::string_view{",\"record\":"};
  const auto at = line.find(mark);
  auto text = at == std::string_view::npos ? event["text"].text() : std::string{line.substr(at + mark.size(), line.size() - at - mark.size() - 1)};
  text.resize(whole_characters(text, tap_text_bytes));
  return text;
}

void add_word(std::string& to, std::string_view word) { to += (to.empty() ? "" : " ") + std::string{word}; }

} // namespace

void top_tap::take(const tap_news& news) {
  counts.add(news.counts);
  note = news.is_absent ? "nothing of it runs on a node that is seen from here" : news.problems.empty() ? std::string{} : news.problems.front();
  for (const auto& line : news.events) {
    const auto read = json_document::read(line);
    if (!read) continue;
    const auto e = read->root();
    events.push_back({++taken_, e["time"].text(), e["tag"].text(), e["node"].text(), e["source"].text(), text_of_event(line, e)});
    if (events.size() > tap_events_kept) events.pop_front();
  }
}

auto question_of_tap(const tap_choice& what, const std::string& session) -> question {
  auto tags = std::string{};
  auto text = std::string{};
  for (auto rest = std::string_view{what.filter}; !rest.empty();) {
    const auto word = rest.substr(0, rest.find(' '));
    if (word.starts_with(tag_mark))
      add_word(tags, word.substr(tag_mark.size()));
    else if (!word.empty())
      add_word(text, word);
    rest.remove_prefix(std::min(word.size() + 1, rest.size()));
  }
  auto asked = question{"tap", {}, {{"session", session}, {"component", what.component}}};
  if (!tags.empty()) asked.words["tag"] = tags;
  if (!text.empty()) asked.words["where"] = text;
  return asked;
}

} // namespace weir::cli
