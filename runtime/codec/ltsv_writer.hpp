/// Labeled tab-separated values, http://ltsv.org; the escapes are in event_format.hpp.
#pragma once

#include "runtime/codec/event_writer.hpp"
#include "runtime/codec/line_keys.hpp"

namespace weir {

class ltsv_writer final : public event_writer {
public:
  explicit ltsv_writer(line_keys include) : include_(include) {}

  void begin_section(std::string_view tag) override;
  auto write(byte_buffer& out, std::string_view& entries, const write_bounds& bounds) -> written_run override;

private:
  auto append_line(byte_buffer& out, std::int64_t time_ns, std::string_view& rest) -> bool;
  /// Escaped, and UTF-8.
  void append_clean(byte_buffer& out, std::string_view text, bool is_label);
  auto append_value(byte_buffer& out, msgpack_reader& read, bool is_label) -> bool;
  auto append_field(byte_buffer& out, msgpack_reader& read) -> bool;

  line_keys include_;
  byte_buffer tag_field_; ///< `tag:<escaped>` and a tab
  byte_buffer scratch_;
  byte_buffer other_; ///< JSON of what is no text
};

} // namespace weir
