/// Compressed files, each read once: their lines as if they were not compressed.
//
//  Positions are those of what comes out. What comes behind the last one, up to read_end, says that a file was read to its
//  end, so that all of it is known when that hangs together from the beginning on. A file has no way back into its middle: what was handed on before is decompressed again and passed over. A file whose
//  last member is not whole is looked at again when it has grown.
#pragma once

#include "runtime/codec/stream_decompressor.hpp"
#include "runtime/flow/gaps.hpp"
#include "runtime/os/owned_fd.hpp"
#include "runtime/tail/complaints.hpp"
#include "runtime/tail/glob.hpp"
#include "runtime/tail/line_feed.hpp"
#include "runtime/tail/tail_options.hpp"

#include <deque>
#include <unordered_map>

namespace weir {

class compressed_files final : public line_feed, glob_visitor {
public:
  static constexpr auto read_end = std::uint64_t{1} << 61U;

  compressed_files(tail_options options, compression method, const clock& time);

  auto open(std::span<const position_range> covered, std::span<const position_range> elsewhere) -> result<void> override;
  void look() override;
  auto next(std::size_t want) -> std::optional<line_block> override;
  void acknowledge(std::span<const position_range> safe) override;
  auto has_more() const -> bool override { return false; }
  auto is_finished() const -> bool override { return options_.once && waiting_.empty(); }
  auto wake_at() const -> std::optional<monotonic_time> override;
  auto summary() const -> std::string override;
  auto figures(std::size_t shown_max) const -> tail_figures override;
  auto problems() const -> std::vector<std::string> override;
  void note_lines(const line_counts& counts, std::string_view stream) override;
  auto take_complaints() -> std::vector<std::string> override { return complaints_.take(); }

private:
  struct file {
    file_key key;
    std::string path;
    std::string tag;
    std::string stream;
    text_unit unit = text_unit::byte;
    std::uint64_t size_seen = 0; ///< compressed
    std::int64_t mtime_ns = 0;
    std::uint64_t known = 0;     ///< that much of what comes out was handed on before
    std::uint64_t offset = 0;    ///< the same of what was given
    std::uint64_t bytes_read = 0; ///< of its compressed size
    std::int64_t read_ns = 0;
    std::string problem;
    bool is_waiting = false;
    bool is_read = false;
    bool is_long_noted = false;
  };
  /// The one file that is being read.
  struct reading {
    file* of = nullptr;
    owned_fd fd;
    std::unique_ptr<stream_decompressor> by;
    byte_buffer in;            ///< compressed, from in_at on not taken yet
    std::size_t in_at = 0;
    byte_buffer out;           ///< what has come out
    std::size_t given = 0;     ///< so much of that in the last block
    std::uint64_t passed = 0;  ///< of what comes out, before what is to be given next
    bool is_at_end = false;    ///< of the file, for now, or of what can be read of it
    std::string problem;       ///< why no more can
    bool is_in_long_line = false;
  };

  void enter(const std::string&, bool) override {}
  void unlisted(const std::string& directory, int problem) override;
  void found(const std::string& path) override;
  void scan();
  void wait_for(file& f);
  auto begin_next() -> bool;
  void recall(file& f, int fd) const;
  void name(file& f, int fd);
  void fill(std::size_t want);
  auto read_more() -> bool;
  void pass_over(std::size_t bytes);
  auto take_block(std::size_t want) -> std::optional<line_block>;
  auto end_file() -> std::optional<line_block>;
  void set_aside(const std::string& problem);
  void finish_file(const std::string& stream);

  tail_options options_;
  compression method_;
  const clock& clock_;
  glob_set patterns_;
  glob_set excluded_;
  std::unordered_map<file_key, file, file_key_hash> files_;
  std::unordered_map<std::string, file_key> by_stream_;
  std::unordered_map<std::string, std::vector<interval>> remembered_; ///< streams of earlier instances
  std::deque<file_key> waiting_; ///< the oldest first
  std::optional<reading> now_;
  std::string noted_stream_; ///< of the last block
  complaints complaints_;
  monotonic_time scanned_at_{};
  std::uint64_t read_files_ = 0;
  std::uint64_t deleted_files_ = 0;
};

} // namespace weir
