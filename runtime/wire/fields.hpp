/// The fields of a message as bytes: one list of them serves both directions.
//
//  number := little-endian; bool is a u8
//  text   := size u32, bytes
//  list   := count u32, element*
//
// What is read is as large as the bytes it is read from, whatever they declare.
#pragma once

#include "runtime/base/binary.hpp"

#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace weir::wire {

class field_writer {
public:
  explicit field_writer(std::string& out) : out_(out) {}

  template <class... Ts> void operator()(const Ts&... values) { (put(values), ...); }

  void put(const std::string& text) { put_text(out_, text); }
  template <class T> void put(const std::vector<T>& list) {
    put_number(out_, static_cast<std::uint32_t>(list.size()));
    for (const auto& x : list) put(x);
  }
  template <class T> void put(const T& x) {
    if constexpr (std::is_arithmetic_v<T>)
      put_number(out_, x);
    else
      fields(*this, const_cast<T&>(x)); // only read
  }

private:
  std::string& out_;
};

/// After the first failure everything stays as it was made. What follows the fields is not looked at: a later minor
/// version may add some.
class field_reader {
public:
  explicit field_reader(std::string_view bytes) : read_(bytes) {}

  template <class... Ts> void operator()(Ts&... values) { (get(values), ...); }
  auto failed() const -> bool { return read_.failed(); }

  void get(std::string& text) { text = read_.text(); }
  void get(bool& x) { x = read_.number<std::uint8_t>() != 0; }
  template <class T> void get(std::vector<T>& list) {
    for (auto left = read_.number<std::uint32_t>(); left > 0 && !read_.at_end(); --left) {
      auto x = T{};
      get(x);
      if (read_.failed()) return;
      list.push_back(std::move(x));
    }
  }
  template <class T> void get(T& x) {
    if constexpr (std::is_arithmetic_v<T>)
      x = read_.number<T>();
    else
      fields(*this, x);
  }

private:
  binary_reader read_;
};

} // namespace weir::wire
