// What exporters of OTLP send: requests in both forms, and a connection of gRPC. Everything ends, and what is made are whole records.
#include "actors/collectors/opentelemetry/grpc_channel.hpp"
#include "runtime/codec/otlp_reader.hpp"

#include <cstdint>
#include <cstdlib>

namespace {

using namespace weir;

auto is_record(const otlp_event& e) -> bool {
  auto read = msgpack_reader{e.record};
  if (read.peek() != msgpack_type::map || !read.skip() || !read.at_end()) std::abort();
  return true;
}

void serve(std::string_view bytes) {
  constexpr auto body_bytes_max = std::size_t{64} * 1024;
  auto channel = grpc_channel{body_bytes_max};
  const auto fed = channel.feed(bytes);
  while (auto call = channel.take_call()) {
    if (call->body.size() > body_bytes_max + 5) std::abort();
    const auto message = message_of_grpc(call->body.view());
    channel.answer(call->stream, message ? grpc_answer{0, {}, "yes", {}} : grpc_answer{3, "no", {}, "details"});
  }
  if (fed) channel.give_up();
  while (!channel.output().empty()) {}
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto bytes = std::string_view{reinterpret_cast<const char*>(data), size}.substr(1);
  static auto reader = otlp_reader{"tag"};
  switch (data[0] % 3) {
  case 0: (void)reader.read(bytes, is_record); break;
  case 1: (void)reader.read_json(bytes, is_record); break;
  default: serve(bytes);
  }
  return 0;
}
