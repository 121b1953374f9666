#include "actors/collectors/kubernetes/open_files.hpp"

namespace weir {

auto open_files::of(const std::string& stream) -> open_file& {
  return all_.try_emplace(stream, open_file{.joiner = piece_joiner{line_bytes_max_}}).first->second;
}

auto open_files::add(open_file& file, const container_piece& piece, std::uint64_t position) -> bool {
  if (!file.joiner.is_open()) ++open_;
  bytes_ += piece.text.size();
  return file.joiner.add(piece, position) || is_over_full();
}

auto open_files::take(open_file& file) -> std::vector<joined_line> {
  if (file.joiner.is_open()) --open_;
  bytes_ -= file.joiner.bytes();
  return file.joiner.take();
}

void open_files::cover(intake& out, const std::string& stream, open_file& file) {
  const auto end = file.joiner.is_open() ? file.joiner.open_from() : file.read_to;
  if (end > file.from) out.covered(stream, file.from, end);
  file.from = std::max(file.from, end);
}

auto open_files::acknowledge(const position_range& safe) -> std::string {
  const auto found = all_.find(safe.stream);
  if (found == all_.end() || found->second.joiner.is_open() || safe.end < found->second.read_to) return {};
  auto uid = std::move(found->second.uid);
  all_.erase(found);
  return uid;
}

auto open_files::first_touched() const -> std::optional<monotonic_time> {
  auto first = std::optional<monotonic_time>{};
  if (open_ == 0) return first;
  for (const auto& [stream, file] : all_)
    if (file.joiner.is_open() && (!first || file.touched < *first)) first = file.touched;
  return first;
}

} // namespace weir
