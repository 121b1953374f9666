#include "actors/sinks/elasticsearch/index_template.hpp"

#include "runtime/codec/json_writer.hpp"

#include <algorithm>
#include <cctype>

namespace weir {
namespace {

/// Above those that an Elasticsearch comes with, which make data streams of logs-*-*; more for a pattern that says more.
auto priority_of(const index_template_wish& wish) -> std::string {
  const auto stars = static_cast<std::size_t>(std::count(wish.pattern.begin(), wish.pattern.end(), '*'));
  return std::to_string(200 + wish.pattern.size() - stars + wish.more);
}

auto quoted_json(std::string_view text) -> std::string {
  auto out = byte_buffer{};
  append_json_string(out, text);
  return std::string{out.view()};
}

//  number := ["-"] digits ["." digits] [("e" | "E") ["+" | "-"] digits], without a zero before other digits
auto is_json_number(std::string_view text) -> bool {
  const auto take_digits = [&] {
    const auto count = std::find_if_not(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c) != 0; }) - text.begin();
    text.remove_prefix(static_cast<std::size_t>(count));
    return count;
  };
  if (text.starts_with('-')) text.remove_prefix(1);
  const auto begins_with_zero = text.starts_with('0');
  const auto whole = take_digits();
  if (whole == 0 || (begins_with_zero && whole > 1)) return false;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    if (take_digits() == 0) return false;
  }
  if (text.starts_with('e') || text.starts_with('E')) {
    text.remove_prefix(text.size() > 1 && (text[1] == '+' || text[1] == '-') ? 2 : 1);
    if (take_digits() == 0) return false;
  }
  return text.empty();
}

auto json_of_scalar(const config::value& from) -> std::string {
  if (from.quoted) return quoted_json(from.scalar);
  if (from.scalar == "null" || from.scalar == "~" || from.scalar.empty()) return "null";
  if (from.scalar == "true" || from.scalar == "false" || is_json_number(from.scalar)) return from.scalar;
  return quoted_json(from.scalar);
}

auto sensible(const index_template_wish& wish) -> std::string {
  return std::string{R"({"mappings":{"date_detection":false,"properties":{"@timestamp":{"type":"date_nanos"},)"}
         + (wish.ecs ? R"("event":{"properties":{"dataset":{"type":"keyword"}}})" : R"("tag":{"type":"keyword"})") + "}}}";
}

} // namespace

auto json_of(const config::value& from) -> std::string {
  using kind = config::value::kind;
  if (from.type == kind::null) return "null";
  if (from.type == kind::scalar) return json_of_scalar(from);
  const auto is_map = from.type == kind::map;
  auto text = std::string{is_map ? "{" : "["};
  for (const auto& m : from.members) text += (text.size() > 1 ? "," : "") + quoted_json(m.key) + ':' + json_of(m.content);
  for (const auto& item : from.items) text += (text.size() > 1 ? "," : "") + json_of(item);
  return text + (is_map ? '}' : ']');
}

auto index_template_body(const config::value& written, const index_template_wish& wish) -> std::string {
  if (written.is_map() && written.find("index_patterns") != nullptr) return json_of(written);
  const auto content = written.is_map() ? json_of(written) : sensible(wish);
  return "{\"index_patterns\":[" + quoted_json(wish.pattern) + "],\"priority\":" + priority_of(wish)
         + (wish.is_data_stream ? ",\"data_stream\":{}" : "") + ",\"template\":" + content + '}';
}

} // namespace weir
