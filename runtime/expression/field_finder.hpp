/// Finds the fields that an expression names in one pass over the record, which goes as far as they are asked for.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weir::expr {

/// The fields are those that find_path() finds (runtime/event/record_path.hpp).
class field_finder {
public:
  /// The number of a path; the same for the same.
  auto add(std::string_view path) -> std::uint32_t;

  /// Borrowed until the next one.
  void begin(std::string_view record) {
    record_ = record;
    is_begun_ = false;
  }
  /// The bytes of the value; empty if there is none.
  auto bytes(std::uint32_t number) -> std::string_view {
    if (!is_begun_) start();
    auto& f = wanted_[number];
    if (!f.is_done) find(f);
    return f.found;
  }

private:
  struct field {
    std::string path;
    std::string_view found = {};
    std::string_view rest = {}; ///< with `found`: of the path, behind its key, the longest that leads there
    bool is_done = false;       ///< `found` is the value, not a map on the way to it
  };
  void start();
  void find(field& asked);
  /// One field more of the record; false at its end.
  auto step() -> bool;
  void offer(std::string_view key, std::string_view value);

  std::vector<field> wanted_;
  std::uint64_t traits_ = 0; ///< of all keys that matter
  std::string_view record_;
  const char* at_ = nullptr; ///< in the record
  const char* end_ = nullptr;
  std::uint32_t left_ = 0; ///< fields
  bool is_begun_ = false;  ///< with record_
};

} // namespace weir::expr
