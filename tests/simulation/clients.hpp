/// Clients that send messages with random ids, and again, to whichever collector, until they have the ack.
#pragma once

#include "tests/simulation/script.hpp"
#include "tests/simulation/world.hpp"

#include <chrono>
#include <deque>
#include <set>
#include <string>
#include <vector>

namespace weir::test {

/// The messages of one client: each is a few lines of a file that is on no disk.
class client_messages {
public:
  static constexpr auto lines_of_one = std::size_t{3};

  client_messages(scripted_file& lines, world& w) : lines_(lines), world_(w) {}

  /// A collector that listens, by its process; it forgets what had come to an earlier one.
  auto listen(process& at) -> std::size_t;
  /// Sends what is due to one of those that listen.
  void send();
  /// Puts what came to a listener; the bytes that this was.
  auto put_next(std::size_t who, intake& out) -> std::size_t;
  void acknowledge(const position_range& safe);

private:
  struct listener {
    process* at = nullptr;
    std::uint64_t incarnation = 0;
    std::deque<std::size_t> inbox; ///< messages
    std::set<std::size_t> put;     ///< these are not put again by the same process
  };
  auto stream_of(std::size_t number) const -> std::string;
  auto end_of(std::size_t number) const -> std::size_t;

  scripted_file& lines_;
  world& world_;
  std::vector<listener> listeners_;
  std::vector<std::chrono::nanoseconds> send_again_at_; ///< by message
};

class scripted_listener final : public source {
public:
  scripted_listener(client_messages& from, process& at) : from_(from), listener_(from.listen(at)) {}
  auto open(const resume_info&) -> result<void> override { return {}; }
  auto read(intake& out, std::size_t budget) -> result<read_status> override;
  void acknowledge(std::span<const position_range> safe) override;

private:
  client_messages& from_;
  std::size_t listener_;
};

} // namespace weir::test
