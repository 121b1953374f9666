#include "runtime/codec/event_format.hpp"

#include "runtime/codec/csv_writer.hpp"
#include "runtime/codec/json_writer.hpp"
#include "runtime/codec/ltsv_writer.hpp"
#include "runtime/codec/raw_writer.hpp"

namespace weir {

auto make_event_writer(const format_options& options) -> std::unique_ptr<event_writer> {
  const auto include = line_keys{options.time, options.tag};
  switch (options.as) {
  case event_format::raw: return std::make_unique<raw_writer>();
  case event_format::ltsv: return std::make_unique<ltsv_writer>(include);
  case event_format::csv: return std::make_unique<csv_writer>(options.columns);
  case event_format::msgpack: return std::make_unique<msgpack_entry_writer>(options.time, options.tag);
  case event_format::json: break;
  }
  return std::make_unique<json_writer>(include);
}

auto csv_header(const std::vector<std::string>& columns) -> std::string {
  auto line = byte_buffer{};
  for (const auto& column : columns) {
    if (!line.empty()) line.push_back(',');
    append_csv_field(line, column);
  }
  line.push_back('\n');
  return std::string{line.view()};
}

} // namespace weir
