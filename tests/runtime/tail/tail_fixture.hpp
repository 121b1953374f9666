/// A directory of its own, a tailer on it, and what came out of it.
#pragma once

#include "runtime/tail/over_streams.hpp"
#include "runtime/tail/tailer.hpp"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace weir::test {

class scratch_directory {
public:
  scratch_directory() {
    auto name = (std::filesystem::temp_directory_path() / "weir-tail-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~scratch_directory() {
    auto ignored = std::error_code{};
    std::filesystem::remove_all(path_, ignored);
  }
  scratch_directory(const scratch_directory&) = delete;
  auto operator=(const scratch_directory&) -> scratch_directory& = delete;

  auto operator/(std::string_view name) const -> std::string { return path_ + "/" + std::string{name}; }
  auto path() const -> const std::string& { return path_; }

private:
  std::string path_;
};

inline void append(const std::string& path, std::string_view text) {
  std::ofstream{path, std::ios::app | std::ios::binary} << text;
}

inline void write(const std::string& path, std::string_view text) {
  std::ofstream{path, std::ios::trunc | std::ios::binary} << text;
}

inline void rename(const std::string& from, const std::string& to) { std::filesystem::rename(from, to); }

/// As `ln -sfn`: the link leads elsewhere in one step.
inline void swap_link(const std::string& target, const std::string& link) {
  std::filesystem::create_symlink(target, link + ".new");
  rename(link + ".new", link);
}

/// Made at a later tick of the file system's clock than `before`.
inline void append_later(const std::string& path, std::string_view text, const std::string& before) {
  auto older = file_stat{};
  auto status = file_stat{};
  stat_path(before, older);
  do {
    std::filesystem::remove(path);
    append(path, "");
    stat_path(path, status);
  } while (status.key.birth_ns != 0 && status.key.birth_ns <= older.key.birth_ns);
  append(path, text);
}

using lines = std::vector<std::string>;

inline auto sorted(lines all) -> lines {
  std::sort(all.begin(), all.end());
  return all;
}

/// Whether it is one, and not a witness of one.
inline auto is_stream(const std::string& name) -> bool {
  const auto identity = parse_stream(name);
  return identity && identity->path.empty();
}

/// Everything that a collector does with a source, without the actor.
struct tail_harness {
  manual_clock clock;
  tail_options options;
  std::unique_ptr<tailer> tail;
  std::map<std::string, std::uint64_t> positions; ///< by stream or witness: what a durable chunk would say
  std::vector<std::string> ended;                 ///< streams that are over
  std::vector<std::string> complaints;
  lines tags;
  bool acknowledges = true;
  bool coverage_is_gapless = true;
  bool blocks_are_bounded = true;

  /// `name` in `directory`; patterns may be anything.
  tail_harness(const scratch_directory& directory, std::string_view name) {
    options.paths = {directory / name};
    options.tag = "{name}";
  }

  /// Begins anew, as after a restart: all descriptors are lost, the positions are not.
  void start() {
    tail.reset();
    tail = std::make_unique<tailer>(options, clock);
    auto resume = std::vector<position_range>{};
    for (const auto& [stream, end] : positions) resume.push_back({stream, 0, end});
    if (const auto opened = tail->open(resume); !opened) throw std::runtime_error{opened.failure().what};
  }

  /// All lines that can be had now.
  auto read(std::size_t want = block_reader::block_bytes) -> lines {
    if (!tail) start();
    auto out = lines{};
    tail->look();
    while (take_block(out, want)) {
    }
    for (auto& text : tail->take_complaints()) complaints.push_back(std::move(text));
    return out;
  }

  auto take_block(lines& out, std::size_t want) -> bool {
    const auto block = tail->next(want);
    if (!block) return false;
    const auto counts =
        for_each_line(block->bytes, block->is_cut, options.line_bytes_max, [&](std::string_view line) {
          out.emplace_back(line);
          tags.emplace_back(block->tag);
        });
    tail->note_lines(counts, block->stream);
    if (block->is_over) {
      positions.erase(std::string{block->stream});
      if (is_stream(std::string{block->stream})) ended.emplace_back(block->stream);
      return true;
    }
    if (const auto known = positions.find(std::string{block->stream});
        known != positions.end() && block->begin != over_begin)
      coverage_is_gapless = coverage_is_gapless && known->second == block->begin;
    blocks_are_bounded =
        blocks_are_bounded
        && block->bytes.size() <= std::max(block_reader::block_bytes, options.line_bytes_max);
    const auto safe = position_range{std::string{block->stream}, block->begin, block->end()};
    positions[safe.stream] = safe.end;
    if (acknowledges) tail->acknowledge({&safe, 1});
    return true;
  }

  /// Lets time pass in steps, reading at each, as a collector woken by wake_at() would.
  auto read_for(std::chrono::milliseconds time) -> lines {
    auto out = read();
    for (auto passed = std::chrono::milliseconds{0}; passed < time;
         passed += std::chrono::milliseconds{100}) {
      clock.advance(std::chrono::milliseconds{100});
      for (auto& line : read()) out.push_back(std::move(line));
    }
    return out;
  }
};

} // namespace weir::test
