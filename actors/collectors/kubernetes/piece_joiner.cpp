#include "actors/collectors/kubernetes/piece_joiner.hpp"

#include <algorithm>

namespace weir {

auto piece_joiner::open_line_of(std::string_view stream) -> waiting_line* {
  const auto found = std::find_if(lines_.begin(), lines_.end(), [&](const auto& l) { return l.is_open && l.stream == stream; });
  return found == lines_.end() ? nullptr : &*found;
}

auto piece_joiner::add(const container_piece& piece, std::uint64_t position) -> bool {
  auto* line = open_line_of(piece.stream);
  if (line == nullptr) {
    line = &lines_.emplace_back();
    line->position = position;
    line->time_ns = piece.time_ns;
    line->stream = piece.stream;
  }
  line->text += piece.text;
  bytes_ += piece.text.size();
  if (piece.is_partial && !line->is_open) ++open_;
  if (!piece.is_partial && line->is_open) --open_;
  line->is_open = piece.is_partial;
  return open_ == 0 || bytes_ > bytes_max_ || lines_.size() >= lines_max;
}

auto piece_joiner::take() -> std::vector<joined_line> {
  auto taken = std::vector<joined_line>{};
  taken.reserve(lines_.size());
  for (auto& line : lines_) {
    line.is_cut = line.is_open;
    taken.push_back(std::move(static_cast<joined_line&>(line)));
  }
  lines_.clear();
  open_ = bytes_ = 0;
  return taken;
}

} // namespace weir
