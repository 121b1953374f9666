#include "actors/sinks/elasticsearch/document_writer.hpp"

#include "runtime/codec/json_value.hpp"
#include "runtime/codec/json_writer.hpp"
#include "runtime/codec/time_text.hpp"
#include "runtime/event/msgpack.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace weir {
namespace {

constexpr auto time_key = std::string_view{"@timestamp"};
constexpr auto tag_key = std::string_view{"tag"};
constexpr auto document_begin = std::string_view{"{\"@timestamp\":\""};

using renaming = std::pair<std::string_view, std::string_view>;

constexpr auto ecs_names = std::array<renaming, 21>{{
    {"agent", "user_agent.original"},
    {"appname", "process.name"},
    {"client", "client.address"},
    {"code", "http.response.status_code"},
    {"error", "error.message"},
    {"host", "host.hostname"},
    {"hostname", "host.hostname"},
    {"ident", "process.name"},
    {"level", "log.level"},
    {"log", "message"},
    {"method", "http.request.method"},
    {"msg", "message"},
    {"path", "url.original"},
    {"pid", "process.pid"},
    {"referer", "http.request.referrer"},
    {"remote", "client.address"},
    {"severity", "log.level"},
    {"size", "http.response.body.bytes"},
    {"status", "http.response.status_code"},
    {"user", "user.name"},
    {"user_agent", "user_agent.original"},
}};

constexpr auto ecs_groups = std::array<std::string_view, 34>{
    "agent", "as",    "client", "cloud",        "container", "data_stream", "destination", "dns",     "ecs",
    "error", "event", "file",   "geo",          "group",     "hash",        "host",        "http",    "labels",
    "log",   "network", "observer", "orchestrator", "organization", "package", "process", "registry", "related",
    "rule",  "server", "service", "source", "url", "user", "user_agent"};

auto ecs_name_of(std::string_view key) -> std::string_view {
  const auto* at = std::lower_bound(ecs_names.begin(), ecs_names.end(), key, [](const renaming& r, auto wanted) { return r.first < wanted; });
  return at != ecs_names.end() && at->first == key ? at->second : std::string_view{};
}

auto is_ecs_group(std::string_view key) -> bool { return std::binary_search(ecs_groups.begin(), ecs_groups.end(), key); }

auto is_map(std::string_view value) -> bool { return msgpack_reader{value}.peek() == msgpack_type::map; }

void append_marked(byte_buffer& out, std::string_view mark, std::string_view key) {
  auto whole = std::string{mark};
  whole += key;
  append_json_string(out, whole);
}

} // namespace

void document_writer::begin_tag(std::string_view tag) {
  prefix_.clear();
  prefix_.append(document_begin);
  prefix_.append("0000-00-00T00:00:00.000000000Z\",");
  prefix_.append(ecs_ ? "\"ecs.version\":\"1.12.0\",\"event.dataset\":" : "\"tag\":");
  append_json_string(prefix_, tag);
  prefix_.push_back(',');
  second_ = std::numeric_limits<std::int64_t>::min();
}

void document_writer::set_time(std::int64_t time_ns) {
  auto* text = prefix_.data() + document_begin.size();
  const auto second = second_of(time_ns);
  if (second != second_) write_second_text(text, second_ = second);
  write_fraction_text(text + second_text_bytes, static_cast<std::uint32_t>(time_ns - second * 1'000'000'000));
}

auto document_writer::append(byte_buffer& out, std::int64_t time_ns, std::string_view& record) -> bool {
  set_time(time_ns);
  const auto before = out.size();
  out.append(prefix_.view());
  const auto rest = record;
  if (!append_members(out, record)) {
    record = rest;
    out.truncate(before);
    return false;
  }
  out.push_back('\n');
  return true;
}

auto document_writer::append_members(byte_buffer& out, std::string_view& record) -> bool {
  if (ecs_ || !find_field(record, time_key).empty()) return append_renamed(out, record);
  return json::take_members(out, record, {.time = false, .tag = true});
}

/// Member by member, which is slower.
auto document_writer::append_renamed(byte_buffer& out, std::string_view& record) -> bool {
  auto read = msgpack_reader{record};
  auto count = std::uint32_t{0};
  if (!read.map(count)) return false;
  keys_.clear();
  auto look = read;
  for (auto left = count; left > 0; --left) {
    auto key = std::string_view{};
    if (look.str_or_bin(key))
      keys_.push_back(key);
    else if (!look.skip())
      return false;
    if (!look.skip()) return false;
  }
  for (; count > 0; --count) {
    auto key = std::string_view{};
    auto value = std::string_view{};
    auto is_text = read.str_or_bin(key);
    if (!is_text && !read.value(key)) return false;
    if (!read.value(value)) return false;
    if (is_text) {
      append_key(out, key, value);
    } else {
      auto text = byte_buffer{};
      if (!append_json(text, key)) return false;
      append_json_string(out, text.view());
    }
    out.push_back(':');
    if (!take_json(out, value)) return false;
    out.push_back(',');
  }
  out.data()[out.size() - 1] = '}'; // in place of the last comma
  record = read.rest();
  return true;
}

auto document_writer::is_key(std::string_view name) const -> bool {
  return std::find(keys_.begin(), keys_.end(), name) != keys_.end();
}

/// Of several that would get one name the first gets it.
auto document_writer::is_first_for(std::string_view name, std::string_view key) const -> bool {
  return *std::find_if(keys_.begin(), keys_.end(), [&](auto other) { return ecs_name_of(other) == name; }) == key;
}

void document_writer::append_key(byte_buffer& out, std::string_view key, std::string_view value) const {
  auto plain = key;
  while (plain.starts_with(record_mark)) plain.remove_prefix(record_mark.size());
  const auto is_own = ecs_ ? plain == "ecs.version" || plain == "event.dataset" : plain == tag_key;
  if (is_own || plain == time_key) return append_marked(out, record_mark, key);
  if (!ecs_ || is_map(value)) return append_json_string(out, key);
  const auto better = ecs_name_of(key);
  const auto gets_it = !better.empty() && !is_key(better) && is_first_for(better, key);
  if (gets_it) return append_json_string(out, better);
  is_ecs_group(key) ? append_marked(out, "labels.", key) : append_json_string(out, key);
}

} // namespace weir
