// What clients send by HTTP: heads, bodies in pieces, compressed ones, and each way of sending. Everything ends, in bounded memory, and what
// is made are whole records.
#include "actors/collectors/http/elasticsearch.hpp"
#include "actors/collectors/http/fluentd.hpp"
#include "actors/collectors/http/loki.hpp"
#include "actors/collectors/http/splunk.hpp"
#include "actors/collectors/opentelemetry/endpoint.hpp"
#include "actors/collectors/web/unpack.hpp"

#include <cstdint>
#include <cstdlib>

namespace {

using namespace weir;

constexpr auto bytes_max = std::size_t{1} << 20;

void must_be_records(const web_events& events) {
  auto offset = std::size_t{0};
  for (const auto& i : events.items()) {
    auto read = msgpack_reader{events.records().substr(offset, i.bytes)};
    offset += i.bytes;
    if (i.bytes > 0 && (read.peek() != msgpack_type::map || !read.skip() || !read.at_end())) std::abort();
  }
}

/// The content is the same however the body is cut.
void must_be_read_alike(const web_request& request, std::string_view body) {
  auto whole = std::string{};
  auto pieces = std::string{};
  const auto read = [&](web_body_reader reader, std::size_t step, std::string& to) {
    auto came = web_body_reader::progress::more;
    for (auto left = body; !left.empty() && came == web_body_reader::progress::more;) {
      auto piece = left.substr(0, step);
      const auto before = piece.size();
      auto content = std::string_view{};
      came = reader.take(piece, content);
      to += content;
      left.remove_prefix(before - piece.size());
    }
  };
  read(web_body_reader{request}, body.size(), whole);
  read(web_body_reader{request}, 3, pieces);
  if (whole != pieces) std::abort();
}

void take_by(web_endpoint& way, const web_request& request, std::string_view body) {
  const auto route = way.route(request);
  if (!route || route->way == web_route::kind::answered) return;
  auto events = web_events{};
  const auto answer = way.take(request, body, events);
  if (answer.status < 200 || answer.status > 599) std::abort();
  must_be_records(events);
  (void)web_text_of(answer, {});
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static auto fluentd = fluentd_endpoint{{}, true, system_clock()};
  static auto splunk = splunk_endpoint{system_clock()};
  static auto elasticsearch = elasticsearch_endpoint{system_clock()};
  static auto loki = loki_endpoint{};
  static auto otlp = otlp_endpoint{"tag"};
  auto padded = std::string{reinterpret_cast<const char*>(data), size}.append(line_padding, '\0');
  const auto input = std::string_view{padded}.substr(0, size);
  auto request = web_request{};
  const auto head = read_web_head(input, request);
  if (head.bytes == 0) return 0;
  const auto framed = input.substr(head.bytes);
  must_be_read_alike(request, framed);
  auto unpacker = web_unpacker{};
  const auto body = unpacker.whole(request, framed, bytes_max);
  if (!body) return 0;
  for (web_endpoint* way : {static_cast<web_endpoint*>(&fluentd), static_cast<web_endpoint*>(&splunk), static_cast<web_endpoint*>(&elasticsearch),
                            static_cast<web_endpoint*>(&loki), static_cast<web_endpoint*>(&otlp)})
    take_by(*way, request, *body);
  return 0;
}
