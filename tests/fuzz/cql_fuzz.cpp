// What a Cassandra answers: any bytes are frames or are none, and a frame is an error, rows, a statement, or none of these.
#include "actors/sinks/cassandra/answers.hpp"
#include "actors/sinks/cassandra/frames.hpp"
#include "actors/sinks/cassandra/reading_times.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weir;
  const auto all = std::string_view{reinterpret_cast<const char*>(data), size};
  (void)time_at(all, size, size * 2);
  auto rest = all;
  while (true) {
    const auto before = rest.size();
    const auto frame = take_cql_frame(rest);
    if (!frame || !*frame) return 0;
    if (rest.size() + cql_frame_head_bytes > before) std::abort();
    const auto body = (*frame)->body;
    if (to_text(read_cql_error(body)).size() > 400) std::abort();
    (void)remedy_for(read_cql_error(body));
    (void)read_cql_prepared(body);
    const auto rows = read_cql_rows(body);
    if (!rows) continue;
    for (std::size_t i = 0; i < rows->rows.size(); ++i) {
      if (rows->rows[i].size() != rows->columns.size()) std::abort();
      for (const auto& column : rows->columns) (void)rows->number(i, column);
    }
  }
}
