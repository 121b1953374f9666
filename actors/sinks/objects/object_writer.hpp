/// Makes objects of events: one for each prefix, in the sink's format, compressed as a whole.
#pragma once

#include "actors/sinks/format_settings.hpp"
#include "actors/sinks/objects/bucket_ledger.hpp"
#include "actors/sinks/objects/object_names.hpp"
#include "actors/sinks/store.hpp"
#include "runtime/codec/compression.hpp"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace weir {

/// One thread's.
class object_writer {
public:
  object_writer(const format_settings& format, compression compress, object_prefixes prefixes);

  void begin();
  /// What cannot be written is refused in `done`; how many events are.
  auto add(const event_run& run, committed& done) -> std::uint64_t;
  /// All since begin().
  auto take() -> result<std::vector<new_object>>;
  auto content_type() const -> std::string;

private:
  auto add_part(const event_run& run, std::uint64_t at, std::string_view& entries, committed& done) -> written_run;

  format_settings format_settings_;
  compression compress_;
  object_prefixes prefixes_;
  std::string ending_;
  std::unique_ptr<event_writer> format_;
  std::map<std::string, byte_buffer> by_prefix_;
  std::string prefix_;
  byte_buffer discarded_;
};

} // namespace weir
