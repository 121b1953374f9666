#include "runtime/measure/board_registry.hpp"

namespace weir {
namespace {

auto rank_of(std::string_view tier) -> int {
  constexpr std::string_view tiers[] = {"collector", "source_aggregator", "destination_aggregator"};
  auto rank = 0;
  for (const auto t : tiers) {
    if (t == tier) break;
    ++rank;
  }
  return rank;
}

} // namespace

auto board_registry::add(actor_identity who, std::shared_ptr<const actor_board> board) -> entry {
  const auto lock = std::lock_guard{guard_};
  const auto rank = rank_of(who.tier);
  boards_.emplace(std::pair{rank, ++added_}, known{std::move(who), std::move(board)});
  return {shared_from_this(), added_};
}

void board_registry::remove(std::uint64_t number) {
  const auto lock = std::lock_guard{guard_};
  std::erase_if(boards_, [&](const auto& b) { return b.first.second == number; });
}

auto board_registry::all() const -> std::vector<known> {
  auto found = std::vector<known>{};
  const auto lock = std::lock_guard{guard_};
  for (const auto& [number, one] : boards_) found.push_back(one);
  return found;
}

auto board_registry::observe(const clock& time) const -> std::vector<observation> {
  auto seen = std::vector<observation>{};
  for (const auto& one : all()) seen.push_back(one.board->read(one.who, time));
  return seen;
}

} // namespace weir
