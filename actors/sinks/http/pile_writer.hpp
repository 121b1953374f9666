/// The events of a commit in the format of the store `http`, one pile for each path.
#pragma once

#include "actors/sinks/http/event_pile.hpp"
#include "actors/sinks/http/request_paths.hpp"
#include "actors/sinks/http/store_settings.hpp"
#include "runtime/codec/event_format.hpp"

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace weir {

/// One thread's.
class pile_writer {
public:
  pile_writer(const http_store_settings& s, request_paths paths);

  /// Until the next call; what cannot be written is refused in `done`.
  auto write(const commit_batch& batch, committed& done) -> std::span<const event_pile>;

private:
  void add_run(const event_run& run, committed& done);
  /// Where an event of this time goes; null: nowhere, and `why` says it.
  auto pile_for(std::int64_t time_ns, std::string_view& why) -> event_pile*;

  request_paths paths_;
  std::unique_ptr<event_writer> format_;
  std::vector<event_pile> piles_;
  std::unordered_map<std::string, std::size_t> numbers_; ///< of piles_, by path
  std::string path_;
  write_bounds times_{0, 0}; ///< that number_ is for, within a run
  std::size_t number_ = 0;
};

} // namespace weir
