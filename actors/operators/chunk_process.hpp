/// What the operators of an aggregator or a sink make of chunks. They are without state, and make one event of one or
/// none: so an event keeps the position and the ordinal that it was born with, and its number in the chunk as it came.
#pragma once

#include "actors/operators/operator_chain.hpp"
#include "actors/operators/process_tally.hpp"
#include "runtime/dead_letter/dead_letter.hpp"
#include "runtime/event/chunk_rewriter.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

struct chunk_process_settings {
  std::vector<operator_plugin::factory> operators;
  plugin_context context;
  std::string address; ///< of the component: in dead letters and in the log
  /// Whether somebody behind it takes events of a tag: what nobody does is dropped. Absent: all are taken.
  std::function<bool(std::string_view tag)> takes = {};
};

/// What does not go on.
struct process_losses {
  process_tally tally;
  std::vector<dead_letter> letters; ///< the events as they came; those of tally.letters
};

struct processed_chunk {
  chunk_ptr content; ///< the chunk itself if no operator had anything to do
  process_losses losses;
};

/// Keeps scratch memory, as operators do: calls come from one thread at a time.
class chunk_process {
public:
  explicit chunk_process(const chunk_process_settings& settings);
  ~chunk_process();

  /// The chunk that goes on instead: its id, source, positions and times are the same (times wider if events got
  /// others), and the cuts say where each event that is left was born. An event that got another time is no longer timed at
  /// reading.
  auto run(const chunk_ptr& c) -> processed_chunk;

  using visitor = std::function<void(const event_stretch&)>;
  /// Calls `visit` for what is left of these events of the chunk, in their order; what is visited is valid until it
  /// returns. What is damaged goes through as it is.
  void pass(const chunk& of, const event_stretch& events, process_losses& losses, const visitor& visit);

private:
  class tail_end;
  std::unique_ptr<tail_end> end_;
  operator_chain chain_;
};

} // namespace weir
