/// Little-endian fields in byte strings: what our own layouts are written and read with.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace weir {

template <class T> void put_number(std::string& out, T value) {
  char bytes[sizeof value];
  std::memcpy(bytes, &value, sizeof value);
  out.append(bytes, sizeof value);
}

/// size u32, bytes.
inline void put_text(std::string& out, std::string_view text) {
  put_number(out, static_cast<std::uint32_t>(text.size()));
  out.append(text);
}

/// Reads what the above wrote; after the first failure everything reads as zero. Total: any bytes are a
/// valid argument, and nothing is allocated by a length that the bytes do not have.
class binary_reader {
public:
  explicit binary_reader(std::string_view bytes) : rest_(bytes) {}
  template <class T> auto number() -> T {
    auto value = T{};
    if (rest_.size() < sizeof value) return failed_ = true, value;
    std::memcpy(&value, rest_.data(), sizeof value);
    rest_.remove_prefix(sizeof value);
    return value;
  }
  auto text() -> std::string { return std::string{view()}; }
  /// A text where it lies.
  auto view() -> std::string_view {
    const auto size = number<std::uint32_t>();
    if (rest_.size() < size) return failed_ = true, std::string_view{};
    const auto value = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return value;
  }
  auto failed() const -> bool { return failed_; }
  auto at_end() const -> bool { return rest_.empty(); }

private:
  std::string_view rest_;
  bool failed_ = false;
};

} // namespace weir
