#include "cli/tell/trace_finding.hpp"

#include "cli/tell/trace_ask.hpp"
#include "runtime/base/utf8.hpp"
#include "runtime/codec/json_writer.hpp"
#include "runtime/codec/text_value.hpp"

#include <optional>
#include <string_view>

namespace weir::cli {
namespace {

auto json_of_text(std::string_view text) -> std::string {
  auto json = byte_buffer{};
  append_json_string(json, text);
  return std::string{json.view()};
}

/// How many bytes of the line the values of a record are; nothing if one of them is not in it.
auto bytes_in_line(json_place record, std::string_view line) -> std::optional<std::size_t> {
  auto bytes = std::optional<std::size_t>{0};
  record.for_each_member([&](const std::string&, json_place value) {
    if (!bytes) return;
    auto said = value.text();
    const auto is_text = !said.empty();
    if (!is_text) said = value.shown();
    if (!is_text) std::erase(said, ','); // 12,345
    if (said.empty()) {
      const auto inside = bytes_in_line(value, line);
      bytes = inside ? std::optional{*bytes + *inside} : std::nullopt;
      return;
    }
    auto escaped = json_of_text(said);
    const auto is_there = line.find(said) != std::string_view::npos || line.find(escaped.substr(1, escaped.size() - 2)) != std::string_view::npos;
    const auto is_word = said == "yes" || said == "no"; // true and false
    bytes = is_there || is_word ? std::optional{*bytes + said.size()} : std::nullopt;
  });
  return bytes;
}

void write_finding(msgpack_writer& to, const trace_finding& f) {
  auto out = object{to};
  out.text("node", f.node);
  out.text("component", f.component);
  out.text("place", f.place);
  if (!f.tag.empty()) out.text("tag", f.tag);
  out.text("text", f.text);
  if (f.time_ns != 0) out.text("time", time_text(f.time_ns));
  if (f.time_ns != 0) out.key("time_ns").integer(f.time_ns);
  auto words = question{};
  if (f.is_traced()) write_target(words, f.target);
  for (const auto& [name, value] : words.words) out.text(name, value);
  write_hops(out, f.hops);
}

} // namespace

auto may_be_of_line(const std::string& record, const std::string& line) -> bool {
  if (record == line || record.find(json_of_text(line)) != std::string::npos) return true;
  const auto read = json_document::read(record);
  if (!read) return false;
  constexpr auto most = std::size_t{4}; // names and marks are not among the values
  const auto bytes = bytes_in_line(read->root(), line);
  return bytes && *bytes * most >= line.size();
}

auto finding_text(std::string_view text) -> std::string {
  auto valid = byte_buffer{};
  append_valid_text(valid, text.substr(0, whole_characters(text, finding_text_bytes)));
  return std::string{valid.view()};
}

void write_findings(msgpack_writer& to, const trace_findings& all) {
  auto out = object{to};
  auto& list = out.key("findings");
  list.array(static_cast<std::uint32_t>(all.all.size()));
  for (const auto& f : all.all) write_finding(list, f);
  write_texts(out, "limits", all.limits);
  out.key("more").boolean(all.has_more);
}

void read_findings(json_place from, trace_findings& to) {
  from["findings"].for_each([&](json_place one) {
    auto f = trace_finding{};
    f.node = one["node"].text();
    f.component = one["component"].text();
    f.place = one["place"].text();
    f.tag = one["tag"].text();
    f.text = one["text"].text();
    f.time_ns = one["time_ns"].integer();
    auto words = question{"trace", {}, {}};
    for (const auto* name : {"chunk", "source", "stream", "position"}) words.words[name] = one[name].text();
    if (auto target = read_target(words)) f.target = std::move(*target);
    one["hops"].for_each([&](json_place h) { f.hops.push_back(read_hop(h)); });
    to.all.push_back(std::move(f));
  });
  for (auto& limit : from["limits"].texts()) to.limits.push_back(std::move(limit));
  to.has_more = to.has_more || from["more"].is_true();
}

} // namespace weir::cli
