/// Bytes from a terminal as keys.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace weir::cli {

enum class key_kind { character, up, down, left, right, page_up, page_down, home, end, enter, escape, tab, back_tab, backspace };

struct key {
  key_kind kind = key_kind::character;
  std::string text = {}; ///< of a character: its UTF-8

  auto is(std::string_view character) const -> bool { return kind == key_kind::character && text == character; }
  auto operator==(const key&) const -> bool = default;
};

/// A sequence may come in parts. Total: any bytes are valid, unknown sequences are no keys.
class key_reader {
public:
  auto read(std::string_view bytes) -> std::vector<key>;
  /// Nothing came for a while: what began like a sequence was the escape key.
  auto settle() -> std::vector<key>;
  auto is_waiting() const -> bool { return !left_.empty(); }

private:
  auto next(bool is_all) -> bool;
  void take(std::size_t bytes, key_kind kind);

  std::string left_;
  std::vector<key> found_;
};

} // namespace weir::cli
