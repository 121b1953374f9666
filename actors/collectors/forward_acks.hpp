/// Which acks wait for which position: the ledger between the intake and the clients.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace weir {

class forward_acks {
public:
  /// All bytes of the position stream this source covers.
  static constexpr auto stream = std::string_view{"!forward"};
  struct pending {
    std::uint64_t position = 0;
    std::uint64_t connection = 0;
    std::string chunk; ///< one msgpack str or bin
  };

  void resume_at(std::uint64_t position) { covered_ = safe_ = position; }
  /// Events were put that no position covers yet.
  void note_put() { has_uncovered_ = true; }
  auto has_uncovered() const -> bool { return has_uncovered_; }
  /// The end of the position that covers everything put so far; it begins one before.
  auto cover() -> std::uint64_t {
    has_uncovered_ = false;
    return ++covered_;
  }
  auto is_all_safe() const -> bool { return !has_uncovered_ && safe_ == covered_; }
  /// Holds an ack until all that was put before is safe.
  void hold(std::uint64_t connection, std::string_view chunk) {
    pending_.push_back({covered_ + (has_uncovered_ ? 1 : 0), connection, std::string{chunk}});
  }
  void mark_safe(std::uint64_t position) {
    if (position > safe_) safe_ = position;
  }
  /// The next ack whose data is safe, in the order of hold().
  auto take_safe() -> std::optional<pending> {
    if (pending_.empty() || pending_.front().position > safe_) return std::nullopt;
    auto next = std::optional{std::move(pending_.front())};
    pending_.pop_front();
    return next;
  }

private:
  std::uint64_t covered_ = 0;
  std::uint64_t safe_ = 0;
  bool has_uncovered_ = false;
  std::deque<pending> pending_;
};

} // namespace weir
