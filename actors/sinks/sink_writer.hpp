/// The sink writer actor: a thread for one store, which may block. It does jobs that its sink's desk has.
#pragma once

#include "actors/sinks/sink_desk.hpp"
#include "actors/sinks/store_gate.hpp"
#include "actors/sinks/store_writer.hpp"

#include <caf/all.hpp>

#include <memory>

namespace weir {

struct sink_writer_settings {
  store_writer_settings does;
  std::shared_ptr<store_gate> gate; ///< of all writers that the sink ever has
};

struct sink_writer_state {
  static inline constexpr const char* name = "sink_writer";

  ~sink_writer_state();
  /// Until the desk has no more.
  void work();
  auto run(const writer_job& job) -> job_outcome;

  sink_writer_settings settings;
  std::shared_ptr<sink_desk> desk;
  std::size_t number = 0; ///< among the sink's
  std::uint64_t generation = 0;
  thread_times::entry time;             ///< of its thread
  std::unique_ptr<store_writer> writer; ///< once it is through the gate
};

auto sink_writer(caf::stateful_actor<sink_writer_state>* self, sink_writer_settings settings,
                 std::shared_ptr<sink_desk> desk, std::size_t number, std::uint64_t generation) -> caf::behavior;

} // namespace weir
