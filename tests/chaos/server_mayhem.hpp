/// What happens to a shared store beside what happens to processes of Weir: its server is killed, and frozen.
#pragma once

#include "tests/chaos/database_server.hpp"
#include "tests/chaos/mayhem.hpp"

namespace weir::chaos {

class server_mayhem final : public mayhem {
public:
  /// Both live longer than this.
  server_mayhem(fleet& nodes, scarce_disk& disk, database_server& server, milliseconds mean_pause, std::uint64_t seed)
      : mayhem(nodes, disk, mean_pause, seed), server_(server) {}

  auto look(steady_time now) -> result<void> override;

private:
  void hurt_server(steady_time now);

  database_server& server_;
  steady_time next_for_server_{};
};

} // namespace weir::chaos
