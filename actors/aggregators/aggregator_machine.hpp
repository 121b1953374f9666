/// What an aggregator decides: what it takes, sends, answers and tells, and when it is done. Its actor and the simulation
/// are shells around it.
#pragma once

#include "actors/aggregators/aggregator_core.hpp"
#include "actors/aggregators/copy_keeper.hpp"
#include "actors/aggregators/copy_refiller.hpp"
#include "actors/aggregators/passed_questions.hpp"
#include "actors/protocol.hpp"
#include "actors/system/receiver_words.hpp"
#include "actors/system/unsure_report.hpp"
#include "runtime/flow/receiver_links.hpp"
#include "runtime/flow/retention.hpp"
#include "runtime/os/random.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace weir {

struct aggregator_machine_settings {
  std::string address;
  std::vector<downstream_component> downstream; ///< one for each outlet of the core
  std::vector<std::string> local_senders;       ///< addresses; more may come from other nodes
  bool once = false;
  duration remember = retention{}.streams; ///< ids of a collector's start, since its last chunk
  std::function<std::uint64_t()> random = random_id;
  copy_keeper_settings copies = {};
  copy_refiller_settings refills = {};
};

/// Other neighbours and settings, to be taken over by one that runs.
struct aggregator_change {
  std::vector<downstream_component> downstream;
  std::vector<std::string> local_senders;
  aggregator_revision core;
  bool discards = false; ///< what those have not got that are not fed any more
  copy_keeper_settings copies = {};
  copy_refiller_settings refills = {};
};

/// Messages, outcomes and time go in, and work() does what became possible by them; then take what is to be sent and
/// done. Senders, receivers and askers are numbers of its owner's.
class aggregator_machine {
public:
  struct question {
    std::uint64_t to = 0;
    ask_positions what;
  };
  using answer = passed_questions::answer;

  aggregator_machine(aggregator_machine_settings settings, std::shared_ptr<aggregator_core> core, const clock& time);

  void on_open(const open_link& note, std::uint64_t sender);
  void on_transfer(const transfer_chunks& note);
  void on_probe(const probe_link& note, std::uint64_t sender) { from_.on_probe(note, sender); }
  void on_close(const close_link& note, std::uint64_t sender);
  void on_feedback(const link_feedback& note);
  void on_reopen(const reopen_link& note);
  void on_down(std::uint64_t who);
  void on_question(const ask_positions& note, std::uint64_t asker);
  void on_answer(const known_positions& note);
  void on_question(const ask_settled& note, std::uint64_t asker);
  void on_answer(const known_settled& note);
  void on_question(const ask_had& note, std::uint64_t asker);
  void on_answer(const known_had& note);
  void on_peers(const std::string& component, std::vector<sender_links::receiver> there,
                const std::vector<std::string>& unheard);
  void on_synced(const sync_job& job, const result<void>& outcome);
  void drain();
  /// As drain(), but its senders are to go elsewhere, and what is there is passed on however long that takes.
  void leave();
  /// Those who are fed already notice nothing.
  void change(const aggregator_change& wanted);
  auto progress() const -> std::vector<outlet_progress>;
  /// Components whose actors it has to know: those that it sends to, also those that get only what is left for them, and its
  /// own if it has copies of what others pass on.
  auto neighbours() const -> std::vector<std::string>;
  /// Messages that wait for its actor, for its figures.
  void note_mailbox(std::size_t messages) { core_->mailbox = messages; }
  /// Once for all that came: it looks at each link and each outlet.
  void work();

  auto take_outgoing() -> std::vector<outgoing>;
  auto take_questions() -> std::vector<question>;
  auto take_answers() -> std::vector<answer> { return std::exchange(answers_, {}); }
  /// To be run in another thread; its outcome goes to on_synced().
  auto take_sync() -> std::optional<sync_job> { return core_->take_sync(time_.monotonic()); }
  /// When work() is to be called if nothing happens.
  auto deadline() const -> monotonic_time { return deadline_; }
  /// All input is at its end and everything is passed on, or safe in the log.
  auto is_finished() const -> bool { return is_finished_; }

private:
  struct downstream_port {
    std::string component;
    sender_links links;
    std::vector<sender_links::receiver> there;
  };

  /// One for each outlet that has none.
  void add_ports();
  /// To those who are there, as far as the log could keep that these may get something.
  void link(std::size_t index);
  void ask_of_doubts(monotonic_time now);
  /// Closes those of outlets that are drained, or of all that are retired; what nobody links to any more goes.
  void close_retired(bool discards);
  void drop_port(std::size_t index);
  auto has_delivered(monotonic_time now) const -> bool;
  void tell_news(monotonic_time now);
  void do_work();
  void show();
  void send_copies(monotonic_time now, bool is_probe_due);
  void look_at_links();
  auto state_word() const -> const char*;
  auto words() const -> actor_texts;
  void add_troubles(actor_texts& to) const;
  auto next_call(monotonic_time now) const -> monotonic_time;
  void finish_if_done(monotonic_time now);

  aggregator_machine_settings settings_;
  std::shared_ptr<aggregator_core> core_;
  const class clock& time_;
  receiver_links from_;
  upkeep_time upkeep_;
  std::vector<downstream_port> ports_;
  std::vector<outgoing> last_words_; ///< of ports that are no more
  copy_keeper keeper_;
  copy_refiller refiller_;
  std::optional<passed_questions> passed_; ///< without a log
  std::vector<answer> answers_;
  ending how_;
  bool is_finished_ = false;
  bool leaves_ = false;    ///< while others stay
  bool is_ending_ = false; ///< it has left: nothing more comes in, and those behind it are told so
  monotonic_time probe_at_{};
  monotonic_time deadline_{};
  receiver_words words_;
  told_links links_;
  monotonic_time look_at_links_at_{};
  unsure_report unsure_;
  std::uint64_t told_unsure_ = 0; ///< of what the log held
  std::optional<monotonic_time> drain_until_; ///< with a log: what is not passed on by then stays in it
};

} // namespace weir
