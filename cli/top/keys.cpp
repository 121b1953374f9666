#include "cli/top/keys.hpp"

#include "runtime/base/utf8.hpp"

#include <array>
#include <optional>
#include <utility>

namespace weir::cli {
namespace {

constexpr auto sequence_bytes_max = std::size_t{32};

/// Of the final byte of a sequence without a number: cursor keys (ECMA-48 8.3.19-22), as VT100 and xterm send them.
constexpr auto letters = std::array{
    std::pair{'A', key_kind::up},   std::pair{'B', key_kind::down}, std::pair{'C', key_kind::right},   std::pair{'D', key_kind::left},
    std::pair{'H', key_kind::home}, std::pair{'F', key_kind::end},  std::pair{'Z', key_kind::back_tab},
};
/// Of the number before a ~: as VT220, rxvt and the Linux console send them.
constexpr auto numbers = std::array{
    std::pair{'1', key_kind::home}, std::pair{'7', key_kind::home}, std::pair{'4', key_kind::end},
    std::pair{'8', key_kind::end},  std::pair{'5', key_kind::page_up}, std::pair{'6', key_kind::page_down},
};

template <class Table> auto kind_in(const Table& table, char of) -> std::optional<key_kind> {
  for (const auto& [mark, kind] : table)
    if (mark == of) return kind;
  return std::nullopt;
}

auto kind_of(std::string_view parameters, char final) -> std::optional<key_kind> {
  if (final != '~') return kind_in(letters, final);
  return parameters.empty() ? std::nullopt : kind_in(numbers, parameters.front());
}

/// Bytes of the character that `text` begins with, or 0 if a part of it is missing.
auto whole_character(std::string_view text) -> std::size_t {
  const auto first = static_cast<unsigned char>(text.front());
  const auto wanted = first < 0xc2 ? 1U : first < 0xe0 ? 2U : first < 0xf0 ? 3U : 4U;
  return text.size() < wanted ? 0 : first_character(text);
}

} // namespace

void key_reader::take(std::size_t bytes, key_kind kind) {
  found_.push_back({kind, {}});
  left_.erase(0, bytes);
}

/// One key or more from what is there; false: it wants more bytes.
auto key_reader::next(bool is_all) -> bool {
  const auto first = left_.front();
  if (first == '\r' || first == '\n') return take(1, key_kind::enter), true;
  if (first == '\t') return take(1, key_kind::tab), true;
  if (first == '\x7f' || first == '\b') return take(1, key_kind::backspace), true;
  if (first != '\x1b') {
    const auto size = whole_character(left_);
    if (size == 0 && !is_all) return false;
    const auto bytes = std::max<std::size_t>(size, 1);
    if (static_cast<unsigned char>(first) >= 0x20) found_.push_back({key_kind::character, left_.substr(0, bytes)});
    left_.erase(0, bytes);
    return true;
  }
  if (left_.size() == 1) return is_all ? take(1, key_kind::escape), true : false;
  if (left_[1] != '[' && left_[1] != 'O') return take(1, key_kind::escape), true;
  // CSI parameters final, or SS3 final.
  auto end = std::size_t{2};
  while (left_[1] == '[' && end < left_.size() && left_[end] >= 0x20 && left_[end] < 0x40) ++end;
  if (end >= left_.size() && !is_all && left_.size() < sequence_bytes_max) return false;
  if (end >= left_.size()) return left_.clear(), true;
  const auto kind = kind_of(std::string_view{left_}.substr(2, end - 2), left_[end]);
  left_.erase(0, end + 1);
  if (kind) found_.push_back({*kind, {}});
  return true;
}

auto key_reader::read(std::string_view bytes) -> std::vector<key> {
  left_ += bytes;
  while (!left_.empty() && next(false)) continue;
  return std::exchange(found_, {});
}

auto key_reader::settle() -> std::vector<key> {
  while (!left_.empty() && next(true)) continue;
  return std::exchange(found_, {});
}

} // namespace weir::cli
