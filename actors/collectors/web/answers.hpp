/// The answers to requests of one connection, which leave it in the order of the requests (RFC 9112, 9.3.2).
#pragma once

#include <charconv>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

namespace weir {

class answer_queue {
public:
  /// So many requests may wait for theirs.
  static constexpr std::size_t size_max = 1024;

  /// `is_ready`: it waits for none but those before it. Its number, to be given to make_ready().
  auto push(std::string text, bool is_ready) -> std::uint64_t {
    answers_.push_back({std::move(text), is_ready});
    return first_ + answers_.size() - 1;
  }
  void make_ready(std::uint64_t number) {
    if (number >= first_ && number - first_ < answers_.size()) answers_[number - first_].is_ready = true;
  }
  /// The next that may go; empty if none may.
  auto take() -> std::string {
    if (answers_.empty() || !answers_.front().is_ready) return {};
    auto text = std::move(answers_.front().text);
    answers_.pop_front();
    ++first_;
    return text;
  }
  auto is_full() const -> bool { return answers_.size() >= size_max; }

private:
  struct waiting_answer {
    std::string text;
    bool is_ready = false;
  };
  std::deque<waiting_answer> answers_;
  std::uint64_t first_ = 0; ///< the number of the first
};

/// A number as the token that a server holds for it, and back.
inline auto token_of_number(std::uint64_t number) -> std::string { return std::to_string(number); }
inline auto number_of_token(std::string_view token) -> std::uint64_t {
  auto number = std::uint64_t{0};
  (void)std::from_chars(token.data(), token.data() + token.size(), number);
  return number;
}

} // namespace weir
