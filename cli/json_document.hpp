/// Reads what a node tells in JSON, place by place; what is not there is empty or 0.
#pragma once

#include "runtime/base/byte_buffer.hpp"
#include "runtime/base/result.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace weir::cli {

/// A value in a document, which outlives it.
class json_place {
public:
  explicit json_place(std::string_view packed = {}) : packed_(packed) {}

  auto operator[](std::string_view key) const -> json_place;
  auto text() const -> std::string;
  auto number() const -> double;
  auto count() const -> std::uint64_t;
  auto integer() const -> std::int64_t;
  auto is_true() const -> bool;
  auto is_there() const -> bool { return !packed_.empty(); }
  /// Of a list of texts.
  auto texts() const -> std::vector<std::string>;
  /// Of a list.
  void for_each(const std::function<void(json_place)>& visit) const;
  /// Of an object.
  void for_each_member(const std::function<void(const std::string& key, json_place)>& visit) const;
  /// "12,345", "0.5", "yes", a text as it is; of lists and objects nothing.
  auto shown() const -> std::string;

private:
  std::string_view packed_; ///< msgpack
};

class json_document {
public:
  static auto read(std::string_view json) -> result<json_document>;
  auto root() const -> json_place { return json_place{packed_.view()}; }

private:
  byte_buffer packed_;
};

} // namespace weir::cli
