#include "actors/collectors/opentelemetry/grpc_channel.hpp"
#include "runtime/codec/otlp.hpp"
#include "runtime/codec/otlp_reader.hpp"
#include "tests/actors/collectors/http/fixture.hpp"
#include "tests/support/pack.hpp"

#include <nghttp2/nghttp2.h>

using namespace weir;
using namespace weir::test;

namespace {

using otlp_texts = std::vector<std::string>;
constexpr auto packed_type = std::string_view{"Content-Type: application/x-protobuf\r\n"};
constexpr auto logs_export = std::string_view{"/opentelemetry.proto.collector.logs.v1.LogsService/Export"};

auto otlp_fields() -> plugin_fields { return {{"listen", "127.0.0.1:0"}, {"listen_grpc", "127.0.0.1:0"}}; }

auto one_record(std::string_view text) -> std::string {
  auto records = byte_buffer{};
  otlp_record_writer{{}}.append(records, 5, "t", pack::map({{"message", pack::str(text)}}), {});
  auto out = byte_buffer{};
  append_otlp_head(out, {{}, records.size()});
  out.append(records.view());
  return std::string{out.view()};
}

auto framed(std::string_view message) -> std::string {
  auto out = std::string(5, '\0');
  for (auto i = 0U; i < 4; ++i) out[4 - i] = static_cast<char>(message.size() >> (8 * i));
  return out.append(message);
}

/// A client of gRPC, as bytes.
class grpc_client {
public:
  grpc_client() {
    nghttp2_session_callbacks* table = nullptr;
    nghttp2_session_callbacks_new(&table);
    nghttp2_session_callbacks_set_on_header_callback(table, [](nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name, std::size_t name_size,
                                                               const std::uint8_t* value, std::size_t value_size, std::uint8_t, void* of) {
      auto& text = static_cast<grpc_client*>(of)->said[frame->hd.stream_id];
      const auto key = std::string{reinterpret_cast<const char*>(name), name_size};
      if (key.starts_with("grpc-")) text += key + '=' + std::string{reinterpret_cast<const char*>(value), value_size} + ';';
      return 0;
    });
    nghttp2_session_client_new(&session_, table, this);
    nghttp2_session_callbacks_del(table);
    nghttp2_submit_settings(session_, 0, nullptr, 0);
  }
  ~grpc_client() { nghttp2_session_del(session_); }
  grpc_client(const grpc_client&) = delete;
  auto operator=(const grpc_client&) -> grpc_client& = delete;

  /// What to send for a call.
  auto call(std::string_view path, std::string body) -> std::string {
    bodies_.push_back(std::move(body));
    const auto field = [](std::string_view name, std::string_view value) {
      const auto bytes = [](std::string_view text) { return reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data())); };
      return nghttp2_nv{bytes(name), bytes(value), name.size(), value.size(), 0};
    };
    const nghttp2_nv fields[] = {field(":method", "POST"), field(":scheme", "http"), field(":path", path), field(":authority", "h"),
                                 field("content-type", "application/grpc"), field("te", "trailers")};
    auto from = nghttp2_data_provider{};
    from.source.ptr = &bodies_.back();
    from.read_callback = [](nghttp2_session*, std::int32_t, std::uint8_t* to, std::size_t room, std::uint32_t* flags, nghttp2_data_source* source,
                            void*) -> ssize_t {
      auto& left = *static_cast<std::string*>(source->ptr);
      const auto size = std::min(room, left.size());
      std::memcpy(to, left.data(), size);
      left.erase(0, size);
      if (left.empty()) *flags |= NGHTTP2_DATA_FLAG_EOF;
      return static_cast<ssize_t>(size);
    };
    nghttp2_submit_request(session_, nullptr, fields, 6, &from, nullptr);
    return output();
  }
  auto output() -> std::string {
    auto all = std::string{};
    const std::uint8_t* bytes = nullptr;
    for (auto size = nghttp2_session_mem_send(session_, &bytes); size > 0; size = nghttp2_session_mem_send(session_, &bytes))
      all.append(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
    return all;
  }
  void take(std::string_view bytes) { (void)nghttp2_session_mem_recv(session_, reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()); }

  std::map<std::int32_t, std::string> said;

private:
  nghttp2_session* session_ = nullptr;
  std::deque<std::string> bodies_;
};

} // namespace

BOOST_AUTO_TEST_SUITE(opentelemetry_source_)

BOOST_AUTO_TEST_CASE(logs_come_by_http_in_both_forms) {
  auto server = web_server{"opentelemetry", otlp_fields()};
  auto client = web_client{server};
  client.send(post("/v1/logs", one_record("m"), packed_type)
              + post("/v1/logs", R"({"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":"j"}}]}]}]})"));
  server.run();
  BOOST_TEST(server.out.events == (otlp_texts{R"(t 5 {"message":"m"})", R"(opentelemetry now {"message":"j"})"}), boost::test_tools::per_element());
  BOOST_TEST(statuses_of(client.received()) == "200 200");
}

BOOST_AUTO_TEST_CASE(metrics_and_traces_are_refused) {
  auto server = web_server{"opentelemetry", otlp_fields()};
  auto client = web_client{server};
  client.send(post("/v1/metrics", "", packed_type) + post("/v1/traces", "{}") + post("/v1/logs", "x", packed_type) + post("/v1/logs", "x", ""));
  server.run();
  const auto said = client.received();
  BOOST_TEST(statuses_of(said) == "404 404 400 415");
  BOOST_TEST(said.find("only logs are taken here") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(logs_come_by_grpc_and_are_answered_when_safe) {
  auto server = web_server{"opentelemetry", otlp_fields()};
  auto socket = web_client{server, 1};
  auto client = grpc_client{};
  socket.send(client.call(logs_export, framed(one_record("m"))));
  socket.send(client.call("/other.MetricsService/Export", framed("")));
  server.pump();
  client.take(socket.received());
  socket.send(client.output());
  BOOST_TEST(client.said[1].empty());
  BOOST_TEST(client.said[3].starts_with("grpc-status=12;grpc-message=only logs"));
  server.run();
  client.take(socket.received());
  BOOST_TEST(client.said[1] == "grpc-status=0;");
  BOOST_TEST(server.out.events == otlp_texts{R"(t 5 {"message":"m"})"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(calls_that_are_none_are_refused) {
  auto server = web_server{"opentelemetry", otlp_fields()};
  auto socket = web_client{server, 1};
  auto client = grpc_client{};
  for (const auto& body : {std::string{}, std::string{"xx"}, framed("x"), '\1' + framed("m").substr(1)}) socket.send(client.call(logs_export, body));
  server.run();
  client.take(socket.received());
  for (const auto stream : {1, 3, 5}) BOOST_TEST(client.said[stream].starts_with("grpc-status=3;"), stream << " " << client.said[stream]);
  BOOST_TEST(!socket.is_closed());
}

BOOST_AUTO_TEST_CASE(without_demand_a_call_is_to_come_again) {
  auto server = web_server{"opentelemetry", otlp_fields()};
  auto socket = web_client{server, 1};
  auto client = grpc_client{};
  socket.send(client.call(logs_export, framed(one_record("m"))));
  server.pump(0);
  server.pump(0);
  server.time.advance(std::chrono::seconds{3});
  server.pump(0);
  server.pump(0);
  client.take(socket.received());
  BOOST_TEST(client.said[1].starts_with("grpc-status=14;"));
  BOOST_TEST(client.said[1].find("grpc-status-details-bin=") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(what_is_no_http2_ends) {
  auto server = web_server{"opentelemetry", otlp_fields()};
  auto socket = web_client{server, 1};
  socket.send(get("/v1/logs") + std::string(100, 'x'));
  server.run();
  BOOST_TEST(socket.is_closed());
}

BOOST_AUTO_TEST_SUITE_END()
