/// What a sink decides: what its writers do next, what is acked, tried again or given up, and what is told.
#pragma once

#include "actors/protocol.hpp"
#include "actors/sinks/sink_core.hpp"
#include "actors/sinks/sink_jobs.hpp"
#include "actors/system/receiver_words.hpp"
#include "runtime/base/backoff.hpp"
#include "runtime/flow/receiver_links.hpp"
#include "runtime/flow/retention.hpp"
#include "runtime/os/clock.hpp"
#include "runtime/os/random.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace weir {

struct sink_machine_settings {
  std::string address;
  backoff_settings retry;
  std::optional<duration> give_up_after;
  std::vector<std::string> local_senders; ///< addresses; more may come from other nodes
  bool senders_keep = false; ///< all of them have chunk logs: what is not stored may stay with them
  bool once = false;
  duration remember = retention{}.streams; ///< ids of a collector's start, since its last chunk
  std::size_t writers = 1; ///< as many as the core's queue is for
  sink_queue::bounds batch{.bytes_max = std::size_t{4} << 20};
  duration expires_every{0}; ///< so often the store is to look what is too old to be kept; 0: never
  duration fill_delay{0}; ///< how long the oldest chunk waits for others to be committed with
  std::function<std::uint64_t()> random = random_id; ///< for the waits between tries
};

/// Other senders, to be taken over by one that runs.
struct sink_change {
  std::vector<std::string> local_senders;
  bool senders_keep = false;
};

/// Messages, outcomes and time go in; then take what is to be sent and done. Each writer has one job at a time, so
/// that whoever asks is answered whatever the store does. Writers are numbers from 0; senders and askers are numbers of
/// its owner's.
class sink_machine {
public:
  struct answer {
    std::uint64_t to = 0;
    known_positions what;
  };

  sink_machine(sink_machine_settings settings, sink_core& core, const clock& time);

  void on_open(const open_link& note, std::uint64_t sender);
  auto has_link(std::uint64_t link) const -> bool { return links_.has(link); }
  void on_transfer(const transfer_chunks& note);
  void on_probe(const probe_link& note, std::uint64_t sender);
  void on_close(const close_link& note, std::uint64_t sender);
  void on_down(std::uint64_t who);
  void on_question(const ask_positions& note, std::uint64_t asker);
  void on_question(const ask_had& note, std::uint64_t asker);
  void on_outcome(std::size_t writer, job_outcome done);
  void on_time();
  void drain();
  /// As drain(), but its senders are to go elsewhere: they keep what is not acked.
  void leave();
  void change(const sink_change& wanted);
  void obey(const sink_order& wanted);
  /// Nothing as long as no writer has tried to open its store; then why that failed, or an empty text.
  auto opening() const -> std::optional<std::string>;

  /// Whether take_job() has one now.
  auto has_job(std::size_t writer) const -> bool;
  /// Its outcome must come before there is another for this writer.
  auto take_job(std::size_t writer) -> std::optional<writer_job>;
  /// What waits is less than a batch, and may grow until deadline().
  auto is_filling() const -> bool;
  auto take_outgoing() -> std::vector<outgoing>;
  auto take_answers() -> std::vector<answer> { return std::exchange(answers_, {}); }
  /// When has_job() is to be asked again if nothing happens.
  auto deadline() const -> std::optional<monotonic_time>;
  /// All input is at its end and everything is settled.
  auto is_finished() const -> bool { return is_finished_; }
  /// Shows on its board what came of the calls before.
  void show();
  /// And what its writers are at.
  void show_work();
  auto address() const -> const std::string& { return settings_.address; }
  auto writers() const -> std::size_t { return writers_.size(); }

private:
  struct question {
    std::variant<ask_positions, ask_had> note;
    std::uint64_t asker = 0;
  };
  enum class task { nothing, open, answer, expire, commit, idle };

  struct writer_state {
    std::optional<writer_job> under_way;
    monotonic_time since{};
    bool is_slow_told = false;
    bool was_opened = false;       ///< its store, once
    bool is_idle = true;           ///< its store was told that nothing is coming
    bool are_commits_failing = false;
    monotonic_time idle_at{};
    std::uint32_t failures = 0; ///< in a row
    monotonic_time retry_at{};
    monotonic_time tell_at{}; ///< not again before, while only questions wait
  };

  /// The store has not answered for long.
  auto is_slow(const writer_state& w) const -> bool;
  auto slow_text(const writer_state& w) const -> std::string;
  /// For the log and status: the sink, and which of several writers.
  auto name_of(const writer_state& w, const std::string& sink) const -> std::string;
  auto next_task(std::size_t writer) const -> task;
  auto make_job(std::size_t writer, task what) -> writer_job;
  auto make_commit(std::size_t writer) -> commit_job;
  auto may_commit(std::size_t writer) const -> bool;
  auto is_answering() const -> bool;
  auto may_expire(std::size_t writer) const -> bool;
  auto make_answer() const -> writer_job;
  /// Whether the store could be asked.
  auto has_answered(writer_state& w, const job_outcome& done) -> bool;
  auto commits_under_way() const -> std::size_t;
  auto failing_writers() const -> std::size_t;
  void on_done(std::size_t writer, const open_job& job, job_outcome done);
  void on_done(std::size_t writer, const commit_job& job, job_outcome done);
  void on_done(std::size_t writer, const positions_job& job, job_outcome done);
  void on_done(std::size_t writer, const ids_job& job, job_outcome done);
  void on_done(std::size_t writer, const idle_job& job, job_outcome done);
  void on_done(std::size_t writer, const expire_job& job, job_outcome done);
  void on_failed_commit(std::size_t writer, const commit_job& job, const error& why);
  void retry_later(writer_state& w, const error& why);
  void on_success(writer_state& w);
  void rest(writer_state& w, std::optional<std::chrono::seconds> at_most);
  void check_end();
  auto state_word() const -> const char*;
  auto words() const -> actor_texts;

  sink_machine_settings settings_;
  sink_core& core_;
  const class clock& time_;
  receiver_links links_;
  upkeep_time upkeep_;
  std::vector<question> questions_; ///< that are not answered yet
  std::vector<answer> answers_;
  std::vector<outgoing> known_had_;
  std::vector<writer_state> writers_;
  monotonic_time expire_at_{}; ///< not before
  std::size_t permits_; ///< so many commits may be under way
  ending how_;
  bool is_asked_ = false;    ///< a question came since the last try to answer: it need not wait for the next
  bool is_at_end_ = false;   ///< nothing more is to be committed
  bool is_finished_ = false;
  receiver_words words_;
};

} // namespace weir
