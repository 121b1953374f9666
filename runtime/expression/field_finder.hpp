/// Finds all fields that an expression names in one pass over the record, when the first of them is asked for.
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
  auto path(std::uint32_t number) const -> const std::string& { return wanted_[number].path; }

  /// Borrowed until the next one.
  void begin(std::string_view record) {
    record_ = record;
    is_done_ = false;
  }
  /// The bytes of the value; empty if there is none.
  auto bytes(std::uint32_t number) -> std::string_view {
    if (!is_done_) find();
    return wanted_[number].found;
  }

private:
  struct field {
    std::string path;
    std::string_view found = {};
    std::string_view rest = {}; ///< of the path, behind the key of `found`, the longest that leads there
    bool is_whole = false;      ///< `found` is the value, not a map on the way to it
  };
  void find();
  /// True: the last one that was missing is found.
  auto offer(std::string_view key, std::string_view value, std::size_t& missing) -> bool;

  std::vector<field> wanted_;
  std::uint64_t key_sizes_ = 0; ///< a bit for each size below 63 of a key that matters; the last for all above
  std::string_view record_;
  bool is_done_ = false;
};

} // namespace weir::expr
