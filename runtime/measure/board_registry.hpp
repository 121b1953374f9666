/// The boards of all actors of a node: what they show is read here, without a message to any.
#pragma once

#include "runtime/measure/actor_board.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace weir {

class board_registry : public std::enable_shared_from_this<board_registry> {
public:
  /// As long as there is one of these, its board is among those that are read.
  class entry {
  public:
    entry() = default;
    entry(entry&& other) noexcept { std::swap(of_, other.of_), std::swap(number_, other.number_); }
    auto operator=(entry&& other) noexcept -> entry& {
      std::swap(of_, other.of_), std::swap(number_, other.number_);
      return *this;
    }
    ~entry() {
      if (of_) of_->remove(number_);
    }
    auto is_there() const -> bool { return of_ != nullptr; }
    /// The board stays where it is as long as the registry: the figures of who is gone for good are still wanted.
    void leave() { of_.reset(); }

  private:
    friend class board_registry;
    entry(std::shared_ptr<board_registry> of, std::uint64_t number) : of_(std::move(of)), number_(number) {}
    std::shared_ptr<board_registry> of_;
    std::uint64_t number_ = 0;
  };

  auto add(actor_identity who, std::shared_ptr<const actor_board> board) -> entry;
  /// In the direction of the data, and inside a tier in the order in which they came.
  auto observe(const clock& time) const -> std::vector<observation>;
  struct known {
    actor_identity who;
    std::shared_ptr<const actor_board> board;
  };
  /// In the same order.
  auto all() const -> std::vector<known>;

private:
  void remove(std::uint64_t number);

  mutable std::mutex guard_;
  std::map<std::pair<int, std::uint64_t>, known> boards_; ///< by tier and number
  std::uint64_t added_ = 0;
};

} // namespace weir
