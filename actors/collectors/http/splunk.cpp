#include "actors/collectors/http/splunk.hpp"

#include <array>

namespace weir {
namespace {

constexpr auto collector_path = std::string_view{"/services/collector"};
constexpr auto splunk_tag = std::string_view{"splunk"};
constexpr auto metadata_names = std::array<std::string_view, 4>{"host", "source", "sourcetype", "index"};
/// Codes of its answers, as Splunk documents them.
constexpr auto code_success = 0;
constexpr auto code_no_token = 2;
constexpr auto code_wrong_token = 4;
constexpr auto code_no_data = 5;
constexpr auto code_invalid_data = 6;
constexpr auto code_busy = 9;
constexpr auto code_no_event = 12;
constexpr auto code_healthy = 17;

enum class splunk_call : std::uint8_t { none, event, raw, ack, health };

auto call_of(std::string_view path) -> splunk_call {
  if (!path.starts_with(collector_path)) return splunk_call::none;
  path.remove_prefix(collector_path.size());
  if (path.ends_with("/1.0")) path.remove_suffix(4);
  if (path.ends_with('/')) path.remove_suffix(1);
  if (path.empty() || path == "/event") return splunk_call::event;
  if (path == "/raw") return splunk_call::raw;
  if (path == "/ack") return splunk_call::ack;
  return path == "/health" ? splunk_call::health : splunk_call::none;
}

auto splunk_says(int status, int code, std::string_view text, std::string_view more = {}) -> web_answer {
  return {status, "{\"text\":" + web_json_text(text) + ",\"code\":" + std::to_string(code) + std::string{more} + "}"};
}

auto invalid_event(std::size_t number, int code, std::string_view text) -> web_answer {
  return splunk_says(400, code, text, ",\"invalid-event-number\":" + std::to_string(number));
}

auto tag_of_index(std::string_view index, std::string_view sourcetype) -> std::string_view {
  return !index.empty() ? index : !sourcetype.empty() ? sourcetype : splunk_tag;
}

} // namespace

auto splunk_endpoint::problem(int status, std::string_view why) const -> web_answer {
  if (status == 401) return splunk_says(401, code_no_token, "Token is required");
  if (status == 403) return splunk_says(403, code_wrong_token, "Invalid token");
  if (status == 429 || status == 503) return splunk_says(503, code_busy, "Server is busy");
  return splunk_says(status, code_invalid_data, why);
}

auto splunk_endpoint::route(const web_request& request) const -> std::optional<web_route> {
  using enum web_route::kind;
  const auto call = call_of(request.path);
  if (call == splunk_call::none) return std::nullopt;
  if (call == splunk_call::health) return web_route{answered, splunk_says(200, code_healthy, "HEC is healthy")};
  if (request.method != "POST") return web_route{answered, problem(405, "The requested URL was not found on this server.")};
  return web_route{whole};
}

auto splunk_endpoint::success(const web_request& request) -> web_answer {
  const auto has_channel = !request.field("x-splunk-request-channel").empty() || !request.word("channel").empty();
  return splunk_says(200, code_success, "Success", has_channel ? ",\"ackId\":" + std::to_string(next_ack_++) : std::string{});
}

auto splunk_endpoint::take(const web_request& request, std::string_view body, web_events& out) -> web_answer {
  switch (call_of(request.path)) {
  case splunk_call::ack: return take_ids(body);
  case splunk_call::raw: return take_raw(request, body, out);
  default: return take_events(request, body, out);
  }
}

auto splunk_endpoint::take_ids(std::string_view body) -> web_answer {
  envelope_.clear();
  if (const auto made = json_.append(body, envelope_); !made) return problem(400, "Invalid data format");
  auto ids = msgpack_reader{find_field(envelope_.view(), "acks")};
  auto count = std::uint32_t{0};
  if (!ids.array(count)) return problem(400, "Invalid data format");
  auto text = std::string{"{\"acks\":{"};
  for (auto id = std::int64_t{0}; count > 0 && ids.integer(id); --count)
    text += (text.back() == '{' ? "\"" : ",\"") + std::to_string(id) + "\":" + (id >= 0 && static_cast<std::uint64_t>(id) < next_ack_ ? "true" : "false");
  return {200, text + "}}"};
}

auto splunk_endpoint::take_events(const web_request& request, std::string_view body, web_events& out) -> web_answer {
  auto documents = json_sequence{body};
  for (auto number = std::size_t{0};; ++number) {
    const auto document = documents.next();
    if (!document) return invalid_event(number, code_invalid_data, "Invalid data format");
    if (document->empty()) break;
    envelope_.clear();
    if (!json_.append(*document, envelope_)) return invalid_event(number, code_invalid_data, "Invalid data format");
    const auto event = find_field(envelope_.view(), "event");
    if (event.empty() || msgpack_reader{event}.peek() == msgpack_type::nil) return invalid_event(number, code_no_event, "Event field is required");
    if (!add(request, envelope_.view(), out)) return problem(413, "too many events in one request");
  }
  return out.size() == 0 ? splunk_says(400, code_no_data, "No data") : success(request);
}

auto splunk_endpoint::add(const web_request& request, std::string_view envelope, web_events& out) -> bool {
  record_.clear();
  auto write = msgpack_writer{record_};
  const auto mark = write.open();
  auto count = std::uint32_t{0};
  for (const auto name : metadata_names) {
    const auto own = text_field(envelope, name);
    count += append_text_field(write, name, own.empty() ? request.word(name) : own);
  }
  count += append_fields_of(write, find_field(envelope, "fields"));
  // What the event says itself is behind, and counts.
  const auto event = find_field(envelope, "event");
  if (is_msgpack_map(event)) {
    count += append_fields_of(write, event);
  } else {
    write.str("message");
    write.raw(event);
    ++count;
  }
  write.close_map(mark, count);
  const auto time = find_field(envelope, "time");
  const auto own_index = text_field(envelope, "index");
  const auto own_type = text_field(envelope, "sourcetype");
  const auto tag = tag_of_index(own_index.empty() ? request.word("index") : own_index, own_type.empty() ? request.word("sourcetype") : own_type);
  return out.add(tag, time.empty() ? std::nullopt : times_.of(time), record_.view());
}

auto splunk_endpoint::take_raw(const web_request& request, std::string_view body, web_events& out) -> web_answer {
  auto has_room = true;
  for_each_line(body, [&](std::string_view line) {
    record_.clear();
    auto write = msgpack_writer{record_};
    const auto mark = write.open();
    auto count = append_text_field(write, "message", line);
    for (const auto name : metadata_names) count += append_text_field(write, name, request.word(name));
    write.close_map(mark, count);
    has_room = has_room && out.add(tag_of_index(request.word("index"), request.word("sourcetype")), std::nullopt, record_.view());
  });
  if (!has_room) return problem(413, "too many events in one request");
  return out.size() == 0 ? splunk_says(400, code_no_data, "No data") : success(request);
}

} // namespace weir
