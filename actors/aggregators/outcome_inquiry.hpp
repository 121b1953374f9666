/// What an earlier process may have sent of a chunk log, and to whom: those are asked before it goes on (`on_unknown: wait`).
//
// A pure object, of one outlet. Takes a batch of records after the other, asks all who may have some of it which chunks they
// have, and says of each to whom alone it may go. Who is silent for too long is not waited for any more.
#pragma once

#include "runtime/event/chunk.hpp"
#include "runtime/flow/id_ranges.hpp"
#include "runtime/flow/sender_links.hpp"
#include "runtime/log/chunk_log.hpp"

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace weir {

class outcome_inquiry {
public:
  struct record {
    record_number number = 0;
    chunk_ptr content;
  };

  /// `whom`: addresses; `up_to`: the last record that an earlier process may have sent.
  outcome_inquiry(std::set<std::string> whom, record_number up_to, duration patience)
      : whom_(std::move(whom)), up_to_(up_to), patience_(patience) {}

  auto up_to() const -> record_number { return up_to_; }
  /// Records from behind this one on are still to come to it or from it.
  auto passed() const -> record_number { return passed_; }
  /// The last that it was given.
  auto taken() const -> record_number { return batch_.empty() ? passed_ : batch_.back().number; }
  auto whom() const -> const std::set<std::string>& { return whom_; }

  auto wants_more() const -> bool;
  auto is_empty() const -> bool { return batch_.empty(); }
  void add(record r);
  /// This one needs nobody's word.
  void pass(record_number number) { passed_ = number; }
  /// No more of this batch: it is to be asked about.
  void close() { is_closed_ = true; }

  /// Whether all have answered who are waited for.
  auto is_judged(monotonic_time now) const -> bool;
  auto front() const -> const record& { return batch_.front(); }
  /// Who has the chunk of the front; none: nobody.
  auto holder() const -> const std::string*;
  /// Who has not answered.
  auto silent() const -> std::string;
  /// The front is handed on. How many events of it somebody may have who did not answer.
  auto pop() -> std::uint64_t;

  /// Whom to ask now, of those who are there.
  void ask(const std::vector<sender_links::receiver>& there, const std::function<std::uint64_t()>& random, monotonic_time now,
           std::vector<outgoing>& out);
  void on_answer(const known_had& note);
  auto deadline() const -> std::optional<monotonic_time>;
  /// "what it had sent before its start waits for store-1/sink/archive, which may have some of it"; empty if for nobody.
  auto text() const -> std::string;

private:
  auto is_patient(monotonic_time now) const -> bool;
  auto ids() const -> std::vector<id_range>;

  std::set<std::string> whom_;
  record_number up_to_;
  duration patience_;
  record_number passed_ = 0;
  std::deque<record> batch_;
  std::uint64_t batch_bytes_ = 0;
  bool is_closed_ = false;
  std::optional<monotonic_time> since_;       ///< that it asks
  std::optional<monotonic_time> batch_since_; ///< the same, of this batch
  monotonic_time ask_at_{};
  std::map<std::uint64_t, std::string> questions_; ///< of this batch
  std::map<std::string, id_ranges> had_;           ///< by whom; of this batch
};

} // namespace weir
