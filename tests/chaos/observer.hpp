/// Follows the tables, of a cluster the files, too, while the system runs, so that writers know how far ahead they are.
#pragma once

#include "tests/chaos/site.hpp"
#include "tests/chaos/stores.hpp"

#include <thread>

namespace weir::chaos {

class observer {
public:
  explicit observer(site& of);
  /// Ends the thread; until then nobody else may look at its tallies.
  void finish();
  /// Why it ended early; empty if it did not.
  auto problem() const -> const std::string& { return problem_; }

private:
  void run(std::stop_token stop);
  auto look() -> result<std::uint64_t>;
  void note(stream_state& stream) const;

  site& site_;
  std::vector<table_reader> tables_;
  std::optional<server_table_reader> server_; ///< in place of the tables
  std::vector<file_reader> files_; ///< none where the tables tell enough
  std::string problem_;
  std::jthread thread_;
};

} // namespace weir::chaos
