/// Takes the lines of container logs apart, as the engines of a node write them.
//
//  line := cri | docker
//  cri     := time " " ("stdout" | "stderr") " " flags " " text        time as of RFC 3339
//  flags   := ("P" | "F") (":" flag)*                                  P: the line goes on in the stream's next piece
//  docker  := {"log": text, "stream": "stdout", "time": time}          a text without line feed goes on
#pragma once

#include "runtime/parser/parser.hpp"
#include "runtime/parser/time_format.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

namespace weir {

struct container_piece {
  std::int64_t time_ns = 0;
  std::string_view stream; ///< stdout or stderr
  std::string_view text;   ///< without line feed
  bool is_partial = false;
};

/// Keeps scratch memory: not thread-safe.
class container_pieces {
public:
  static auto make(const clock& now) -> result<container_pieces>;
  /// Nothing if the line is of neither kind. Views are of the line or of scratch memory, until the next call. Total;
  /// line_padding bytes behind the line are readable.
  auto split(std::string_view line) -> std::optional<container_piece>;

private:
  container_pieces(time_parser times, std::unique_ptr<line_parser> json) : times_(std::move(times)), json_(std::move(json)) {}
  auto split_cri(std::string_view line) const -> std::optional<container_piece>;
  auto split_docker(std::string_view line) -> std::optional<container_piece>;

  time_parser times_;
  std::unique_ptr<line_parser> json_;
  byte_buffer fields_;
};

} // namespace weir
