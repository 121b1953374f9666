/// A thread beside a running node: answers at the control socket and draws the live status.
#pragma once

#include "cli/console/sight.hpp"
#include "cli/control_socket.hpp"
#include "cli/run/reloads.hpp"
#include "cli/status/node_status.hpp"
#include "cli/tell/teller.hpp"
#include "cli/terminal_block.hpp"
#include "runtime/os/owned_fd.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <thread>

namespace weir::cli {

struct status_outlets {
  std::unique_ptr<control_socket> socket;   ///< may be null
  std::shared_ptr<terminal_block> terminal; ///< may be null: nothing is drawn
};

class status_service {
public:
  /// `drain` has the node drain; it says who wants that.
  status_service(process_identity who, node& of, reloads& by, const teller& tells, std::function<void(const std::string& by)> drain,
                 status_outlets to);
  /// Ends the thread; a last picture stays on the terminal.
  ~status_service();
  status_service(const status_service&) = delete;
  auto operator=(const status_service&) -> status_service& = delete;

  /// For a process that ends without ending the service: removes the socket, draws no more.
  void withdraw();

private:
  using time_point = std::chrono::steady_clock::time_point;

  void work();
  /// Waits for a client, at most until `when`; false: the service ends.
  auto wait(bool for_clients, time_point when) -> bool;
  auto answer(std::string_view request, const std::string& by) -> std::string;
  auto order(std::string_view request, const std::string& by) -> std::string;
  auto scale(std::string_view request, const std::string& by) -> std::string;
  auto tell(std::string_view asked, const std::string& by) -> result<std::string>;
  auto check(std::string_view request) const -> std::string;
  /// Two observations, so far apart that rates make sense.
  auto measure() -> node_status;
  auto document(std::string_view request) -> std::optional<std::string>;
  auto with_headline(node_status s) -> node_status;
  auto stuck_here(const node_status& s) const -> std::string;
  auto look() const -> node_status;
  void draw();

  process_identity who_;
  node& node_;
  reloads& reloads_;
  const teller& tells_;
  const std::function<void(const std::string& by)> drain_;
  status_outlets to_;
  sight_keeper sight_;
  time_point began_ = std::chrono::steady_clock::now();
  owned_fd stop_;
  node_status drawn_; ///< what the terminal shows
  std::thread thread_;
};

} // namespace weir::cli
