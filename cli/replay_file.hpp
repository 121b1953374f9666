/// A dead-letter file on its way through again: what is left to send, in batches that are the same each time.
//
// FILE.replayed remembers how far: "done sending first-line" (two offsets and a checksum of the file's first
// line). What lies between done and sending went out without an answer; it goes again under the same id.
#pragma once

#include "runtime/base/result.hpp"
#include "runtime/dead_letter/dead_letter.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weir::cli {

/// Letters of one tag as entries of the forward protocol.
struct replay_batch {
  std::string tag;
  std::string entries;
  std::uint64_t count = 0;
  std::uint64_t damaged = 0; ///< letters that hold no whole event; they stay behind
  std::string id;            ///< made from what is in it and where it stands: the same every time
  std::uint64_t end = 0;     ///< offset behind the last letter
};

/// One letter that begins at `offset`, of the file whose first line that is; as replay_file would send it alone.
auto batch_of_one(const dead_letter& letter, std::string_view first_line, std::uint64_t offset) -> replay_batch;

class replay_file {
public:
  /// `again`: from the beginning, whatever was replayed before.
  static auto open(const std::string& path, bool again) -> result<replay_file>;

  /// Calls `visit(letter or error, is_done)` for every line of the file.
  template <class Visitor> void for_each(Visitor&& visit) const {
    auto reader = dead_letter_reader{};
    auto rest = std::string_view{text_};
    while (!rest.empty()) {
      const auto line = rest.substr(0, rest.find('\n'));
      visit(reader.read(line), offset_of(rest) < done_);
      rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    }
  }
  /// Nothing at the end of the file. Call begin() before it is sent and finish() when it is safe.
  auto next() -> std::optional<replay_batch>;
  auto begin(const replay_batch& batch) -> result<void>;
  auto finish(const replay_batch& batch) -> result<void>;

private:
  replay_file(std::string path, std::string text) : path_(std::move(path)), text_(std::move(text)) {}
  auto offset_of(std::string_view rest) const -> std::uint64_t { return text_.size() - rest.size(); }
  void recall();
  auto save(std::uint64_t sending) -> result<void>;

  std::string path_;
  std::string text_;
  std::uint64_t done_ = 0;    ///< offset up to which all is safe
  std::uint64_t sending_ = 0; ///< end of the batch that was out when an earlier run ended; 0: none
};

} // namespace weir::cli
