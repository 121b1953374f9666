// What receivers of OTLP answer, and records made of any bytes: everything ends, and what is written can be read again.
#include "runtime/codec/otlp.hpp"
#include "runtime/codec/protobuf.hpp"
#include "runtime/event/msgpack.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

void must_be_fields(std::string_view bytes) {
  auto read = weir::protobuf_reader{bytes};
  while (read.next()) {}
  if (read.failed()) std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weir;
  const auto bytes = std::string_view{reinterpret_cast<const char*>(data), size};
  if (otlp_partial_success_of(bytes).why.size() > size || otlp_status_text(bytes).size() > size) std::abort();
  auto out = byte_buffer{};
  append_otlp_attribute(out, 1, "name", bytes);
  auto writer = otlp_record_writer{{}};
  auto record = std::string_view{};
  if (auto from = msgpack_reader{bytes}; from.peek() == msgpack_type::map && from.value(record)) writer.append(out, 1, bytes.substr(0, 8), record, "uid");
  must_be_fields(out.view());
  for (auto read = protobuf_reader{out.view()}; read.next();) must_be_fields(read.bytes());
  return 0;
}
