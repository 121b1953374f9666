/// The events of a commit as the lines of a _bulk request.
//
//  {"create":{"_index":"logs-web-2026.01.31","_id":"…"[,"routing":"…"]}}
//  {"@timestamp":…}
#pragma once

#include "actors/sinks/elasticsearch/document_writer.hpp"
#include "actors/sinks/elasticsearch/index_names.hpp"
#include "actors/sinks/store.hpp"
#include "runtime/ledger/event_key.hpp"

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace weir {

struct bulk_document {
  enum class state : std::uint8_t { waiting, stored, known, refused };
  event_ref at;
  std::size_t begin = 0; ///< of its two lines in the body
  std::size_t end = 0;
  std::size_t id_begin = 0; ///< in what keeps the ids
  std::uint32_t id_bytes = 0;
  std::uint32_t index = 0; ///< its number among bulk_batch::indices()
  bool is_timed_at_reading = false;
  state is = state::waiting;
};

struct bulk_index {
  std::string name;
  std::string all_times; ///< of its tag: where the event is if it was read at another time
  std::string tag;       ///< of an event that goes there
};

struct bulk_batch_settings {
  index_names names; ///< of a data stream: its name
  bool ecs = false;
  std::string routing = {}; ///< paths of fields; empty: none
  std::string id_key = {};
};

/// One thread's; keeps its memory from one commit to the next, so that no event allocates.
class bulk_batch {
public:
  explicit bulk_batch(bulk_batch_settings settings);

  /// Forgets what was there, and takes the events of the commit; what makes no document becomes refusals of `done`.
  void assign(const commit_batch& from, committed& done);

  auto documents() -> std::vector<bulk_document>& { return documents_; }
  auto documents() const -> const std::vector<bulk_document>& { return documents_; }
  auto body() const -> std::string_view { return body_.view(); }
  auto lines_of(const bulk_document& d) const -> std::string_view { return body().substr(d.begin, d.end - d.begin); }
  auto id_of(const bulk_document& d) const -> std::string_view { return ids_.view().substr(d.id_begin, d.id_bytes); }
  auto indices() const -> const std::vector<bulk_index>& { return indices_; }
  auto names() -> index_names& { return settings_.names; }
  /// The line that takes the document out of `index`.
  auto removal_of(const bulk_document& d, std::string_view index) const -> std::string;

private:
  void add_run(const event_run& run, event_keys& keys, committed& done);
  /// Takes the record from the front of `entries`; false if it is malformed. `why_not`: why it makes no document.
  auto add_event(const bulk_document& begun, std::int64_t time_ns, std::string_view& entries, event_keys& keys,
                 std::string_view& why_not) -> bool;
  void enter_index(std::int64_t time_ns);
  auto append_action(bulk_document& d, std::int64_t time_ns, std::string_view record, event_keys& keys) -> std::string_view;
  auto append_own_id(std::string_view record) -> bool;

  bulk_batch_settings settings_;
  document_writer writer_;
  std::vector<bulk_document> documents_;
  byte_buffer body_;
  byte_buffer ids_;
  byte_buffer scratch_;
  std::string_view tag_; ///< of the run at hand
  std::string action_;   ///< up to the id
  std::uint32_t index_ = 0;
  std::uint64_t index_change_ = 0; ///< of the names, that index_ and action_ are of
  std::vector<bulk_index> indices_;
  std::unordered_map<std::string, std::uint32_t> numbers_; ///< of indices_
};

} // namespace weir
