#include "actors/operators/multiline/channel.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace weir {
namespace {

constexpr auto cut_words = std::array<std::string_view, 3>{"lines that lack their last", "lines cut by timeout", "lines cut at a limit"};

} // namespace

multiline_channel::multiline_channel(const channel_rules& rules)
    : rules_(&rules), lines_(*rules.lines, rules.limits, *this) {}

auto multiline_channel::first_held() const -> std::uint64_t {
  if (pieces_ == 0) return lines_.first_held();
  return lines_.is_empty() ? first_piece_.first : std::min(first_piece_.first, lines_.first_held());
}

auto multiline_channel::due() const -> monotonic_time {
  if (pieces_ == 0) return lines_.due();
  return lines_.is_empty() ? pieces_due_ : std::min(pieces_due_, lines_.due());
}

void multiline_channel::take(const event_view& event, const line_record& line, std::uint64_t number, monotonic_time now,
                             joining_output& out) {
  out_ = &out;
  now_ = now;
  if (is_empty()) tag_ = event.tag;
  if (pieces_ > 0 && line.id != piece_id_) lose_pieces(group_ending::whole);
  rules_->joins_pieces && (pieces_ > 0 || line.is_piece) ? take_piece(event, line, number) : take_whole(event, line, number);
}

void multiline_channel::take_whole(const event_view& event, const line_record& line, std::uint64_t number) {
  auto whole = group_line{event.record, line.text, event.time_ns, number, number, event.is_timed_at_reading, line.is_piece};
  if (rules_->joins_pieces && line.text.ends_with('\n')) {
    record_.clear();
    append_joined(record_, event.record, line.key, line.text.substr(0, line.text.size() - 1), false);
    whole.body = record_.view();
    whole.text = line_record::read(whole.body, rules_->key).text;
  }
  lines_.take(whole, now_);
}

void multiline_channel::take_piece(const event_view& event, const line_record& line, std::uint64_t number) {
  if (pieces_ > 0 && line.is_piece && piece_text_.size() + line.text.size() > rules_->limits.bytes_max) {
    lose_pieces(group_ending::limit);
    lacks_pieces_ = true;
  }
  if (pieces_++ == 0) begin_pieces(event, line, number);
  first_piece_.last = number;
  piece_text_.append(line.text);
  pieces_due_ = now_ + rules_->limits.timeout;
  if (!line.is_piece || line.is_last) end_pieces(false);
}

void multiline_channel::begin_pieces(const event_view& event, const line_record& line, std::uint64_t number) {
  first_piece_ = {{}, {}, event.time_ns, number, number, event.is_timed_at_reading, false};
  piece_record_.clear();
  piece_record_.append(event.record);
  piece_key_ = line.key;
  piece_id_ = line.id;
  piece_text_.clear();
  lacks_pieces_ = lacks_pieces_ || line.lacks_first;
}

/// They go on without those that were to follow.
void multiline_channel::lose_pieces(group_ending why) {
  out_->note(cut_words[static_cast<std::size_t>(why)]);
  end_pieces(true);
}

void multiline_channel::end_pieces(bool is_cut) {
  auto text = piece_text_.view();
  if (text.ends_with('\n')) text.remove_suffix(1);
  auto line = first_piece_;
  line.is_cut = is_cut || std::exchange(lacks_pieces_, false);
  record_.clear();
  append_joined(record_, piece_record_.view(), piece_key_, text, line.is_cut);
  line.body = record_.view();
  line.text = line_record::read(line.body, rules_->key).text;
  pieces_ = 0;
  lines_.take(line, now_);
}

void multiline_channel::flush(group_ending ending, joining_output& out) {
  out_ = &out;
  if (pieces_ > 0) lose_pieces(ending);
  lines_.flush(ending);
}

void multiline_channel::put_line(const group_line& line) {
  out_->put_joined({tag_, line.time_ns, line.body, line.is_timed_at_reading}, line.first, line.last);
}

void multiline_channel::put_group(const std::vector<group_line>& lines, group_ending ending, bool is_partial) {
  joined_.clear();
  for (const auto& line : lines) {
    if (&line != lines.data()) joined_.push_back('\n');
    joined_.append(line.text);
  }
  const auto& first = lines.front();
  const auto is_cut = is_partial || std::any_of(lines.begin(), lines.end(), [](const auto& l) { return l.is_cut; });
  if (is_partial) out_->note(cut_words[static_cast<std::size_t>(ending)]);
  auto record = byte_buffer{};
  append_joined(record, first.body, line_record::read(first.body, rules_->key).key, joined_.view(), is_cut);
  out_->put_joined({tag_, first.time_ns, record.view(), first.is_timed_at_reading}, first.first, lines.back().last);
}

} // namespace weir
