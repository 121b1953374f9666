/// What the other end of a connection may say of links, by what was said before.
//
// A pure object of one connection. A link is known by its sender and its receiver, as the handles of the connection:
// there is one at a time, so that there are no more than pairs of actors, and links_max at most. Whoever sends chunks
// has to have credit that passed here on its way out.
#pragma once

#include "runtime/wire/frame.hpp"

#include <map>
#include <string>
#include <utility>

namespace weir::wire {

enum class verdict {
  passes,
  stale,   ///< true once; dropped and no word of it
  refused, ///< dropped and told
  broken,  ///< the connection ends
};

struct judgement {
  verdict is = verdict::passes;
  std::string why = {}; ///< of what is refused or broken
};

class link_guard {
public:
  static constexpr auto links_max = std::size_t{16} << 10;

  /// Of what comes. `may_send`: whether the other node may send to the receiver's component.
  auto judge(const routed& note, bool may_send) -> judgement;
  /// Of what judge() let pass.
  void charge(const routed& transfer);
  /// Of what goes out: credit, new links, questions.
  void note_sent(const routed& note);

  void forget_sender(std::uint32_t handle);
  void forget_receiver(std::uint32_t handle);
  auto links() const -> std::size_t { return links_.size(); }

private:
  using pair = std::pair<std::uint32_t, std::uint32_t>; // sender, receiver
  struct link {
    std::uint64_t id = 0;
    std::int64_t credit = 0;
  };
  auto open(const routed& note, std::uint64_t id) -> judgement;
  auto of_answer(const pair& who, std::uint64_t question) const -> judgement;
  auto of_link(const pair& who, std::uint64_t id) const -> judgement;
  auto of_transfer(const routed& note, std::uint64_t id) const -> judgement;

  std::map<pair, link> links_;
  std::map<pair, std::uint64_t> questions_;
};

} // namespace weir::wire
