/// Which acks wait for which position: the ledger between the intake and the clients.
#pragma once

#include "actors/collectors/source.hpp"

#include <algorithm>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace weir {

class held_acks {
public:
  /// All that this process was given is one stream of positions, known to this process only.
  static constexpr auto stream = std::string_view{"!clients"};
  static_assert(stream.front() == local_stream_mark);

  struct pending {
    std::uint64_t position = 0;
    std::uint64_t connection = 0;
    std::string token; ///< the session's own: what to answer
  };

  /// A source that failed went before; how much of it is safe, the next position will tell.
  void resume_at(std::uint64_t position) {
    covered_ = position;
    has_uncovered_ = true;
  }
  /// Events were put that no position covers yet.
  void note_put() { has_uncovered_ = true; }
  auto has_uncovered() const -> bool { return has_uncovered_; }
  /// The end of the position that covers everything put so far; it begins one before.
  auto cover() -> std::uint64_t {
    has_uncovered_ = false;
    return ++covered_;
  }
  /// What covers, or will cover, everything put so far.
  auto next_position() const -> std::uint64_t { return covered_ + (has_uncovered_ ? 1 : 0); }
  /// Everything up to here is safe.
  auto safe() const -> std::uint64_t { return safe_; }
  auto is_safe(std::uint64_t position) const -> bool { return position <= safe_; }
  auto is_all_safe() const -> bool { return is_safe(next_position()); }
  /// Holds an ack until `position` is safe.
  void hold(std::uint64_t position, std::uint64_t connection, std::string_view token) {
    auto behind = pending_.end();
    // Nearly always at the end: only what is sent again may wait for less than what came before it.
    while (behind != pending_.begin() && std::prev(behind)->position > position) --behind;
    pending_.insert(behind, {position, connection, std::string{token}});
    pending_bytes_ += token.size();
  }
  void mark_safe(std::uint64_t position) { safe_ = std::max(safe_, position); }
  /// Of the tokens of acks that are held.
  auto pending_bytes() const -> std::size_t { return pending_bytes_; }
  /// The next ack whose data is safe, in the order of hold().
  auto take_safe() -> std::optional<pending> {
    if (pending_.empty() || !is_safe(pending_.front().position)) return std::nullopt;
    auto next = std::optional{std::move(pending_.front())};
    pending_.pop_front();
    pending_bytes_ -= next->token.size();
    return next;
  }

private:
  std::uint64_t covered_ = 0;
  std::uint64_t safe_ = 0;
  bool has_uncovered_ = false;
  std::size_t pending_bytes_ = 0;
  std::deque<pending> pending_;
};

} // namespace weir
