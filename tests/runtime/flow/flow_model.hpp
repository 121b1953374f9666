/// One schedule of senders, receivers, a lossy network and stores in virtual time, decided by one seed.
//
// Senders and receivers are the real sender_links and receiver_links around real fan_outs and inlets;
// only the network, the clock, the directory and the stores are models. After every step the promises of
// the flow are checked; the first that is broken ends the schedule and is what run() returns.
#pragma once

#include "runtime/flow/receiver_links.hpp"
#include "runtime/flow/sender_links.hpp"
#include "tests/simulation/seeded.hpp"
#include "tests/simulation/timeline.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace weir::test {

class flow_model {
public:
  explicit flow_model(std::uint64_t seed);
  /// The first broken promise; empty if all were kept.
  auto run() -> std::string;
  auto messages() const -> std::uint64_t { return messages_; }
  auto faults() const -> std::uint64_t { return faults_; }

private:
  using microseconds = std::uint64_t;
  enum class what { message, down, directory, probe, step, linger, commit, incident, peace };
  struct happening {
    what kind = what::message;
    std::uint64_t to = 0;   ///< handle
    std::uint64_t from = 0; ///< handle; of a commit: the memory it is about
    link_message note;
  };
  struct sender {
    std::uint64_t handle = 0;
    std::string address;
    std::uint64_t origin = 0;
    std::uint64_t produced = 0;
    std::uint64_t wanted = 0;
    std::set<std::uint64_t> unacked;
    std::uint64_t span_max = 0; ///< most sequences between the oldest unsettled and the newest
    std::unique_ptr<fan_out> flow;
    std::vector<sender_links> links; ///< one for each component
  };
  struct receiver {
    std::uint64_t handle = 0; ///< 0 while it is down
    std::size_t component = 0;
    std::string address;
    std::uint64_t memory = 0; ///< grows when all that it held is lost
    bool listed = true;
    bool committing = false;
    microseconds stopped_until = 0; ///< its store
    std::size_t links_max = 0;
    std::unique_ptr<inlet> in;
    std::unique_ptr<receiver_links> links;
    std::deque<chunk_id> ready;
    std::set<chunk_id> fresh; ///< what this memory took
  };

  void happens(microseconds in, what kind, std::uint64_t to, std::uint64_t from = 0, link_message note = {});
  auto now() const -> microseconds {
    return static_cast<microseconds>(time_.now() / std::chrono::microseconds{1});
  }
  void carry(std::uint64_t from, std::vector<outgoing> notes);
  void put_on_wire(std::uint64_t from, const outgoing& note);
  void tell_down(std::uint64_t handle);
  void tell_directories();
  void handle(happening& h);
  void to_sender(sender& s, happening& h);
  void to_receiver(receiver& r, happening& h);
  void produce(sender& s);
  void on_news(sender& s, link_news news);
  void update(sender& s);
  void start(sender& s);
  void start(receiver& r, bool forgets);
  void take(receiver& r, const transfer_chunks& note);
  void commit(receiver& r);
  void incident();
  void make_peace();
  auto all_acked() const -> bool;
  auto all_done() -> bool;
  void check(const sender& s);
  void check(receiver& r);
  void broken(const std::string& promise);
  auto sender_of(std::uint64_t handle) -> sender*;
  auto receiver_of(std::uint64_t handle) -> receiver*;
  auto window() const -> std::uint64_t;
  auto clock() const -> monotonic_time { return time_.monotonic(); }

  seeded random_;
  timeline time_;
  std::uint64_t last_id_ = 0;
  std::uint64_t messages_ = 0;
  std::uint64_t faults_ = 0;
  std::uint64_t fault_rate_ = 0; ///< one in so many messages; 0: none
  microseconds pause_ = 0;       ///< the longest between two productions
  bool closing_ = false;
  std::string problem_;
  inlet_settings window_;
  std::uint64_t chunk_bytes_max_ = 0;
  std::uint64_t biggest_ = 0;
  std::map<std::pair<std::uint64_t, std::uint64_t>, microseconds>
      wire_; // when the last message of a pair arrives
  std::vector<std::unique_ptr<sender>> senders_;
  std::vector<std::unique_ptr<receiver>> receivers_;
  std::vector<std::set<chunk_id>> stored_; // by component
  std::vector<bool> keeps_order_;          // by component
};

} // namespace weir::test
