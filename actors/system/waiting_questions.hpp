/// Questions of starting collectors that are answered once all that came before them is safe.
#pragma once

#include "actors/protocol.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace weir {

/// `Asker` is whoever gets the answer.
template <class Asker> class waiting_questions {
public:
  struct waiting {
    ask_positions note;
    Asker from;
    std::uint64_t mark = 0;
  };

  /// `mark`: what came before it, in the owner's own count. A question that is asked again keeps its first
  /// mark, or one that is busy all the time would never reach it; another one of the same collector takes
  /// the place of its earlier one, unless it comes by another way.
  void add(const ask_positions& note, Asker from, std::uint64_t mark) {
    const auto is_same = [&](const waiting& w) { 
      return w.note.source == note.source && w.note.sender == note.sender;
    };
    const auto at = std::find_if(waiting_.begin(), waiting_.end(), is_same);
    if (at == waiting_.end())
      waiting_.push_back({note, std::move(from), mark});
    else if (at->note.question == note.question)
      at->from = std::move(from);
    else
      *at = {note, std::move(from), mark};
  }
  /// Lets `answer(question)` answer those whose mark `is_safe(mark)` says is reached; where that returns
  /// false, the question goes on waiting.
  template <class IsSafe, class Answer> void answer(IsSafe&& is_safe, Answer&& answer) {
    std::erase_if(waiting_, [&](const waiting& w) { return is_safe(w.mark) && answer(w); });
  }
  auto empty() const -> bool { return waiting_.empty(); }
  void clear() { waiting_.clear(); }

private:
  std::vector<waiting> waiting_;
};

} // namespace weir
