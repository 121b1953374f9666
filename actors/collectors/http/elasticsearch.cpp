#include "actors/collectors/http/elasticsearch.hpp"

#include <algorithm>
#include <array>

namespace weir {
namespace {

/// Each is answered by a line of its own.
constexpr auto documents_max = std::size_t{100'000};
constexpr auto spoken_version = std::string_view{"8.13.0"};

auto elastic(web_answer answer) -> web_answer {
  answer.fields.emplace_back("X-Elastic-Product", "Elasticsearch");
  return answer;
}

auto greeting() -> web_answer {
  return elastic({200, "{\"name\":\"weir\",\"cluster_name\":\"weir\",\"cluster_uuid\":\"weir\",\"version\":{\"number\":\"" + std::string{spoken_version}
                           + "\",\"build_flavor\":\"default\",\"build_type\":\"deb\",\"lucene_version\":\"9.10.0\","
                             "\"minimum_wire_compatibility_version\":\"7.17.0\",\"minimum_index_compatibility_version\":\"7.0.0\"},"
                             "\"tagline\":\"You Know, for Search\"}"});
}

constexpr auto license_text = std::string_view{R"({"license":{"status":"active","uid":"weir","type":"basic","mode":"basic"}})"};
constexpr auto features_text = std::string_view{
    R"({"license":{"status":"active","uid":"weir","type":"basic","mode":"basic"},"features":{"ilm":{"available":true,"enabled":true},"security":{"available":true,"enabled":false}}})"};

/// What clients set up before they send is taken for there.
auto is_about_set_up(std::string_view path) -> bool {
  constexpr auto known = std::array<std::string_view, 9>{"/_template",         "/_index_template", "/_component_template", "/_ilm",        "/_ingest",
                                                         "/_data_stream",      "/_alias",          "/_cat/templates",      "/_slm"};
  return std::any_of(known.begin(), known.end(), [&](std::string_view k) { return path == k || (path.starts_with(k) && path[k.size()] == '/'); });
}

auto set_up_answer(const web_request& request) -> web_answer {
  if (request.method == "PUT" || request.method == "POST" || request.method == "DELETE") return elastic({200, "{\"acknowledged\":true}"});
  return elastic({200, "{}"});
}

auto is_bulk(std::string_view path) -> bool { return path == "/_bulk" || path.ends_with("/_bulk"); }

/// The index in /INDEX/_bulk, or in /INDEX/TYPE/_bulk of old clients; empty if there is none.
auto index_of_path(std::string_view path) -> std::string_view {
  path.remove_prefix(1);
  const auto end = path.find('/');
  return end == std::string_view::npos ? std::string_view{} : path.substr(0, end);
}

auto is_index_name(std::string_view name) -> bool {
  constexpr auto name_bytes_max = std::size_t{255};
  return !name.empty() && name.size() <= name_bytes_max && std::none_of(name.begin(), name.end(), [](char c) { return static_cast<unsigned char>(c) <= ' '; });
}

auto next_bulk_line(std::string_view& rest) -> std::string_view {
  const auto end = std::min(rest.find('\n'), rest.size());
  const auto line = web_trimmed(rest.substr(0, end));
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return line;
}

} // namespace

struct elasticsearch_endpoint::bulk_item {
  std::string operation;
  std::string index; ///< before: that of the path
  int status = 201;
  std::string type = {};
  std::string reason = {};
};

namespace {

auto text_of_item(std::string_view operation, std::string_view index, int status, std::string_view type, std::string_view reason) -> std::string {
  auto text = "{\"" + std::string{operation} + "\":{\"_index\":" + web_json_text(index) + ",\"status\":" + std::to_string(status);
  if (type.empty()) return text + ",\"_version\":1,\"result\":\"created\"}}";
  return text + ",\"error\":{\"type\":\"" + std::string{type} + "\",\"reason\":" + web_json_text(reason) + "}}}";
}

} // namespace

auto elasticsearch_endpoint::problem(int status, std::string_view why) const -> web_answer {
  const auto* const type = status == 401   ? "security_exception"
                           : status == 403 ? "security_exception"
                           : status == 429 ? "es_rejected_execution_exception"
                                           : "illegal_argument_exception";
  const auto cause = "{\"type\":\"" + std::string{type} + "\",\"reason\":" + web_json_text(why) + "}";
  return elastic({status, "{\"error\":{\"root_cause\":[" + cause + "],\"type\":\"" + type + "\",\"reason\":" + web_json_text(why)
                              + "},\"status\":" + std::to_string(status) + "}"});
}

auto elasticsearch_endpoint::route(const web_request& request) const -> std::optional<web_route> {
  using enum web_route::kind;
  if (is_bulk(request.path)) {
    if (request.method != "POST" && request.method != "PUT") return web_route{answered, problem(405, "_bulk wants POST")};
    return web_route{whole};
  }
  const auto asks = request.method == "GET" || request.method == "HEAD";
  if (request.path == "/" && asks) return web_route{answered, greeting()};
  if (request.path == "/_license" && asks) return web_route{answered, elastic({200, std::string{license_text}})};
  if (request.path == "/_xpack" && asks) return web_route{answered, elastic({200, std::string{features_text}})};
  if (request.path.starts_with("/_cluster/health") && asks) return web_route{answered, elastic({200, R"({"status":"green","timed_out":false})"})};
  if (is_about_set_up(request.path)) return web_route{answered, set_up_answer(request)};
  return std::nullopt;
}

auto elasticsearch_endpoint::take(const web_request& request, std::string_view body, web_events& out) -> web_answer {
  auto items = std::string{};
  auto has_errors = false;
  for (auto count = std::size_t{0}; !body.empty();) {
    const auto action = next_bulk_line(body);
    if (action.empty()) continue;
    if (++count > documents_max) return problem(413, "more than " + std::to_string(documents_max) + " documents: send several requests");
    auto item = bulk_item{{}, std::string{index_of_path(request.path)}};
    if (!take_item(action, body, item, out)) return problem(400, "Malformed action/metadata line [" + std::to_string(count) + "]: " + item.reason);
    has_errors = has_errors || !item.type.empty();
    items += (items.empty() ? "" : ",") + text_of_item(item.operation, item.index, item.status, item.type, item.reason);
  }
  if (items.empty()) return problem(400, "request body is required");
  return elastic({200, std::string{"{\"took\":0,\"errors\":"} + (has_errors ? "true" : "false") + ",\"items\":[" + items + "]}"});
}

/// False: the action itself cannot be understood, and so nothing behind it.
auto elasticsearch_endpoint::take_item(std::string_view action, std::string_view& rest, bulk_item& item, web_events& out) -> bool {
  action_.clear();
  if (const auto made = json_.append(action, action_); !made) return item.reason = made.failure().what, false;
  auto read = msgpack_reader{action_.view()};
  auto count = std::uint32_t{0};
  auto operation = std::string_view{};
  auto metadata = std::string_view{};
  if (!read.map(count) || count != 1 || !read.str(operation) || !read.value(metadata)) return item.reason = "wanted one action", false;
  item.operation = operation;
  if (const auto index = text_field(metadata, "_index"); !index.empty()) item.index = index;
  if (operation == "delete") return take_document({}, item, out);
  if (operation == "index" || operation == "create" || operation == "update") return take_document(next_bulk_line(rest), item, out);
  return item.reason = "unknown action", false;
}

auto elasticsearch_endpoint::take_document(std::string_view document, bulk_item& item, web_events& out) -> bool {
  const auto refuse = [&](std::string_view type, std::string_view reason) {
    item.status = 400;
    item.type = type;
    item.reason = reason;
    return out.add_nothing("document refused");
  };
  if (item.operation == "delete" || item.operation == "update") return refuse("illegal_argument_exception", "only index and create are taken here");
  if (!is_index_name(item.index)) return refuse("invalid_index_name_exception", "an index is missing, or no name of one");
  document_.clear();
  if (const auto made = json_.append(document, document_); !made) return refuse("mapper_parsing_exception", made.failure().what);
  if (!is_msgpack_map(document_.view())) return refuse("mapper_parsing_exception", "the document is no object");
  const auto timed = times_.take(document_.view());
  return out.add(item.index, timed.time_ns, timed.record);
}

} // namespace weir
