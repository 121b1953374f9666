/// Files of which something is read that is not safe yet, and how far each is covered.
#pragma once

#include "actors/collectors/kubernetes/piece_joiner.hpp"
#include "actors/collectors/source.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace weir {

struct open_file {
  piece_joiner joiner;
  std::uint64_t from = 0;    ///< what is read from here on is not covered
  std::uint64_t read_to = 0;
  monotonic_time touched{};  ///< when the last piece came, if the joiner is open
  std::string path = {};     ///< of its last block
  std::string place = {};
  std::string uid = {};      ///< of the pod that is pinned by it; empty: none
};

class open_files {
public:
  /// What all lines that are open may hold.
  static constexpr std::size_t open_bytes_max = std::size_t{64} << 20;

  explicit open_files(std::size_t line_bytes_max) : line_bytes_max_(line_bytes_max) {}

  auto of(const std::string& stream) -> open_file&;
  auto all() -> std::map<std::string, open_file>& { return all_; }
  /// As the joiner's; what is open is counted here.
  auto add(open_file& file, const container_piece& piece, std::uint64_t position) -> bool;
  auto take(open_file& file) -> std::vector<joined_line>;
  /// Up to where nothing is open.
  static void cover(intake& out, const std::string& stream, open_file& file);
  /// Forgets the file if all of it is safe, and gives the pod that it has pinned, if any.
  auto acknowledge(const position_range& safe) -> std::string;

  auto has_open() const -> bool { return open_ > 0; }
  auto is_over_full() const -> bool { return bytes_ > open_bytes_max; }
  /// When the line was touched last that waits for its rest for the longest.
  auto first_touched() const -> std::optional<monotonic_time>;

private:
  std::size_t line_bytes_max_;
  std::map<std::string, open_file> all_; ///< by stream
  std::size_t open_ = 0;  ///< files with lines that are open
  std::size_t bytes_ = 0; ///< of those
};

} // namespace weir
