/// The sink writer actor: a thread for one store, which may block. It does the jobs that its sink's desk has.
#pragma once

#include "actors/sinks/sink_desk.hpp"
#include "actors/sinks/store_writer.hpp"

#include <caf/all.hpp>

#include <memory>
#include <semaphore>

namespace weir {

/// One permit: so that the store of an earlier writer, which may still block, is gone before there is another.
using store_permit = std::binary_semaphore;

struct sink_writer_settings {
  store_writer_settings does;
  std::shared_ptr<store_permit> permit;
};

struct sink_writer_state {
  static inline constexpr const char* name = "sink_writer";

  ~sink_writer_state();
  /// Until the desk has no more.
  void work();
  auto run(const writer_job& job) -> job_outcome;

  sink_writer_settings settings;
  std::shared_ptr<sink_desk> desk;
  std::unique_ptr<store_writer> writer; ///< once it has the permit
};

auto sink_writer(caf::stateful_actor<sink_writer_state>* self, sink_writer_settings settings,
                 std::shared_ptr<sink_desk> desk) -> caf::behavior;

} // namespace weir
