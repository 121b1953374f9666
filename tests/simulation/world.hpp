/// Processes, what runs in them, and the network between them, in virtual time.
#pragma once

#include "actors/protocol.hpp"
#include "runtime/measure/actor_board.hpp"
#include "tests/simulation/bugs.hpp"
#include "tests/simulation/simulated_disk.hpp"
#include "tests/simulation/timeline.hpp"

#include <map>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <variant>
#include <vector>

namespace weir::test {

using handle = std::uint64_t;
using message = std::variant<open_link, transfer_chunks, link_feedback, probe_link, reopen_link, close_link,
                             ask_positions, known_positions, ask_settled, known_settled, ask_had, known_had>;
struct process;
class world;

/// What an actor of the product is here: a shell around the same objects.
class actor {
public:
  actor(world& w, process& home, std::string component, std::string address);
  virtual ~actor() = default;
  virtual void start() = 0;
  virtual void receive(handle from, const message& m) = 0;
  /// Other actors came or went.
  virtual void on_peers() = 0;
  virtual void on_down(handle who) = 0;
  /// The first promise that it breaks just now; empty if none.
  virtual auto check() const -> std::string { return {}; }
  /// How many id ranges it remembers.
  virtual auto remembered_ranges() const -> std::size_t { return 0; }
  /// Something that it is to pass on has nobody else.
  virtual auto lacks_copies() const -> bool { return false; }
  /// So many chunks it passes on, at most, that say nothing of what is settled.
  virtual auto found() const -> std::uint64_t { return 0; }
  /// Something on its machine changed.
  virtual void wake() { step(); }
  /// Nothing is left to do.
  virtual auto is_at_rest() const -> bool = 0;
  /// Fails and is made anew around what survives that; has another handle then.
  virtual void fail();

  world& in;
  process& home;
  std::string component;
  std::string address;
  handle id = 0;

protected:
  /// Calls step() then, unless the actor is gone or was told another time meanwhile.
  void call_at(monotonic_time when);
  virtual void step() = 0;

private:
  std::uint64_t calls_ = 0;
};

/// A machine with one process; the disk survives it.
struct process {
  std::string name;
  std::unique_ptr<simulated_disk> disk;
  std::unique_ptr<file_system> files;
  bool is_up = false;
  bool may_die = true;
  bool may_lose_power = true;
  bool may_lose_disk = false; ///< others have copies of what is on it
  bool is_held_down = false; ///< it does not start
  std::uint64_t incarnation = 0;
  std::vector<std::unique_ptr<actor>> actors;
  std::function<bool(process&)> build;     ///< makes the actors; false: it could not start
  std::map<process*, std::uint64_t> peers; ///< incarnations it is connected to
  std::set<std::string> unheard;           ///< not connected to since it started
};

/// That the accounts on an actor's board do not balance, as anybody would read them; empty if they do.
auto imbalance_of(const actor_board& board, const actor_identity& who, const clock& time) -> std::string;

class world {
public:
  static constexpr auto unbounded = UINT64_MAX;

  explicit world(std::uint64_t seed) : random(seed) {}

  auto add_process(const std::string& name) -> process&;
  void start(process& p);
  /// Its death; the rest is to be lost with its machine's power or not.
  void kill(process& p, bool with_power);
  /// Its death, and that of its disk; it starts again with an empty one.
  void destroy(process& p);
  void hold_down(process& p);
  void let_up(process& p);
  /// From now on nothing goes wrong.
  void make_peace();
  void cut(process& a, process& b, std::chrono::nanoseconds how_long);
  void disconnect(process& a, process& b);

  void send(const actor& from, handle to, message m);
  void send_all(const actor& from, std::vector<outgoing> notes);
  auto enroll(actor& a) -> handle;
  void retire(handle h) { actors_.erase(h); }
  auto find(handle h) -> actor*;
  /// The actors of a component that `who` knows, and the nodes that may have more.
  auto peers_of(const actor& who, const std::string& component) -> std::vector<actor*>;
  /// Those of its own component on other machines.
  auto others_of(const actor& who) -> std::vector<actor*>;
  auto unheard_of(const actor& who, const std::string& component) -> std::vector<std::string>;
  auto is_hosted(const process& p, const std::string& component) const -> bool;
  void tell_down(process& at, handle gone);
  void tell_peers(process& at);

  template <class... Parts> void note(const std::string& who, const Parts&... parts) {
    if (!tracing) return;
    auto line = std::ostringstream{};
    (line << ... << parts);
    write_trace(who, line.str());
  }
  void broken(const std::string& promise);

  seeded random;
  timeline time;
  bug mistake = bug::none;
  bool tracing = false;
  bool peace = false;
  std::uint64_t fault_rate = 0;         ///< one in so many messages; 0: none
  std::uint64_t senders_die_one_in = 0; ///< just behind a transfer; 0: never
  std::chrono::nanoseconds latency_max{5'000'000};
  std::uint64_t messages = 0;
  std::uint64_t faults = 0;
  std::string problem;
  std::vector<std::unique_ptr<process>> processes;
  std::map<std::string, std::vector<process*>> hosts; ///< of each component
  /// Of each origin: the most sequences that its collector did not know to be settled, at a time.
  std::map<std::uint64_t, std::uint64_t> spans;

private:
  struct enrolled {
    actor* who = nullptr;
    process* home = nullptr;
    std::uint64_t incarnation = 0;
  };
  void connect(process& from, process& to);
  void lose(process& at, process& other);
  void deliver(handle from, handle to, const message& m);
  void put_on_wire(handle from, handle to, const message& m, bool late);
  auto is_cut(const process& a, const process& b) const -> bool;
  void write_trace(const std::string& who, const std::string& what);

  handle last_handle_ = 0;
  std::map<handle, actor*> actors_;
  std::map<handle, enrolled> ever_;
  std::map<std::pair<const process*, const process*>, std::uint64_t> admitted_; ///< incarnation of the first, by the second
  std::map<std::pair<handle, handle>, std::chrono::nanoseconds> wire_;
  std::map<std::pair<const process*, const process*>, std::chrono::nanoseconds> cuts_;
  std::map<handle, std::chrono::nanoseconds> held_; ///< when what a dead one had sent arrives
};

} // namespace weir::test
