/// What a sink decides: what its writer does next, what is acked, tried again or given up, and what is told.
#pragma once

#include "actors/protocol.hpp"
#include "actors/sinks/group_size.hpp"
#include "actors/sinks/sink_core.hpp"
#include "actors/sinks/sink_jobs.hpp"
#include "runtime/base/backoff.hpp"
#include "runtime/flow/receiver_links.hpp"
#include "runtime/os/clock.hpp"
#include "runtime/os/random.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace weir {

struct sink_machine_settings {
  std::string address;
  std::string component;
  std::string type;
  backoff_settings retry;
  std::optional<duration> give_up_after;
  std::vector<std::string> local_senders; ///< addresses; more may come from other nodes
  bool senders_keep = false; ///< all of them have chunk logs: what is not stored may stay with them
  bool once = false;
  std::size_t group_bytes_max = std::size_t{4} << 20;
  std::function<std::uint64_t()> random = random_id; ///< for the waits between tries
};

/// Messages, outcomes and time go in; then take what is to be sent and done. One job is under way at a time, so
/// that whoever asks is answered whatever the store does. Senders and askers are numbers of its owner's.
class sink_machine {
public:
  struct answer {
    std::uint64_t to = 0;
    known_positions what;
  };

  sink_machine(sink_machine_settings settings, sink_core& core, const clock& time);

  void on_open(const open_link& note, std::uint64_t sender);
  void on_transfer(const transfer_chunks& note);
  void on_probe(const probe_link& note, std::uint64_t sender);
  void on_close(const close_link& note, std::uint64_t sender);
  void on_down(std::uint64_t who);
  void on_question(const ask_positions& note, std::uint64_t asker);
  void on_outcome(job_outcome done);
  void on_time();
  void drain();

  /// Whether take_job() has one now.
  auto has_job() -> bool;
  /// Its outcome must come before there is another.
  auto take_job() -> std::optional<writer_job>;
  auto take_outgoing() -> std::vector<outgoing> { return links_.take_outgoing(); }
  auto take_answers() -> std::vector<answer> { return std::exchange(answers_, {}); }
  /// When has_job() is to be asked again if nothing happens.
  auto deadline() const -> std::optional<monotonic_time>;
  /// All input is at its end and everything is settled.
  auto is_finished() const -> bool { return is_finished_; }
  auto observe() const -> observation;
  auto address() const -> const std::string& { return settings_.address; }

private:
  struct question {
    ask_positions note;
    std::uint64_t asker = 0;
  };
  struct giving_up {
    std::size_t chunks = 0;
    std::string reason;
  };

  /// The store has not answered for long.
  auto is_slow() const -> bool;
  auto slow_text() const -> std::string;
  auto choose_job() -> std::optional<writer_job>;
  auto choose_commit() -> commit_job;
  void on_done(const open_job& job, job_outcome done);
  void on_done(const commit_job& job, job_outcome done);
  void on_done(const positions_job& job, job_outcome done);
  void on_done(const idle_job& job, job_outcome done);
  void on_failed_commit(const commit_job& job, const error& why);
  void retry_later(const error& why);
  void on_success();
  void check_end();

  sink_machine_settings settings_;
  sink_core& core_;
  const class clock& time_;
  receiver_links links_;
  std::vector<question> questions_; ///< that are not answered yet
  std::vector<answer> answers_;
  std::optional<writer_job> under_way_;
  monotonic_time under_way_since_{};
  bool is_slow_told_ = false;
  group_size group_;
  std::optional<giving_up> giving_up_; ///< the oldest chunks, once their letters are kept
  ending how_;
  bool was_opened_ = false;   ///< the store, once
  bool is_asked_ = false;     ///< a question came since the last try to answer: it need not wait for the next
  bool is_idle_ = true;       ///< the store was told that nothing is coming
  bool is_at_end_ = false;    ///< nothing more is to be committed
  bool is_finished_ = false;
  monotonic_time idle_at_{};
  std::uint32_t failures_ = 0; ///< in a row
  monotonic_time retry_at_{};
  monotonic_time tell_at_{}; ///< not again before, while only questions wait
  std::optional<monotonic_time> failing_since_; ///< commits are
};

} // namespace weir
