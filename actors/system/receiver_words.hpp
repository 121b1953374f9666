/// What a receiver says in words, on its board, and who is linked to it.
#pragma once

#include "runtime/flow/receiver_links.hpp"
#include "runtime/measure/actor_board.hpp"

#include <cstdint>
#include <memory>
#include <utility>

namespace weir {

class receiver_words {
public:
  /// Does nothing unless the words, or those who are linked, are others than the last time.
  void tell(actor_board& to, actor_texts now, const receiver_links& from) {
    if (from.changes() == changes_ && now == last_) return;
    changes_ = from.changes();
    last_ = std::move(now);
    auto words = std::make_shared<actor_texts>(last_);
    words->senders = from.senders(senders_told_max);
    words->senders_left_out = from.links() - words->senders.size();
    to.tell(std::move(words));
  }

private:
  actor_texts last_; ///< without senders
  std::uint64_t changes_ = 0;
};

} // namespace weir
