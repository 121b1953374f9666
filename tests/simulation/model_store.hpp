/// Stores of the simulation, and what all of them are watched for.
#pragma once

#include "actors/sinks/store.hpp"
#include "runtime/flow/id_ranges.hpp"
#include "runtime/flow/position_index.hpp"
#include "tests/simulation/world.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace weir::test {

/// A database server's tables: what was committed is there whatever happens.
struct database {
  std::map<std::string, std::size_t> rows; ///< line -> how often
  id_ranges ids;
  position_index positions{window_streams_max, ended_streams_max};
  position_index settled;
  bool is_picky = false; ///< some lines are never taken, and it does not say which

  /// What was in when a writer began its commit: that is what it goes by, as transactions do that are not kept apart.
  struct snapshot {
    id_ranges ids;
    position_index positions{window_streams_max, ended_streams_max};
  };
  std::map<std::size_t, snapshot> begun; ///< by writer; absent: nobody writes beside it
  void begin(std::size_t writer) { begun.insert_or_assign(writer, snapshot{ids, positions}); }
  auto rejects(const std::string& line) const -> bool;
};

/// The line in an entry; empty if there is none.
auto line_in(std::string_view record) -> std::string;

/// Commits rows, ids and positions in one transaction, as a database does.
class database_store final : public store {
public:
  database_store(database& tables, world& w, process& home, std::string sink, std::size_t writer = 0)
      : tables_(tables), world_(w), home_(home), sink_(std::move(sink)), writer_(writer) {}
  auto open() -> result<void> override;
  auto commit(const commit_batch& batch) -> result<committed> override;
  auto knowledge(const std::string& source) -> result<stream_knowledge> override {
    return stream_knowledge{tables_.positions.of(source), tables_.settled.of(source), {}};
  }
  auto known_ids(const std::vector<id_range>& asked) -> result<std::vector<id_range>> override {
    auto found = std::vector<id_range>{};
    for (const auto& r : asked)
      for (const auto& part : tables_.ids.common(r)) found.push_back(part);
    return found;
  }

private:
  struct new_rows {
    std::vector<chunk_ptr> chunks;
    std::vector<std::string> lines;
    committed done;
  };
  /// What of the batch is not in the tables.
  auto find_new(const commit_batch& batch) -> new_rows;
  auto spoilt(std::vector<index_range> fresh, const chunk& c) const -> std::vector<index_range>;
  /// Whether the process dies here.
  auto dies() -> bool;
  void add_rows(const std::vector<std::string>& lines);
  void add_to_ledger(const std::vector<chunk_ptr>& all);

  database& tables_;
  world& world_;
  process& home_;
  std::string sink_;
  std::size_t writer_;
};

} // namespace weir::test
