/// Text of other encodings as UTF-8 (iconv(3)).
#pragma once

#include "runtime/base/byte_buffer.hpp"
#include "runtime/base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace weir {

/// In which units a line end is to be looked for: at every byte, or in pairs of them.
enum class text_unit : std::uint8_t { byte, little_pair, big_pair };

inline auto unit_bytes(text_unit unit) -> std::size_t { return unit == text_unit::byte ? 1 : 2; }
auto find_line_end_in_pairs(std::string_view text, text_unit unit) -> std::size_t;
/// Where the first line end is, which takes unit_bytes(unit); npos if there is none. `text` begins with a whole unit.
inline auto find_line_end(std::string_view text, text_unit unit) -> std::size_t {
  return unit == text_unit::byte ? text.find('\n') : find_line_end_in_pairs(text, unit);
}
/// The same of the last one.
auto find_last_line_end(std::string_view text, text_unit unit) -> std::size_t;
/// Whether a line ends where the text does.
inline auto ends_line(std::string_view text, text_unit unit) -> bool {
  return text.size() >= unit_bytes(unit) && find_line_end(text.substr(text.size() - unit_bytes(unit)), unit) == 0;
}
/// UTF-16 by its byte order mark, or bytes.
auto unit_by_mark(std::string_view head) -> text_unit;
inline constexpr auto pair_mark_bytes = std::size_t{2};

/// Not thread-safe.
class text_decoder {
public:
  /// A name as iconv knows it. The error says what was wanted: encodings whose line end is none of text_unit are refused.
  static auto open(const std::string& encoding) -> result<std::unique_ptr<text_decoder>>;
  ~text_decoder();
  text_decoder(const text_decoder&) = delete;
  auto operator=(const text_decoder&) -> text_decoder& = delete;

  auto unit() const -> text_unit { return unit_; }
  /// Appends a whole piece of text. What is not of the encoding becomes U+FFFD; returns how many of them there are.
  auto decode(std::string_view text, byte_buffer& out) -> std::size_t;

private:
  explicit text_decoder(void* from) : from_(from) {}
  auto find_unit(const std::string& encoding) -> result<void>;

  void* from_; ///< iconv_t
  text_unit unit_ = text_unit::byte;
};

} // namespace weir
