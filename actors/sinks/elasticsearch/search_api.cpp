#include "actors/sinks/elasticsearch/search_api.hpp"

#include "actors/sinks/elasticsearch/bulk_answer.hpp"
#include "runtime/codec/json_writer.hpp"

#include <simdjson.h>

#include <charconv>

namespace weir {
namespace {

using json_element = simdjson::dom::element;

constexpr auto json_type = std::string_view{"application/json"};
/// A search gives no more than 10,000 (index.max_result_window).
constexpr auto ids_at_once = std::size_t{5000};

auto string_at(const json_element& of, std::string_view key) -> std::string {
  auto text = std::string_view{};
  return of[key].get_string().get(text) == simdjson::SUCCESS ? std::string{text} : std::string{};
}

/// "8.13.4" is 8013.
auto version_number(std::string_view text) -> int {
  auto major = 0;
  auto minor = 0;
  const auto* end = text.data() + text.size();
  const auto first = std::from_chars(text.data(), end, major);
  if (first.ec != std::errc{} || first.ptr == end || *first.ptr != '.') return 0;
  return std::from_chars(first.ptr + 1, end, minor).ec == std::errc{} ? major * 1000 + minor : 0;
}

auto ids_query(const std::vector<std::string_view>& ids, std::size_t begin, std::size_t end) -> byte_buffer {
  auto body = byte_buffer{};
  body.append("{\"size\":" + std::to_string(end - begin)
              + ",\"_source\":false,\"sort\":[\"_doc\"],\"track_total_hits\":false,\"query\":{\"ids\":{\"values\":[");
  for (auto i = begin; i < end; ++i) {
    if (i > begin) body.push_back(',');
    append_json_string(body, ids[i]);
  }
  body.append("]}}}");
  return body;
}

/// A list of all indices is left whole, too: what one shard did not answer is not known.
auto add_hits(const std::string& body, std::set<std::string, std::less<>>& found) -> bool {
  auto parser = simdjson::dom::parser{};
  auto whole = json_element{};
  if (parser.parse(body).get(whole) != simdjson::SUCCESS) return false;
  auto failed = std::int64_t{-1};
  if (whole["_shards"]["failed"].get_int64().get(failed) != simdjson::SUCCESS || failed != 0) return false;
  auto hits = simdjson::dom::array{};
  if (whole["hits"]["hits"].get_array().get(hits) != simdjson::SUCCESS) return true; // filtered out: there are none
  for (const auto hit : hits) found.insert(string_at(hit, "_id"));
  return true;
}

} // namespace

auto refusal_text(const http_answer& answer, const std::string& endpoint, std::string_view what) -> std::string {
  const auto why = error_text_of(answer.body);
  if (answer.status == 401) return endpoint + " does not take the login (401): " + why;
  if (answer.status == 403) return endpoint + " does not let this login " + std::string{what} + " (403): " + why;
  return "cannot " + std::string{what} + ": " + endpoint + " answered " + std::to_string(answer.status) + ": " + why;
}

auto search_api::ask(http_request request, std::string_view what) -> result<http_answer> {
  request.endpoint = endpoint_;
  auto outcome = client_.send(request);
  if (auto* answer = std::get_if<http_answer>(&outcome)) return std::move(*answer);
  return error{errc::unavailable, "cannot " + std::string{what} + ": " + std::get<http_failure>(outcome).what};
}

auto search_api::ask_for_success(const http_request& request, std::string_view what) -> result<http_answer> {
  WEIR_TRY(auto answer, ask(request, what));
  if (answer.is_success()) return answer;
  return error{errc::unavailable, refusal_text(answer, client_.endpoint_name(answer.endpoint), what)};
}

auto search_api::exists(const std::string& path, std::string_view what) -> result<bool> {
  WEIR_TRY(auto answer, ask({.path = path}, what));
  if (answer.is_success()) return true;
  if (answer.status == 404) return false;
  return error{errc::unavailable, refusal_text(answer, client_.endpoint_name(answer.endpoint), what)};
}

auto search_api::greet() -> result<bool> {
  WEIR_TRY(auto answer, ask({}, "connect"));
  if (answer.status == 403) return false; // rights for data alone do
  if (!answer.is_success())
    return error{errc::unavailable, refusal_text(answer, client_.endpoint_name(answer.endpoint), "connect")};
  auto parser = simdjson::dom::parser{};
  auto whole = json_element{};
  auto version = json_element{};
  if (parser.parse(answer.body).get(whole) != simdjson::SUCCESS || whole["version"].get(version) != simdjson::SUCCESS)
    return error{errc::unavailable, client_.endpoint_name(answer.endpoint)
                                        + " is no Elasticsearch or OpenSearch: it answered " + error_text_of(answer.body)};
  return string_at(version, "distribution").empty() && version_number(string_at(version, "number")) >= 8013;
}

auto search_api::has_pipeline(const std::string& name) -> result<bool> {
  return exists("/_ingest/pipeline/" + percent_encoded_name(name), "look for the pipeline");
}

auto search_api::has_template(const std::string& name) -> result<bool> {
  return exists("/_index_template/" + percent_encoded_name(name), "look for the index template \"" + name + '"');
}

auto search_api::install_template(const std::string& name, const std::string& body) -> result<bool> {
  const auto what = "install the index template \"" + name + '"';
  const auto path = "/_index_template/" + percent_encoded_name(name);
  WEIR_TRY(auto answer, ask({.method = "PUT", .path = path, .body = body, .content_type = json_type}, what));
  if (answer.is_success()) return true;
  if (answer.status == 400 && answer.body.find("that have the same priority") != std::string::npos) return false;
  return error{errc::unavailable, refusal_text(answer, client_.endpoint_name(answer.endpoint), what)};
}

auto search_api::has_data_stream(const std::string& name) -> result<bool> {
  return exists("/_data_stream/" + percent_encoded_name(name), "look for the data stream \"" + name + '"');
}

auto search_api::create_data_stream(const std::string& name) -> result<void> {
  const auto what = "make the data stream \"" + name + '"';
  WEIR_TRY(auto answer, ask({.method = "PUT", .path = "/_data_stream/" + percent_encoded_name(name)}, what));
  // Another writer may have been first.
  if (answer.is_success() || answer.body.find("resource_already_exists") != std::string::npos) return {};
  return error{errc::unavailable, refusal_text(answer, client_.endpoint_name(answer.endpoint), what)};
}

auto search_api::has_index(const std::string& name) -> result<bool> {
  return exists('/' + percent_encoded_name(name), "look for the index \"" + name + '"');
}

auto search_api::create_index(const std::string& name) -> result<void> {
  const auto what = "make the index \"" + name + '"';
  WEIR_TRY(auto answer, ask({.method = "PUT", .path = '/' + percent_encoded_name(name)}, what));
  if (answer.is_success() || answer.body.find("resource_already_exists") != std::string::npos) return {};
  return error{errc::unavailable, refusal_text(answer, client_.endpoint_name(answer.endpoint), what)};
}

auto search_api::indices_of_stream(const std::string& name) -> result<rolling_indices> {
  const auto path = "/_data_stream/" + percent_encoded_name(name);
  WEIR_TRY(auto answer, ask_for_success({.path = path}, "read the data stream \"" + name + '"'));
  auto parser = simdjson::dom::parser{};
  auto streams = simdjson::dom::array{};
  auto made = rolling_indices{};
  if (parser.parse(answer.body)["data_streams"].get_array().get(streams) != simdjson::SUCCESS || streams.size() != 1)
    return error{errc::unavailable, "cannot read the data stream \"" + name + "\": " + error_text_of(answer.body)};
  auto indices = simdjson::dom::array{};
  if (streams.at(0)["indices"].get_array().get(indices) == simdjson::SUCCESS)
    for (const auto index : indices) made.older.push_back(string_at(index, "index_name"));
  if (made.older.empty()) return error{errc::unavailable, "the data stream \"" + name + "\" has no index"};
  made.newest = std::move(made.older.back());
  made.older.pop_back();
  return made;
}

auto search_api::indices_of_alias(const std::string& name) -> result<rolling_indices> {
  WEIR_TRY(auto answer, ask({.path = "/_alias/" + percent_encoded_name(name)}, "look for the alias \"" + name + '"'));
  auto made = rolling_indices{};
  if (answer.status == 404) return made;
  if (!answer.is_success())
    return error{errc::unavailable, refusal_text(answer, client_.endpoint_name(answer.endpoint), "look for the alias")};
  auto parser = simdjson::dom::parser{};
  auto indices = simdjson::dom::object{};
  if (parser.parse(answer.body).get_object().get(indices) != simdjson::SUCCESS) return made;
  for (const auto index : indices) {
    auto is_written = false;
    const auto is_said = index.value["aliases"][name]["is_write_index"].get_bool().get(is_written) == simdjson::SUCCESS;
    if ((is_said && is_written) || indices.size() == 1)
      made.newest = index.key;
    else
      made.older.emplace_back(index.key);
  }
  return made;
}

auto search_api::refresh(const std::string& indices) -> result<void> {
  const auto path = '/' + indices + "/_refresh?ignore_unavailable=true&allow_no_indices=true&filter_path=_shards.failed";
  WEIR_CHECK(ask_for_success({.method = "POST", .path = path}, "refresh " + indices));
  return {};
}

auto search_api::find(const std::string& indices, const std::vector<std::string_view>& ids,
                      std::set<std::string, std::less<>>& found) -> result<void> {
  const auto path = '/' + indices
                    + "/_search?ignore_unavailable=true&allow_no_indices=true&filter_path=hits.hits._id,_shards.failed";
  for (auto begin = std::size_t{0}; begin < ids.size(); begin += ids_at_once) {
    const auto body = ids_query(ids, begin, std::min(begin + ids_at_once, ids.size()));
    const auto request = http_request{
        .method = "POST", .path = path, .body = body.view(), .content_type = json_type, .compress = compression::gzip};
    WEIR_TRY(const auto answer, ask_for_success(request, "ask for ids in " + indices));
    if (!add_hits(answer.body, found))
      return error{errc::unavailable, "cannot ask for ids in " + indices + ": not all shards answered"};
  }
  return {};
}

auto search_api::remove(const std::string& bulk_body) -> result<void> {
  const auto request =
      http_request{.method = "POST", .path = "/_bulk", .body = bulk_body, .content_type = "application/x-ndjson"};
  WEIR_CHECK(ask_for_success(request, "take out what came twice"));
  return {};
}

} // namespace weir
