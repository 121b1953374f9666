#include "runtime/measure/count_rows.hpp"

namespace weir {

count_rows::~count_rows() {
  for (auto& s : segments_) delete s.load(std::memory_order_relaxed);
}

auto count_rows::at(std::size_t number) const -> row& {
  return (*segments_[number / rows_of_segment].load(std::memory_order_acquire))[number % rows_of_segment];
}

void count_rows::add(std::string_view name) {
  const auto number = size_.load(std::memory_order_relaxed);
  if (number == rows_max) return;
  if (number % rows_of_segment == 0)
    segments_[number / rows_of_segment].store(std::make_unique<segment>().release(), std::memory_order_release);
  at(number).name = name;
  size_.store(number + 1, std::memory_order_release);
}

void count_rows::set(std::size_t number, std::uint64_t count) {
  if (number < rows_max) at(number).count.store(count, std::memory_order_release);
}

auto count_rows::all() const -> counts_by_name {
  auto found = counts_by_name{};
  const auto size = size_.load(std::memory_order_acquire);
  for (std::size_t i = 0; i < size; ++i)
    if (const auto& r = at(i); const auto count = r.count.load(std::memory_order_acquire)) found.emplace(r.name, count);
  return found;
}

} // namespace weir
