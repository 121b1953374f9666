/// Numbered lines in files that grow, and the source that reads them.
#pragma once

#include "actors/collectors/source.hpp"
#include "tests/simulation/world.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace weir::test {

/// A file on the collector's machine. All its lines are of one length, so that offsets tell lines.
struct scripted_file {
  std::string name;
  std::uint64_t line_bytes = 0;
  std::size_t lines_in_all = 0;
  std::size_t written = 0;
  std::vector<bool> safe; ///< acknowledged lines
  std::vector<std::chrono::nanoseconds> written_at;
  bool deleted = false;
  bool tells_positions = true; ///< of its lines; else only chunk ids tell what came before

  auto line(std::size_t number) const -> std::string;
  auto size() const -> std::uint64_t { return lines_in_all * line_bytes; }
  auto is_done() const -> bool;
  void write(std::size_t lines, std::chrono::nanoseconds now);
  /// When the oldest line was written that is not safe; nothing if all are.
  auto waits_since() const -> std::optional<std::chrono::nanoseconds>;
};

struct script {
  std::vector<scripted_file> files;
  auto is_done() const -> bool;
};

/// Reads what no earlier instance handed on, in small blocks.
class scripted_source final : public source {
public:
  /// `is_first`: of its process, so that what is covered is safe.
  scripted_source(script& from, world& w, bool is_first) : from_(from), world_(w), is_first_(is_first) {}
  auto open(const resume_info& resume) -> result<void> override;
  auto read(intake& out, std::size_t budget) -> result<read_status> override;
  void acknowledge(std::span<const position_range> safe) override;

private:
  struct reading {
    std::vector<bool> covered; ///< lines
    std::size_t next = 0;
    bool over = false;
  };
  auto read_block(std::size_t index, intake& out) -> std::size_t;

  script& from_;
  world& world_;
  bool is_first_;
  std::vector<reading> files_;
};

} // namespace weir::test
