/// Questions of starting collectors to a memory buffer. It keeps nothing itself, so it passes them on to all behind it,
/// and answers with what all of these have.
//
// A pure object: told who there is, who asks and what is answered, it says whom to ask and what to answer. An asker is
// a number of its owner's.
#pragma once

#include "actors/protocol.hpp"
#include "actors/system/resume_inquiry.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace weir {

class passed_questions {
public:
  /// A question as it is passed on.
  struct passed {
    std::string receiver; ///< address
    ask_positions note;
  };
  struct answer {
    std::uint64_t to = 0;
    known_positions what;
  };

  /// `address`: of the aggregator that passes them on.
  passed_questions(std::string address, std::vector<downstream_component> components)
      : address_(std::move(address)), components_(std::move(components)) {}

  /// Whom questions that come from now on are passed on to.
  void set(std::vector<downstream_component> components) { components_ = std::move(components); }
  /// See resume_inquiry.
  void on_peers(const std::string& component, const std::vector<std::string>& addresses,
                const std::vector<std::string>& unheard);
  /// One that comes again is passed on again to who has not answered: messages may be lost. A new one of the same
  /// collector by the same way takes the place of its earlier one.
  void ask(const ask_positions& note, std::uint64_t asker, monotonic_time now);
  void on_answer(const known_positions& note);
  void forget(std::uint64_t asker);

  auto take_passed() -> std::vector<passed>;
  /// Once all have answered, or some have and the others were waited for; while all are silent, nobody is answered.
  auto take_answers(monotonic_time now) -> std::vector<answer>;
  /// Who has kept somebody waiting for long, in words; of each question at first after ten seconds, then each minute.
  auto take_complaints(monotonic_time now) -> std::vector<std::string>;
  /// When these are to be called though nothing happens.
  auto deadline(monotonic_time now) const -> std::optional<monotonic_time>;

private:
  struct component_peers {
    std::vector<std::string> addresses, unheard;
  };
  struct waiting {
    ask_positions note;
    std::uint64_t asker = 0;
    monotonic_time patience_begins{}, patience_ends{}, complain_at{};
    resume_inquiry inquiry;
    std::set<std::string> asked;
  };
  void tell_peers(waiting& w) const;

  std::string address_;
  std::vector<downstream_component> components_;
  std::map<std::string, component_peers> peers_; ///< by component
  std::vector<waiting> waiting_;
};

} // namespace weir
