/// The events of a commit as entries of Loki's streams, and a request's body made of some of them.
//
//  {"streams":[{"stream":{"job":"weir","tag":"web"},"values":[["1700000000000000000","line",{"trace":"1"}],…]},…]}
//
//  Within a request a stream's entries are in the order of their times.
#pragma once

#include "actors/sinks/http/event_pile.hpp"
#include "actors/sinks/loki/label_guard.hpp"
#include "actors/sinks/loki/settings.hpp"
#include "runtime/codec/event_writer.hpp"

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace weir {

/// One thread's.
class stream_pile {
public:
  stream_pile(const loki_settings& s, const clock& time);

  /// Forgets what was there, and takes the events of the commit; what is malformed is refused in `done`.
  void assign(const commit_batch& from, committed& done);
  auto pile() const -> const event_pile& { return pile_; }
  void append_body(piece_numbers pieces, byte_buffer& out);
  /// A label that has had too many values, once each hour; empty: none.
  auto take_excess() -> std::string;

private:
  void add_run(const event_run& run, committed& done);
  auto series_of(std::string_view record) -> std::uint32_t;
  auto append_entry(std::int64_t time_ns, std::string_view entry, std::string_view record) -> bool;
  void append_metadata(std::string_view record);

  std::vector<field_column> labels_;
  std::vector<field_column> metadata_;
  std::string static_labels_; ///< JSON members
  std::string tag_label_;
  const clock& clock_;
  label_guard guard_;
  std::unique_ptr<event_writer> format_;
  event_pile pile_;
  std::vector<std::int64_t> times_;                        ///< of the pile's pieces
  std::vector<std::string> series_;                        ///< label sets as JSON
  std::unordered_map<std::string, std::uint32_t> numbers_; ///< of series_
  byte_buffer prefix_;                                     ///< of the label sets of a run
  byte_buffer scratch_;
  byte_buffer line_;
  std::vector<std::uint32_t> order_;
};

} // namespace weir
