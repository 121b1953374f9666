/// The keys of an aggregator's buffer, as written.
#pragma once

#include "topology/plan.hpp"

namespace weir {

constexpr auto names_of(buffer_type*) {
  return std::array<std::pair<std::string_view, buffer_type>, 2>{
      {{"memory", buffer_type::memory}, {"disk", buffer_type::disk}}};
}
constexpr auto names_of(full_policy*) {
  return std::array<std::pair<std::string_view, full_policy>, 3>{{{"block", full_policy::block},
                                                                  {"drop_oldest", full_policy::drop_oldest},
                                                                  {"drop_newest", full_policy::drop_newest}}};
}
constexpr auto names_of(sync_policy*) {
  return std::array<std::pair<std::string_view, sync_policy>, 3>{
      {{"always", sync_policy::always}, {"interval", sync_policy::interval}, {"os", sync_policy::os}}};
}

/// What is absent follows from the rest: see buffer_of().
struct buffer_spec {
  std::optional<buffer_type> type;
  std::string path;
  std::optional<byte_count> max_size;
  std::optional<byte_count> segment_size;
  full_policy when_full = full_policy::block;
  sync_policy sync = sync_policy::always;
  duration sync_interval = std::chrono::seconds{1};
};

template <class Visitor> void describe(Visitor& v, buffer_spec& s) {
  v.field("type", s.type,
          "Where chunks wait that are not settled: disk wherever a path is given, else memory.");
  v.field("path", s.path,
          "A directory for this buffer alone, made if it is not there; {node} and {component} work. Several "
          "instances get a directory each in it.");
  v.field("max_size", s.max_size,
          "The most that may wait; senders get credit for no more. 64MiB in memory, 4GiB on disk.");
  v.field("when_full", s.when_full,
          "What gives way: block lets the senders wait; drop_oldest, drop_newest (disk only) lose events, "
          "counted.");
  v.field("sync", s.sync,
          "When a chunk is safe: always: on the device; interval, os: written, and the device follows every "
          "sync_interval or when the system likes, so that a power cut loses what was written last.");
  v.field("sync_interval", s.sync_interval, "For sync: interval.");
  v.field("segment_size", s.segment_size,
          "The files on the disk; one goes when all it holds is stored. 64MiB, or a quarter of max_size.");
}
void validate(const buffer_spec& spec, config::settings_reader& reader);
auto buffer_of(const buffer_spec& spec) -> buffer_settings;

} // namespace weir
