/// The formats that copy bytes: raw and msgpack; see event_format.hpp.
#pragma once

#include "runtime/codec/event_writer.hpp"

namespace weir {

class raw_writer final : public event_writer {
public:
  void begin_section(std::string_view) override {}
  auto write(byte_buffer& out, std::string_view& entries, const write_bounds& bounds) -> written_run override;
};

class msgpack_entry_writer final : public event_writer {
public:
  msgpack_entry_writer(bool time, bool tag) : time_(time), tag_(tag) {}

  void begin_section(std::string_view tag) override;
  auto write(byte_buffer& out, std::string_view& entries, const write_bounds& bounds) -> written_run override;

private:
  bool time_;
  bool tag_;
  byte_buffer head_; ///< array header and the tag
};

} // namespace weir
