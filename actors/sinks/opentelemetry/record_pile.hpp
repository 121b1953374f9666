/// The events of a commit as log records, and a request's body made of some of them.
#pragma once

#include "actors/sinks/http/event_pile.hpp"
#include "actors/sinks/opentelemetry/settings.hpp"
#include "runtime/ledger/event_key.hpp"

#include <string>
#include <unordered_map>
#include <vector>

namespace weir {

/// One thread's.
class record_pile {
public:
  explicit record_pile(const opentelemetry_settings& s);

  /// Forgets what was there, and takes the events of the commit; what is malformed is refused in `done`.
  void assign(const commit_batch& from, committed& done);
  auto pile() const -> const event_pile& { return pile_; }
  void append_body(piece_numbers pieces, byte_buffer& out);

private:
  void add_run(const event_run& run, event_keys& keys, committed& done);
  auto series_of(std::string_view record) -> std::uint32_t;

  otlp_record_writer writer_;
  std::vector<field_column> fields_;
  bool has_uid_;
  std::string fixed_; ///< attributes of all resources
  event_pile pile_;
  std::vector<std::string> resources_;                     ///< their attributes
  std::unordered_map<std::string, std::uint32_t> numbers_; ///< of resources_
  byte_buffer resource_;
  std::vector<std::uint32_t> order_;
};

} // namespace weir
