/// Counts by names that come from outside (tags, reasons): however many there are, few are kept.
#pragma once

#include "runtime/measure/count_rows.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

/// `web.a 12, web.b 3`: the five largest, and how many names more there are.
auto largest(const counts_by_name& counts) -> std::string;

class bounded_counts {
public:
  static constexpr std::size_t names_max = 1000;
  /// What comes after as many others as may be is counted under this one.
  static constexpr std::string_view rest = "(others)";

  bounded_counts() = default;
  explicit bounded_counts(std::size_t most) : most_(most) {}

  void add(std::string_view name, std::uint64_t count);
  void add(const bounded_counts& other);
  /// Moves up to `count` from one name to another; returns how many.
  auto rename(std::string_view from, std::string_view to, std::uint64_t count) -> std::uint64_t;
  auto of(std::string_view name) const -> std::uint64_t;
  auto total() const -> std::uint64_t { return total_; }
  auto empty() const -> bool { return numbers_.empty(); }
  auto size() const -> std::size_t { return numbers_.size(); }
  auto contains(std::string_view name) const -> bool { return numbers_.find(name) != numbers_.end(); }
  /// Of all names; their sum is total().
  auto all() const -> counts_by_name;
  template <class Visitor> void for_each(Visitor&& visit) const {
    for (const auto& [name, number] : numbers_) visit(name, counts_[number].count);
  }
  /// Writes what has changed since the last call, always to the same rows.
  void publish(count_rows& to);

private:
  struct counted {
    std::uint64_t count = 0;
    bool is_changed = false; ///< its number is in changed_
  };
  auto number_of(std::string_view name) -> std::uint32_t;
  void note_change(std::uint32_t number);

  std::size_t most_ = names_max;
  std::map<std::string, std::uint32_t, std::less<>> numbers_;
  std::vector<counted> counts_; // by number
  std::vector<std::uint32_t> changed_;
  std::vector<std::string> unpublished_; // names, of the last numbers
  std::uint64_t total_ = 0;
};

} // namespace weir
