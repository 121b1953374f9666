/// A value of the Kubernetes API, which came as JSON and is msgpack now: reads what is there and finds nothing elsewhere.
#pragma once

#include "runtime/event/msgpack.hpp"

#include <string_view>

namespace weir {

/// Borrows its bytes. Total: of a value of another type than is asked for there is nothing in it.
class api_object {
public:
  api_object() = default;
  explicit api_object(std::string_view value) : value_(value) {}

  auto bytes() const -> std::string_view { return value_; }
  auto is_missing() const -> bool { return value_.empty(); }
  auto text() const -> std::string_view {
    auto found = std::string_view{};
    return msgpack_reader{value_}.str(found) ? found : std::string_view{};
  }
  auto is_true() const -> bool {
    auto found = false;
    return msgpack_reader{value_}.boolean(found) && found;
  }
  auto number() const -> std::int64_t {
    auto found = std::int64_t{0};
    return msgpack_reader{value_}.integer(found) ? found : 0;
  }
  auto operator[](std::string_view key) const -> api_object {
    auto found = api_object{};
    each_member([&](std::string_view name, api_object value) {
      if (name == key) found = value;
    });
    return found;
  }

  template <class Visit> void each_member(Visit&& visit) const {
    auto read = msgpack_reader{value_};
    auto count = std::uint32_t{0};
    if (!read.map(count)) return;
    for (; count > 0; --count) {
      auto key = std::string_view{};
      auto value = std::string_view{};
      if (!read.str(key) && !read.skip()) return;
      if (!read.value(value)) return;
      visit(key, api_object{value});
    }
  }
  template <class Visit> void each_item(Visit&& visit) const {
    auto read = msgpack_reader{value_};
    auto count = std::uint32_t{0};
    if (!read.array(count)) return;
    for (; count > 0; --count) {
      auto value = std::string_view{};
      if (!read.value(value)) return;
      visit(api_object{value});
    }
  }

private:
  std::string_view value_;
};

} // namespace weir
