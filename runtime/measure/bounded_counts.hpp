/// Counts by names that come from outside (tags, reasons): however many there are, few are kept.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace weir {

class bounded_counts {
public:
  static constexpr std::size_t names_max = 1000;
  /// What comes after names_max others is counted under this one.
  static constexpr std::string_view rest = "(others)";

  void add(std::string_view name, std::uint64_t count);
  auto of(std::string_view name) const -> std::uint64_t;
  auto total() const -> std::uint64_t { return total_; }
  auto empty() const -> bool { return counts_.empty(); }
  /// Of all names; their sum is total().
  auto all() const -> std::map<std::string, std::uint64_t> { return {counts_.begin(), counts_.end()}; }

private:
  std::map<std::string, std::uint64_t, std::less<>> counts_;
  std::uint64_t total_ = 0;
};

} // namespace weir
