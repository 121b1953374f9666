/// What a receiver says in words, on its board, and who is linked to it.
#pragma once

#include "actors/system/link_words.hpp"
#include "runtime/flow/receiver_links.hpp"
#include "runtime/measure/actor_board.hpp"

#include <cstdint>
#include <memory>
#include <utility>

namespace weir {

class receiver_words {
public:
  /// Does nothing unless the words, or those who are linked, are others than the last time. `onward`: its own links.
  void tell(actor_board& to, actor_texts now, const receiver_links& from, const told_links& onward = {}) {
    if (from.changes() == changes_ && onward.edition == edition_ && now == last_) return;
    changes_ = from.changes();
    edition_ = onward.edition;
    last_ = std::move(now);
    auto words = std::make_shared<actor_texts>(last_);
    words->senders = from.senders(senders_told_max);
    words->senders_left_out = from.links() - words->senders.size();
    words->links = onward.links;
    words->links_left_out = onward.left_out;
    to.tell(std::move(words));
  }

private:
  actor_texts last_; ///< without senders and links
  std::uint64_t changes_ = 0;
  std::uint64_t edition_ = 0;
};

} // namespace weir
