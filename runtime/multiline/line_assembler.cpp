#include "runtime/multiline/line_assembler.hpp"

#include <algorithm>
#include <utility>

namespace weir {

void line_assembler::hold(const group_line& line) {
  auto held = held_line{line, bytes_.size(), line.body.size(), 0, line.text.size()};
  held.text_begin = static_cast<std::size_t>(line.text.data() - line.body.data());
  held.line.body = held.line.text = {};
  bytes_.append(line.body);
  lines_.push_back(held);
}

auto line_assembler::view_of(const held_line& held, const byte_buffer& bytes) -> group_line {
  auto line = held.line;
  line.body = bytes.view().substr(held.begin, held.size);
  line.text = line.body.substr(held.text_begin, held.text_size);
  return line;
}

/// Most lines belong to no group: they are not copied.
void line_assembler::take(const group_line& line, monotonic_time now) {
  now_ = now;
  if (!lines_.empty()) {
    hold(line);
    return settle();
  }
  const auto fate = rules_->begin(line.text, place_);
  if (fate == line_fate::apart || fate == line_fate::last) return out_->put_line(line);
  hold(line);
  note(fate);
  settle();
}

void line_assembler::note(line_fate fate) {
  ++seen_;
  if (fate != line_fate::open) sure_ = seen_;
  // Lines that may turn out to be none of the group do not hold it up.
  if (seen_ == 1 || sure_ == seen_) due_ = now_ + limits_.timeout;
}

void line_assembler::settle() {
  while (seen_ < lines_.size()) look_at_next();
  if (!lines_.empty() && (lines_.size() >= limits_.lines_max || bytes_.size() >= limits_.bytes_max)) cut();
}

void line_assembler::look_at_next() {
  const auto text = view_of(lines_[seen_], bytes_).text;
  const auto fate = seen_ == 0 ? rules_->begin(text, place_) : rules_->go_on(text, place_);
  if (fate == line_fate::apart || (fate == line_fate::open && seen_ - sure_ >= open_lines_max))
    return give(sure_lines(), group_ending::whole, goes_on_);
  note(fate);
  if (fate == line_fate::last) give(sure_, group_ending::whole, goes_on_);
}

/// Keeps its latest line, so that what comes behind it still is of this group.
void line_assembler::cut() {
  give(std::max<std::size_t>(lines_.size() - 1, 1), group_ending::limit, true);
  if (lines_.empty()) return;
  goes_on_ = true;
  seen_ = sure_ = lines_.size();
}

void line_assembler::give(std::size_t count, group_ending ending, bool is_partial) {
  bytes_.swap(given_bytes_);
  lines_.swap(given_lines_);
  bytes_.clear();
  lines_.clear();
  given_.clear();
  for (const auto& held : given_lines_) {
    const auto line = view_of(held, given_bytes_);
    given_.size() < count ? given_.push_back(line) : hold(line);
  }
  seen_ = sure_ = 0;
  goes_on_ = false;
  if (count == 1 && !is_partial) return out_->put_line(given_.front());
  out_->put_group(given_, ending, is_partial);
}

/// A line that nothing has followed is no part of anything, unless rules want a last one.
void line_assembler::flush(group_ending ending) {
  while (!lines_.empty()) {
    const auto count = sure_lines();
    const auto is_cut = ending != group_ending::whole && (count > 1 || rules_->wants_last());
    const auto lacks_last = ending == group_ending::whole && rules_->wants_last();
    give(count, ending, is_cut || lacks_last || goes_on_);
    settle();
  }
}

} // namespace weir
