/// The table weir_times: when events without a time of their own were read first, whoever read them.
//
//  weir_times: PRIMARY KEY ((place, part), first), "end", times, version static
//    place    the first 16 bytes of the events' keys: their stream (runtime/ledger/event_key.hpp)
//    part     position / 2^24, so that no partition grows without end
//    version  counts what was added to the partition
//  Who adds rows makes the version one more, in one batch, if it still is what he has seen: so of two who have read an event at
//  two times the second one sees the first one's. Rows: actors/sinks/cassandra/reading_times.hpp.
#pragma once

#include "actors/sinks/cassandra/cluster.hpp"
#include "actors/sinks/cassandra/reading_times.hpp"
#include "actors/sinks/cassandra/settings.hpp"

#include <map>
#include <span>
#include <string>
#include <utility>

namespace weir {

/// Where the positions of some events lie.
using times_place = std::pair<std::string, std::int64_t>; ///< place and part
auto times_place_of(std::string_view place, std::uint64_t position) -> times_place;

class time_book {
public:
  time_book(cql_cluster& in, const cassandra_settings& settings);

  /// With its table, which is made if it is missing and `create` says so.
  auto open() -> result<void>;
  /// Gives the events, which are of this place and in order of their positions, the times that hold from now on.
  auto settle(const times_place& at, std::span<timed_position> events) -> result<void>;

private:
  struct seen {
    std::int64_t version = 0; ///< 0: nothing was added yet
    std::uint64_t end = 0;    ///< of all rows
  };
  auto look(const times_place& at, std::span<const timed_position> events, seen& now) -> result<std::vector<known_times>>;
  auto select(std::string_view what, const times_place& at, std::span<const std::int64_t> numbers) -> result<cql_rows>;
  /// False: somebody else was faster.
  auto add(const times_place& at, const seen& now, std::span<const known_times> rows) -> result<bool>;

  cql_cluster& in_;
  bool create_;
  cql_consistency serial_;
  cql_consistency written_;
  std::string keyspace_;
  std::string table_; ///< as statements have it
  std::string lifetime_;
  std::map<times_place, seen> seen_;
};

} // namespace weir
