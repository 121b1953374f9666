#include "runtime/event/birth_walker.hpp"

namespace weir {

void birth_walker::next() {
  born_ = {};
  while (left_ == 0 && read_.next_group()) left_ = read_.events();
  if (left_ == 0) return;
  --left_;
  if (read_.next_span())
    born_ = read_.span().first;
  else if (read_.has_positions() && read_.next_event())
    born_ = {read_.position(), read_.ordinal()};
}

} // namespace weir
