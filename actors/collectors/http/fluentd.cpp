#include "actors/collectors/http/fluentd.hpp"

#include "runtime/base/assert.hpp"
#include "runtime/parser/parser_settings.hpp"

#include <algorithm>

namespace weir {
namespace {

constexpr auto json_type = std::string_view{"application/json"};
constexpr auto msgpack_content_type = std::string_view{"application/msgpack"};
constexpr auto lines_type = std::string_view{"application/x-ndjson"};
constexpr auto form_type = std::string_view{"application/x-www-form-urlencoded"};
constexpr auto multipart_type = std::string_view{"multipart/form-data"};
constexpr auto form_words_max = std::size_t{64};

auto kind_of_body(const web_request& request) -> std::string {
  auto type = request.type();
  if (type == "application/x-msgpack" || type == "application/vnd.msgpack") return std::string{msgpack_content_type};
  if (type == "application/jsonl" || type == "application/x-jsonlines") return std::string{lines_type};
  return type.empty() ? std::string{json_type} : type;
}

auto is_known_type(std::string_view type) -> bool {
  return type == json_type || type == msgpack_content_type || type == lines_type || type == form_type || type == multipart_type;
}

auto parser_of_lines(const record_time_rules& rules, const clock& now) -> std::unique_ptr<line_parser> {
  auto settings = parser_settings{};
  settings.format = line_format::json;
  settings.time_key = rules.key;
  settings.keep_time_key = !rules.key.empty() && rules.keeps;
  auto made = make_parser(settings, now);
  WEIR_ASSERT(static_cast<bool>(made)); // settings of ours
  return std::move(*made);
}

auto too_many_events() -> web_answer {
  return web_problem(413, "more than " + std::to_string(web_events::events_max) + " events: send several requests");
}

} // namespace

fluentd_endpoint::fluentd_endpoint(const record_time_rules& rules, bool has_tag, const clock& now)
    : has_tag_(has_tag), times_(rules.key, rules.keeps, now), lines_(parser_of_lines(rules, now)) {}

auto tag_of_path(std::string_view path) -> std::string {
  constexpr auto tag_bytes_max = std::size_t{1024};
  auto tag = std::string{};
  while (!path.empty()) {
    const auto end = std::min(path.find('/'), path.size());
    if (end > 0) tag += (tag.empty() ? "" : ".") + std::string{path.substr(0, end)};
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  for (const auto c : tag)
    if (static_cast<unsigned char>(c) <= ' ') return {};
  return tag.size() > tag_bytes_max ? std::string{} : tag;
}

auto fluentd_endpoint::route(const web_request& request) const -> std::optional<web_route> {
  using enum web_route::kind;
  if (request.method != "POST" && request.method != "PUT") return web_route{answered, web_problem(405, "events come by POST")};
  if (!has_tag_ && tag_of_path(request.path).empty()) return web_route{answered, web_problem(404, "the path is the tag of the events: POST /web.access")};
  const auto type = kind_of_body(request);
  if (!is_known_type(type))
    return web_route{answered, web_problem(415, "wanted application/json, application/x-ndjson, application/msgpack or a form, not " + type)};
  if (const auto time = request.word("time"); !time.empty() && !time_of_number(time, time_unit::by_magnitude))
    return web_route{answered, web_problem(400, "\"time\" wants seconds since 1970")};
  return web_route{type == lines_type ? lines : whole};
}

auto fluentd_endpoint::take(const web_request& request, std::string_view body, web_events& out) -> web_answer {
  const auto type = kind_of_body(request);
  if (type == msgpack_content_type) return take_msgpack(request, body, out);
  if (type == json_type) return take_json(request, body, out);
  if (type == lines_type) {
    if (!take_lines(request, body, out)) return too_many_events();
    return answer_to_lines(out.size() - out.dropped_count(), out.dropped_count());
  }
  const auto words = type == form_type ? web_form_words(body, form_words_max)
                                       : multipart_words(body, web_parameter(request.field("content-type"), "boundary"));
  return words ? take_words(request, *words, out) : web_problem(400, "the form is malformed");
}

auto fluentd_endpoint::take_words(const web_request& request, const web_words& words, web_events& out) -> web_answer {
  if (const auto json = web_word(words, "json"); !json.empty()) return take_json(request, json, out);
  if (const auto packed = web_word(words, "msgpack"); !packed.empty()) return take_msgpack(request, packed, out);
  return web_problem(400, "the form has neither \"json\" nor \"msgpack\"; a JSON body wants Content-Type: application/json");
}

auto fluentd_endpoint::take_json(const web_request& request, std::string_view text, web_events& out) -> web_answer {
  value_.clear();
  if (const auto made = json_.append(text, value_); !made) return web_problem(400, made.failure().what);
  return take_msgpack(request, value_.view(), out);
}

auto fluentd_endpoint::take_msgpack(const web_request& request, std::string_view value, web_events& out) -> web_answer {
  const auto tag = tag_of_path(request.path);
  const auto time_of_all = time_of_number(request.word("time"), time_unit::by_magnitude);
  auto has_room = true;
  const auto is_well = for_each_map(value, [&](std::string_view record) {
    const auto timed = times_.take(record);
    return has_room = out.add(tag, timed.time_ns ? timed.time_ns : time_of_all, timed.record);
  });
  if (!has_room) return too_many_events();
  return is_well ? web_answer{} : web_problem(400, "wanted one record (a map) or a list of records");
}

auto fluentd_endpoint::take_lines(const web_request& request, std::string_view lines, web_events& out) -> bool {
  const auto tag = tag_of_path(request.path);
  const auto time_of_all = time_of_number(request.word("time"), time_unit::by_magnitude);
  auto has_room = true;
  for_each_line(lines, [&](std::string_view line) {
    record_.clear();
    auto write = msgpack_writer{record_};
    const auto mark = write.open();
    const auto parsed = lines_->parse(line, write);
    if (!parsed.ok()) return void(has_room = has_room && out.add_nothing("invalid line"));
    write.close_map(mark, parsed.fields);
    const auto time_ns = parsed.has_time ? std::optional{parsed.time_ns} : time_of_all;
    has_room = has_room && out.add(tag, time_ns, record_.view());
  });
  return has_room;
}

auto fluentd_endpoint::answer_to_lines(std::uint64_t events, std::uint64_t dropped) const -> web_answer {
  if (events == 0 && dropped > 0) return web_problem(400, "no line is a JSON object");
  return {200, "{\"events\":" + std::to_string(events) + ",\"dropped\":" + std::to_string(dropped) + "}\n"};
}

auto multipart_words(std::string_view body, std::string_view boundary) -> std::optional<web_words> {
  if (boundary.empty()) return std::nullopt;
  const auto mark = "--" + std::string{boundary};
  auto words = web_words{};
  auto at = body.find(mark);
  while (at != std::string_view::npos && words.size() < form_words_max) {
    body.remove_prefix(at + mark.size());
    if (body.starts_with("--")) return words;
    const auto head_end = body.find("\r\n\r\n");
    if (!body.starts_with("\r\n") || head_end == std::string_view::npos) return std::nullopt;
    const auto head = body.substr(0, body.find("\r\n", std::min(body.find("name="), head_end)));
    body.remove_prefix(head_end + 4);
    at = body.find("\r\n" + mark);
    if (at == std::string_view::npos) return std::nullopt;
    words.emplace_back(web_parameter(head, "name"), std::string{body.substr(0, at)});
    at += 2;
  }
  return std::nullopt;
}

} // namespace weir
