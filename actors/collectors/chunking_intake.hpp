/// What a source's lines and events go through: parser, operators, labels, into the chunk builder.
#pragma once

#include "actors/collectors/held_streams.hpp"
#include "actors/collectors/source.hpp"
#include "actors/collectors/taken_tags.hpp"
#include "actors/operators/operator_chain.hpp"
#include "actors/operators/parse.hpp"
#include "runtime/dead_letter/dead_letter.hpp"
#include "runtime/event/chunk_builder.hpp"
#include "runtime/event/record_path.hpp"
#include "runtime/flow/gaps.hpp"
#include "runtime/measure/bounded_counts.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace weir {

/// Counts of what a collector let go or could not parse; they outlive a restart.
struct intake_counts {
  std::uint64_t unparsed = 0; ///< kept as raw lines with parse_error
  bounded_counts dropped;      ///< by reason
  bounded_counts noted;        ///< as in an observation
  bounded_counts dead_letters; ///< by tag; part of dropped
  bounded_counts no_sink;      ///< by tag; part of dropped, too: what no sink takes
  bounded_counts tagged;       ///< by tag: what was put into chunks
  bounded_counts tagged_bytes;
};

/// What failed a required parse since the last chunk was closed.
struct unkept_letters {
  std::vector<dead_letter> all;
  std::size_t placed = 0; ///< of them lie before the last save point, and say where
};

/// How a collector turns what its source gives into events.
struct intake_settings {
  std::optional<parse_settings> parse;
  std::vector<operator_plugin::factory> operators;
  config::string_map labels;
  sink_patterns wanted = {}; ///< what else comes is dropped
  bool holds_events = false; ///< some of the operators may
};

/// Lives as long as its source; builder and counts live longer.
class chunking_intake final : public intake {
public:
  chunking_intake(const intake_settings& settings, const plugin_context& context, chunk_builder& builder,
                  intake_counts& counts, unkept_letters& letters);

  void attach(std::string_view fields, std::uint32_t count) override { attached_ = {fields, count}; }
  void enter(std::string_view stream) override;
  void line(std::string_view tag, std::int64_t now_ns, std::string_view line) override;
  void event(const event_view& event) override;
  void entries(std::string_view tag, std::string_view entries, std::uint32_t count) override;
  void drop(std::string_view reason, std::uint64_t events) override;
  void covered(std::string_view stream, std::uint64_t begin, std::uint64_t end) override;
  void tell_all(std::string_view stream, std::uint64_t begin, std::uint64_t end) override;
  auto unsaved_bytes() const -> std::size_t override { return builder_.unsaved_bytes(); }
  /// What else comes is dropped from now on.
  void take_only(sink_patterns wanted) { taken_ = taken_tags{std::move(wanted)}; }
  /// Gives up what operators have held for long enough, and with it covers what it lies in; of monotonic_time::max() all.
  void flush(monotonic_time now);
  /// An operator wants nothing to be read before.
  auto rests_until() const -> monotonic_time { return rests_until_; }
  auto wake_at() const -> std::optional<monotonic_time> { return held_ ? held_->wake_at() : std::nullopt; }

private:
  class tail_end;
  class spanning_end;
  class entrance;
  void use_operators(const intake_settings& settings, const plugin_context& context);
  /// An event behind the operators, into the builder; false: nobody takes it.
  auto append(const event_view& event) -> bool;
  /// What goes on of what was held or came with it.
  void put_held(const event_view& event, const event_span& lines);
  void finish_held(std::int64_t time_ns, const event_span& lines);
  void drop_too_large(std::uint64_t events);
  void place_letters(std::string_view stream, std::uint64_t begin, std::uint64_t end);
  void cover(std::string_view stream, std::uint64_t begin, std::uint64_t end);

  /// Appends the record of `line` to `out`, or the raw line if it does not parse; gives `line` its time. False: drop it.
  auto write_record(event_view& line, byte_buffer& out) -> bool;
  auto write_unparsed(const event_view& line, std::string_view problem, byte_buffer& out, std::size_t begin)
      -> bool;
  /// Of the fields since `begin`, with those that are attached and missing; how many they are then.
  auto with_attached(byte_buffer& out, std::size_t begin, std::uint32_t count) const -> std::uint32_t;
  void note_unread_time(const unread_time& problem);
  /// Puts aside what will be in no chunk.
  auto add_letter(const event_view& what, std::string_view reason) -> dead_letter&;
  /// Puts the labels that the record lacks behind its fields.
  void label(byte_buffer& out, std::size_t record_begin);
  void label_paths(byte_buffer& out, std::size_t record_begin);
  /// Takes what was appended since builder_.begin() and is born where born_ says, unless no chunk could hold it.
  void finish(const event_view& event);
  void drop_untaken(std::string_view tag, std::uint64_t events);

  chunk_builder& builder_;
  intake_counts& counts_;
  unkept_letters& letters_;
  const clock& clock_;
  std::string address_;
  std::unique_ptr<line_parser> parser_;
  parse_failure on_error_ = parse_failure::keep;
  config::string_map labels_;
  bool has_label_paths_; ///< else all are fields of the record itself
  taken_tags taken_;
  std::unique_ptr<event_output> end_; ///< appends to the builder
  operator_chain chain_;              ///< of operators that hold nothing
  std::unique_ptr<event_output> entrance_;
  std::optional<held_streams> held_; ///< of operators some of which hold
  event_output* first_ = nullptr;    ///< where events enter
  bool has_operators_ = false;
  std::uint64_t plain_from_ = 0; ///< since the last save point: where an event of one line may lie
  birth born_;                        ///< of what is being put
  std::optional<interval> notice_;    ///< that is being told
  record_fields attached_;
  byte_buffer scratch_;
  byte_buffer label_value_;
  monotonic_time rests_until_{};
  monotonic_time tell_too_large_at_{}; ///< not again before
};

} // namespace weir
