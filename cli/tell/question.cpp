#include "cli/tell/question.hpp"

#include "cli/console/http_text.hpp"

#include <charconv>

namespace weir::cli {

auto question::number(const std::string& name, std::uint64_t otherwise) const -> result<std::uint64_t> {
  const auto text = word(name);
  if (text.empty()) return otherwise;
  auto value = std::uint64_t{0};
  const auto* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value);
  if (read.ec == std::errc{} && read.ptr == end) return value;
  return error{errc::malformed, '"' + name + "\" wants a whole number, not \"" + text + '"'};
}

auto question::yes_or_no(const std::string& name) const -> result<bool> {
  const auto text = word(name);
  if (text.empty() || text == "no" || text == "yes") return text == "yes";
  return error{errc::malformed, '"' + name + "\" wants yes or no, not \"" + text + '"'};
}

auto parse_question(std::string_view line) -> result<question> {
  auto read = http_request{};
  if (!split_target('/' + std::string{line}, read)) return error{errc::malformed, "the question is not well-formed"};
  const auto topic = read.path.substr(1);
  const auto slash = std::min(topic.find('/'), topic.size());
  return question{topic.substr(0, slash), topic.substr(std::min(slash + 1, topic.size())), std::move(read.query)};
}

auto to_text(const question& what) -> std::string {
  auto text = percent_encoded(what.topic) + (what.about.empty() ? "" : '/' + percent_encoded(what.about));
  auto mark = '?';
  for (const auto& [name, value] : what.words) {
    text += mark + percent_encoded(name) + '=' + percent_encoded(value);
    mark = '&';
  }
  return text;
}

} // namespace weir::cli
