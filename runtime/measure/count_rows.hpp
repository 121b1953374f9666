/// Counts by name that one thread writes and any reads: rows are added, never changed or removed.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace weir {

using counts_by_name = std::map<std::string, std::uint64_t>;

class count_rows {
public:
  static constexpr std::size_t rows_max = 2048;

  count_rows() = default;
  ~count_rows();
  count_rows(const count_rows&) = delete;
  auto operator=(const count_rows&) -> count_rows& = delete;

  /// For the writer; its number is the count of those before it. Past rows_max nothing is added.
  void add(std::string_view name);
  void set(std::size_t number, std::uint64_t count);

  /// For anybody. Those that are 0 are left out.
  auto all() const -> counts_by_name;

private:
  static constexpr std::size_t rows_of_segment = 32;
  struct row {
    std::string name;
    std::atomic<std::uint64_t> count{0};
  };
  using segment = std::array<row, rows_of_segment>;

  auto at(std::size_t number) const -> row&;

  std::array<std::atomic<segment*>, rows_max / rows_of_segment> segments_{}; // owned; those up to size_ are there
  std::atomic<std::size_t> size_{0};                                         // names of all below it are written
};

} // namespace weir
