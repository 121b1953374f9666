#include "runtime/codec/base64.hpp"

namespace weir {
namespace {

constexpr auto alphabet = std::string_view{"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"};

} // namespace

auto to_base64(std::string_view bytes) -> std::string {
  auto out = std::string{};
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    auto group = 0U;
    for (std::size_t k = 0; k < 3; ++k)
      group = group << 8 | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    for (std::size_t k = 0; k < 4; ++k)
      out += i + k <= bytes.size() ? alphabet[group >> (18 - 6 * k) & 63] : '=';
  }
  return out;
}

auto from_base64(std::string_view text) -> std::optional<std::string> {
  if (text.size() % 4 != 0) return std::nullopt;
  auto padding = std::size_t{0};
  while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') ++padding;
  auto out = std::string{};
  out.reserve(text.size() / 4 * 3);
  for (std::size_t i = 0; i < text.size(); i += 4) {
    auto group = 0U;
    for (std::size_t k = 0; k < 4; ++k) {
      const auto is_padding = i + k >= text.size() - padding;
      const auto digit = is_padding ? 0 : alphabet.find(text[i + k]);
      if (digit == std::string_view::npos) return std::nullopt;
      group = group << 6 | static_cast<unsigned>(digit);
    }
    for (const auto shift : {16U, 8U, 0U}) out += static_cast<char>(group >> shift & 255);
  }
  out.resize(out.size() - padding);
  if (to_base64(out) != text) return std::nullopt; // bits that no encoder sets
  return out;
}

} // namespace weir
