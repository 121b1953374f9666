/// Comma-separated values, RFC 4180; see event_format.hpp.
#pragma once

#include "runtime/codec/event_writer.hpp"

#include <string>
#include <vector>

namespace weir {

/// Appends one field with the quotes it needs.
void append_csv_field(byte_buffer& out, std::string_view text);

class csv_writer final : public event_writer {
public:
  explicit csv_writer(const std::vector<std::string>& columns);

  void begin_section(std::string_view tag) override;
  auto write(byte_buffer& out, std::string_view& entries, const write_bounds& bounds) -> written_run override;

private:
  /// What is missing, and nil, is nothing.
  auto append_value(byte_buffer& out, std::string_view value) -> bool;
  auto append_line(byte_buffer& out, std::int64_t time_ns, std::string_view& rest) -> bool;
  struct column {
    enum class kind { time, tag, field };
    kind what = kind::field;
    std::string path; ///< of the field
  };
  static auto column_of(std::string_view name) -> column;

  std::vector<column> columns_;
  byte_buffer tag_;
  byte_buffer scratch_;
};

} // namespace weir
