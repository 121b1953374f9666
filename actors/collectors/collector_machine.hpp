/// What a collector decides: where it goes on after a start, when it reads, what becomes a chunk, what is sent, and when
/// it is done. Its actor and the simulation are shells around it.
#pragma once

#include "actors/collectors/collector_core.hpp"
#include "actors/protocol.hpp"
#include "actors/system/link_words.hpp"
#include "actors/system/resume_inquiry.hpp"
#include "actors/system/unsure_report.hpp"
#include "runtime/os/random.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace weir {

struct collector_pace {
  std::size_t read_bytes_max = std::size_t{512} << 10;
  std::size_t chunk_bytes_wanted = std::size_t{704} << 10; ///< fits a cache between reader and writer
  duration chunk_age_max = std::chrono::milliseconds{200};
  /// For a receiver that waits, while the source has more: a chunk costs its hops.
  duration gathering_max = std::chrono::milliseconds{2};
  duration ask_interval = std::chrono::seconds{1};
  duration patience = resume_patience;
};

struct collector_machine_settings {
  std::string address;
  std::string source; ///< the core's: whose streams its positions are of
  plugin_context context;
  source_plugin::factory make_source;
  intake_settings intake;
  std::vector<downstream_component> downstream; ///< one for each outlet of the core
  bool listens = false;          ///< what was not acked its clients send again by themselves
  bool resumes = false;          ///< its positions mean the same to a later process
  bool reads_to_end = false;     ///< when drained: what is there is read first
  bool waits_to_the_end = false; ///< and then: also if the receivers are away
  collector_pace pace;
  std::function<std::uint64_t()> random = random_id;
  /// Has on_wake() called once the descriptor is readable; false: it was not, and is to be called again.
  std::function<bool(int)> wait = [](int) { return false; };
  std::function<void(int)> forget = [](int) {};
};

/// Other receivers, to be taken over by one that runs.
struct collector_change {
  std::vector<downstream_component> downstream;
  std::vector<outlet_settings> outlets;
  sink_patterns wanted;
  std::uint64_t fresh_origin = 0;
  bool discards = false; ///< what those have not got that are not sent to any more
};

/// Messages, answers and time go in; then take what is to be sent. Receivers are numbers of its owner's.
class collector_machine {
public:
  struct question {
    std::uint64_t to = 0;
    ask_positions what;
  };
  struct failing {
    error why;
    bool is_fatal = false; ///< the operator's to mend
  };

  collector_machine(collector_machine_settings settings, std::shared_ptr<collector_core> core);
  ~collector_machine();

  /// Opens what others connect to, and waits for start(), which does it otherwise.
  void listen();
  void start();
  void on_peers(const std::string& component, std::vector<sender_links::receiver> there,
                const std::vector<std::string>& unheard);
  void on_answer(const known_positions& note);
  void on_feedback(const link_feedback& note);
  void on_reopen(const reopen_link& note);
  void on_close(const close_link& note);
  void on_down(std::uint64_t receiver);
  void on_wake();
  void on_time() { step(); }
  /// Messages that wait for its actor, for its figures.
  void note_mailbox(std::size_t messages) { core_->mailbox = messages; }
  void drain();
  /// The source, and those who are sent to already, notice nothing.
  void change(const collector_change& wanted);
  auto progress() const -> std::vector<outlet_progress>;
  /// Components that it sends to; also those that get only what is left for them.
  auto receivers() const -> std::vector<std::string>;
  /// It reads, or waits for others to say where to go on.
  auto is_open() const -> bool { return is_open_ || (is_started_ && inquiry_.has_value()); }

  auto take_outgoing() -> std::vector<outgoing>;
  auto take_questions() -> std::vector<question> { return std::exchange(questions_, {}); }
  /// It does nothing more then.
  auto failure() const -> const std::optional<failing>& { return failure_; }
  /// There is more to read: on_time() is to be called as soon as others had their turn.
  auto has_more() const -> bool { return has_more_; }
  /// When on_time() is to be called if nothing happens.
  auto deadline() const -> monotonic_time { return deadline_; }
  /// All input is at its end and everything is settled.
  auto is_finished() const -> bool { return is_finished_; }

  /// It is not known yet where to go on.
  auto is_waiting() const -> bool { return !is_started_ || inquiry_.has_value(); }

private:
  void take_news(link_news news);
  struct downstream_port {
    std::string component;
    sender_links links;
    std::vector<sender_links::receiver> there;
    std::vector<std::string> unheard; ///< nodes that may have more
  };

  /// One for each outlet that has none.
  void add_ports();
  void close_retired(bool discards);
  void drop_port(std::size_t index);
  void begin_inquiry();
  void be_patient();
  void tell_inquiry(const downstream_port& port);
  auto is_missed(const downstream_port& port) const -> bool;
  /// Works, and shows what came of it.
  void step();
  /// Reads what demand allows, closes what is due, sends what can go, and arranges the next call.
  void work();
  void show();
  void tell();
  /// Those that are not its source's.
  auto own_problems() const -> std::vector<std::string>;
  /// What the source has noted since the last time goes to the counts, which outlive it.
  void count_noted(const counts_by_name& so_far);
  void inquire();
  void ask(monotonic_time now);
  /// The source goes on behind what is known by now.
  void end_inquiry();
  void forget_source();
  /// A new source with its doors open; false: it failed.
  auto make_source() -> bool;
  void open_source();
  /// To receivers that are new.
  void tell_standing();
  void read_to_end();
  auto wants_to_read(monotonic_time now) -> bool;
  auto read(monotonic_time now) -> read_status;
  void probe_if_due(monotonic_time now);
  auto should_close(monotonic_time now) const -> bool;
  void wait_for_source(monotonic_time now);
  auto next_call(monotonic_time now) const -> monotonic_time;
  void finish_if_done();
  void fail(error why, std::uint64_t fatal_up_to);
  auto now() const -> monotonic_time { return settings_.context.clock->monotonic(); }
  auto state_word() const -> const char*;

  collector_machine_settings settings_;
  std::shared_ptr<collector_core> core_;
  std::unique_ptr<source> reads_;
  std::unique_ptr<chunking_intake> takes_;
  std::vector<downstream_port> ports_;
  std::vector<outgoing> last_words_; ///< of ports that are no more
  std::optional<resume_inquiry> inquiry_;
  std::uint64_t question_ = 0;
  std::vector<question> questions_;
  std::optional<failing> failure_;
  monotonic_time patience_ends_{};
  monotonic_time patience_begins_{}; ///< who else may have something is not heard of before
  bool has_met_some_ = false; ///< receivers, since it began to ask
  monotonic_time ask_at_{};
  monotonic_time complain_at_{};

  bool is_started_ = false;
  bool is_open_ = false;
  bool is_draining_ = false;
  bool leaves_held_ = false; ///< it was asked to end, and what operators hold is read again by the next process
  bool is_at_end_ = false;   ///< the source has nothing more, or must not be asked any more
  bool is_finished_ = false;
  bool is_ready_ = true;     ///< the source may have something
  bool is_starved_ = false;  ///< the last look was without demand
  bool is_expecting_ = false; ///< a wake-up by the source's descriptor
  bool has_more_ = false;
  monotonic_time collecting_since_{};
  monotonic_time paused_until_{};
  monotonic_time probe_at_{};
  monotonic_time deadline_{};
  std::optional<monotonic_time> closing_until_; ///< set once everything is confirmed and its receivers are told so
  monotonic_time tell_at_{}; ///< words; not again before, unless its own problems are others
  std::vector<std::string> told_problems_;
  told_links links_;
  std::uint64_t told_moved_ = 0;
  unsure_report unsure_;
  counts_by_name noted_;     ///< by this source, and counted
};

} // namespace weir
