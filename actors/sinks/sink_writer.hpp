/// The sink writer actor: a thread for one store, which may block. It does what its sink sends, in order.
#pragma once

#include "actors/sinks/store_writer.hpp"

#include <caf/all.hpp>

#include <memory>
#include <semaphore>

namespace weir {

/// To a sink writer, and its answer. They never leave the process.
struct assigned_job {
  writer_job what;
};
struct finished_job {
  job_outcome what;
};

/// One permit: so that the store of an earlier writer, which may still block, is gone before there is another.
using store_permit = std::binary_semaphore;

struct sink_writer_settings {
  store_writer_settings does;
  std::shared_ptr<store_permit> permit;
};

struct sink_writer_state {
  static inline constexpr const char* name = "sink_writer";

  ~sink_writer_state();
  auto run(const writer_job& job) -> job_outcome;

  sink_writer_settings settings;
  std::unique_ptr<store_writer> writer; ///< once it has the permit
};

auto sink_writer(caf::stateful_actor<sink_writer_state>* self, sink_writer_settings settings)
    -> caf::behavior;

} // namespace weir

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::assigned_job)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(weir::finished_job)
