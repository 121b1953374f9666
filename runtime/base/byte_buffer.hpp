/// A growable array of raw bytes that is never zero-filled: what parsers and formatters write into.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

namespace weir {

class byte_buffer {
public:
  byte_buffer() = default;
  explicit byte_buffer(std::size_t capacity) { reserve(capacity); }
  byte_buffer(byte_buffer&& other) noexcept { swap(other); }
  auto operator=(byte_buffer&& other) noexcept -> byte_buffer& {
    swap(other);
    return *this;
  }

  auto data() noexcept -> char* { return bytes_.get(); }
  auto data() const noexcept -> const char* { return bytes_.get(); }
  auto size() const noexcept -> std::size_t { return size_; }
  auto capacity() const noexcept -> std::size_t { return capacity_; }
  auto empty() const noexcept -> bool { return size_ == 0; }
  auto view() const noexcept -> std::string_view { return {bytes_.get(), size_}; }
  auto view_from(std::size_t offset) const noexcept -> std::string_view {
    return {bytes_.get() + offset, size_ - offset};
  }

  void clear() noexcept { size_ = 0; }
  /// Forgets everything behind `size`, which must not exceed size().
  void truncate(std::size_t size) noexcept { size_ = size; }

  /// Makes room for `count` more bytes and returns where they go; follow with advance().
  auto tail(std::size_t count) -> char* {
    if (capacity_ - size_ < count) grow(count);
    return bytes_.get() + size_;
  }
  /// Counts `count` bytes written at tail() as content.
  void advance(std::size_t count) noexcept { size_ += count; }

  void append(std::string_view bytes) {
    if (bytes.empty()) return;
    std::memcpy(tail(bytes.size()), bytes.data(), bytes.size());
    size_ += bytes.size();
  }
  void push_back(char byte) {
    *tail(1) = byte;
    ++size_;
  }

  void reserve(std::size_t capacity);
  void swap(byte_buffer& other) noexcept {
    std::swap(bytes_, other.bytes_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
  }

private:
  void grow(std::size_t count);

  struct release {
    void operator()(char* bytes) const noexcept;
  };
  std::unique_ptr<char, release> bytes_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

} // namespace weir
