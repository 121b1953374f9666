/// Lines that come in pieces: what is whole, and the beginning of what is not.
#pragma once

#include "runtime/base/byte_buffer.hpp"
#include "runtime/parser/parser.hpp"

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace weir {

class line_carry {
public:
  static constexpr std::size_t line_bytes_max = std::size_t{1} << 20;

  /// Takes from the front of `piece` what ends the line that is carried; the whole line, or nothing if it is not whole yet or
  /// none is carried. line_padding bytes behind the line are readable; valid until the next call.
  auto finish(std::string_view& piece, bool is_last) -> std::string_view {
    if (is_done_) drop();
    if (carried_.empty() && !is_too_long_) return {};
    const auto end = piece.find('\n');
    const auto size = end == std::string_view::npos ? piece.size() : end + 1;
    keep(piece.substr(0, size));
    piece.remove_prefix(size);
    if (end == std::string_view::npos && !is_last) return {};
    is_done_ = true;
    (void)carried_.tail(line_padding);
    return carried_.view();
  }
  /// Carries what is behind the last line of `piece`, and returns the rest, which is whole lines.
  auto take_whole(std::string_view piece, bool is_last) -> std::string_view {
    if (is_done_) drop();
    const auto end = piece.rfind('\n');
    const auto size = end == std::string_view::npos ? 0 : end + 1;
    if (is_last) return piece;
    keep(piece.substr(size));
    return piece.substr(0, size);
  }
  auto bytes() const -> std::size_t { return carried_.capacity(); }
  /// Whether the line that finish() would end is too long, so that it gives nothing of it.
  auto is_too_long() const -> bool { return is_too_long_; }
  void drop() {
    carried_ = byte_buffer{};
    is_too_long_ = is_done_ = false;
  }

private:
  void keep(std::string_view part) {
    if (part.empty()) return;
    if (is_too_long_ || carried_.size() + part.size() > line_bytes_max) {
      carried_ = byte_buffer{};
      is_too_long_ = true;
      return;
    }
    carried_.append(part);
  }

  byte_buffer carried_;
  bool is_too_long_ = false;
  bool is_done_ = false; ///< what is carried was given away
};

} // namespace weir
