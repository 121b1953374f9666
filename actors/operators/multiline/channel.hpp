/// The lines of one tag and origin: pieces become lines, and lines become events.
#pragma once

#include "actors/operators/multiline/joined_record.hpp"
#include "actors/operators/multiline/settings.hpp"
#include "actors/operators/operator.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace weir {

/// What all channels of an operator share; lives longer than they.
struct channel_rules {
  std::unique_ptr<line_rules> lines;
  assembler_limits limits;
  bool joins_pieces = false;
  std::string key; ///< of the text; empty: log or message
};

class multiline_channel final : group_output {
public:
  explicit multiline_channel(const channel_rules& rules);

  /// An event of this channel. What comes of it and of earlier ones goes to `out`.
  void take(const event_view& event, const line_record& line, std::uint64_t number, monotonic_time now, joining_output& out);
  void flush(group_ending ending, joining_output& out);
  auto is_empty() const -> bool { return pieces_ == 0 && lines_.is_empty(); }
  /// The first event of which something is held.
  auto first_held() const -> std::uint64_t;
  auto due() const -> monotonic_time;

private:
  void put_line(const group_line& line) override;
  void put_group(const std::vector<group_line>& lines, group_ending ending, bool is_partial) override;
  void take_whole(const event_view& event, const line_record& line, std::uint64_t number);
  void take_piece(const event_view& event, const line_record& line, std::uint64_t number);
  void begin_pieces(const event_view& event, const line_record& line, std::uint64_t number);
  void lose_pieces(group_ending why);
  void end_pieces(bool is_cut);

  const channel_rules* rules_;
  line_assembler lines_;
  std::string tag_;
  monotonic_time now_{};
  joining_output* out_ = nullptr; ///< during a call
  std::size_t pieces_ = 0;
  group_line first_piece_;        ///< without its views
  byte_buffer piece_record_;      ///< of the first
  std::string piece_key_;         ///< of its text
  std::string piece_id_;          ///< what they call what they are of; empty: nothing
  byte_buffer piece_text_;        ///< of all
  bool lacks_pieces_ = false;     ///< those before them were cut off, or never came
  monotonic_time pieces_due_{};
  byte_buffer joined_;
  byte_buffer record_;
};

} // namespace weir
