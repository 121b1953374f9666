// What a ClickHouse answers, and how it calls types: any bytes are an error, a type, a field, or are none.
#include "actors/sinks/clickhouse/answers.hpp"
#include "actors/sinks/clickhouse/types.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weir;
  const auto bytes = std::string_view{reinterpret_cast<const char*>(data), size};
  const auto e = clickhouse_error_of(bytes);
  if (e.code < 0 || e.what.find('\n') != std::string::npos) std::abort();
  (void)fault_of(e);
  if (unescaped_field(bytes).size() > size) std::abort();
  if (const auto type = parse_clickhouse_type(bytes)) {
    auto out = byte_buffer{};
    auto scratch = byte_buffer{};
    append_row_value(out, *type, {});
    (void)append_row_time(out, *type, -1);
    append_row_value(out, *type, value_for(type->takes, bytes, scratch));
    if (out.empty()) std::abort();
  }
  return 0;
}
