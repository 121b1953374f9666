#include "actors/collectors/http/loki.hpp"

#include "runtime/codec/protobuf.hpp"
#include "runtime/event/event_time.hpp"

#include <snappy.h>

#include <charconv>

namespace weir {
namespace {

constexpr auto push_path = std::string_view{"/loki/api/v1/push"};
constexpr auto loki_tag = std::string_view{"loki"};
constexpr auto malformed_push = std::string_view{"the push request is malformed"};
constexpr auto unpacked_bytes_max = std::size_t{64} << 20;

auto time_of_nanoseconds(std::string_view text) -> std::optional<std::int64_t> {
  auto time_ns = std::int64_t{0};
  const auto* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, time_ns);
  return read.ec == std::errc{} && read.ptr == end && is_event_time(time_ns) ? std::optional{time_ns} : std::nullopt;
}

/// Seconds and nanoseconds (google.protobuf.Timestamp).
auto time_of_packed(std::string_view stamp) -> std::optional<std::int64_t> {
  auto seconds = std::uint64_t{0};
  auto nanoseconds = std::uint64_t{0};
  for (auto read = protobuf_reader{stamp}; read.next();) (read.field() == 1 ? seconds : nanoseconds) = read.number();
  if (seconds >= (std::uint64_t{1} << 32) || nanoseconds >= 1'000'000'000) return std::nullopt;
  return static_cast<std::int64_t>(seconds * 1'000'000'000 + nanoseconds);
}

/// A text in double quotes from the front of `rest`, as Go writes it.
auto take_quoted(std::string_view& rest, std::string& out) -> bool {
  if (!rest.starts_with('"')) return false;
  out.clear();
  for (auto i = std::size_t{1}; i < rest.size(); ++i) {
    if (rest[i] == '"') return rest.remove_prefix(i + 1), true;
    if (rest[i] != '\\') {
      out += rest[i];
      continue;
    }
    if (++i == rest.size()) return false;
    out += rest[i] == 'n' ? '\n' : rest[i] == 't' ? '\t' : rest[i] == 'r' ? '\r' : rest[i];
  }
  return false;
}

} // namespace

auto append_loki_labels(std::string_view text, msgpack_writer& to) -> std::optional<std::uint32_t> {
  text = web_trimmed(text);
  if (!text.starts_with('{') || !text.ends_with('}')) return std::nullopt;
  auto rest = web_trimmed(text.substr(1, text.size() - 2));
  auto count = std::uint32_t{0};
  for (auto value = std::string{}; !rest.empty(); ++count) {
    const auto equals = rest.find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    const auto name = web_trimmed(rest.substr(0, equals));
    rest = web_trimmed(rest.substr(equals + 1));
    if (name.empty() || !take_quoted(rest, value)) return std::nullopt;
    rest = web_trimmed(rest);
    if (!rest.empty() && rest.front() != ',') return std::nullopt;
    if (!rest.empty()) rest = web_trimmed(rest.substr(1));
    to.str(name);
    to.str(value);
  }
  return count;
}

auto loki_endpoint::problem(int status, std::string_view why) const -> web_answer { return {status, std::string{why} + "\n", "text/plain"}; }

auto loki_endpoint::route(const web_request& request) const -> std::optional<web_route> {
  using enum web_route::kind;
  if (request.path == "/ready") return web_route{answered, {200, "ready\n", "text/plain"}};
  if (request.path != push_path) return std::nullopt;
  if (request.method != "POST") return web_route{answered, problem(405, "push wants POST")};
  return web_route{whole};
}

auto loki_endpoint::take(const web_request& request, std::string_view body, web_events& out) -> web_answer {
  const auto type = request.type();
  if (type.empty() || type == "application/json") return take_json(body, out);
  if (type == "application/x-protobuf") return take_packed(body, out);
  return problem(415, "wanted application/json or application/x-protobuf, not " + type);
}

auto loki_endpoint::take_json(std::string_view body, web_events& out) -> web_answer {
  value_.clear();
  if (const auto made = json_.append(body, value_); !made) return problem(400, made.failure().what);
  const auto streams = find_field(value_.view(), "streams");
  const auto is_well = !streams.empty() && for_each_map(streams, [&](std::string_view stream) { return take_stream(stream, out); });
  return is_well ? web_answer{204} : problem(400, malformed_push);
}

auto loki_endpoint::take_stream(std::string_view stream, web_events& out) -> bool {
  const auto labels = find_field(stream, "stream");
  auto values = msgpack_reader{find_field(stream, "values")};
  auto count = std::uint32_t{0};
  if (!is_msgpack_map(labels) || !values.array(count)) return false;
  for (; count > 0; --count)
    if (!take_value(labels, values, out)) return false;
  return true;
}

/// [time, line, metadata?]
auto loki_endpoint::take_value(std::string_view labels, msgpack_reader& values, web_events& out) -> bool {
  auto parts = std::uint32_t{0};
  auto time = std::string_view{};
  auto line = std::string_view{};
  auto metadata = std::string_view{};
  if (!values.array(parts) || parts < 2 || parts > 3 || !values.str(time) || !values.str(line)) return false;
  if (parts == 3 && !values.value(metadata)) return false;
  const auto time_ns = time_of_nanoseconds(time);
  if (!time_ns) return false;
  record_.clear();
  auto write = msgpack_writer{record_};
  const auto mark = write.open();
  auto fields = append_fields_of(write, labels) + append_fields_of(write, metadata) + 1;
  write.str("message");
  write.str(line);
  write.close_map(mark, fields);
  return out.add(loki_tag, time_ns, record_.view());
}

auto loki_endpoint::take_packed(std::string_view body, web_events& out) -> web_answer {
  auto size = std::size_t{0};
  if (!snappy::GetUncompressedLength(body.data(), body.size(), &size)) return problem(400, "the body is not packed with snappy");
  if (size > unpacked_bytes_max) return problem(413, "the push request is too large");
  // No packed byte stands for more than 64 others: what is declared is not believed beyond that.
  if (size > 64 * (body.size() + 1)) return problem(400, "the body is not packed with snappy");
  value_.clear();
  if (!snappy::RawUncompress(body.data(), body.size(), value_.tail(size))) return problem(400, "the body is not packed with snappy");
  value_.advance(size);
  auto read = protobuf_reader{value_.view()};
  while (read.next())
    if (read.field() == 1 && !take_packed_stream(read.bytes(), out)) return problem(400, malformed_push);
  return read.failed() ? problem(400, malformed_push) : web_answer{204};
}

auto loki_endpoint::take_packed_stream(std::string_view stream, web_events& out) -> bool {
  labels_.clear();
  label_count_ = 0;
  for (auto read = protobuf_reader{stream}; read.next();) {
    if (read.field() != 1) continue;
    auto write = msgpack_writer{labels_};
    const auto count = append_loki_labels(read.bytes(), write);
    if (!count) return false;
    label_count_ = *count;
  }
  auto read = protobuf_reader{stream};
  while (read.next())
    if (read.field() == 2 && !take_packed_entry(read.bytes(), out)) return false;
  return !read.failed();
}

auto loki_endpoint::take_packed_entry(std::string_view entry, web_events& out) -> bool {
  auto line = std::string_view{};
  auto time_ns = std::optional<std::int64_t>{};
  record_.clear();
  auto write = msgpack_writer{record_};
  const auto mark = write.open();
  write.raw(labels_.view());
  auto fields = label_count_ + 1;
  auto read = protobuf_reader{entry};
  while (read.next()) {
    if (read.field() == 1) time_ns = time_of_packed(read.bytes());
    if (read.field() == 2) line = read.bytes();
    if (read.field() != 3) continue;
    auto name = std::string_view{};
    auto value = std::string_view{};
    for (auto pair = protobuf_reader{read.bytes()}; pair.next();) (pair.field() == 1 ? name : value) = pair.bytes();
    fields += append_text_field(write, name, value);
  }
  write.str("message");
  write.str(line);
  write.close_map(mark, fields);
  return !read.failed() && time_ns && out.add(loki_tag, time_ns, record_.view());
}

} // namespace weir
