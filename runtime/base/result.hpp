/// A value or the world's error: what fallible functions return.
#pragma once

#include "runtime/base/assert.hpp"

#include <string>
#include <utility>
#include <variant>

namespace weir {

/// What the caller should do, not what happened.
enum class errc {
  unavailable, ///< transient: keep the data and try again later
  rejected,    ///< permanent for this data: dead letter, never retry
  malformed,   ///< bytes from outside make no sense: count them, end that peer
  limit,       ///< a configured or fixed bound was exceeded
  not_found,   ///< a name, file or address does not exist
  failed,      ///< everything else: restart whoever owns the resource
};

/// One sentence, lower case, no full stop: what was found and what was wanted.
struct error {
  errc code = errc::failed;
  std::string what;
};

/// `system_error_text(errno)` style text, thread-safe.
auto describe_errno(int number) -> std::string;
/// "<what>: <text of errno>", with a code fit for retrying or not.
auto error_from_errno(std::string what, int number) -> error;

template <class T> class [[nodiscard]] result {
public:
  result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  result(error e) : state_(std::in_place_index<1>, std::move(e)) {}

  explicit operator bool() const noexcept { return state_.index() == 0; }
  auto operator*() & -> T& { return value(); }
  auto operator*() const& -> const T& { return value(); }
  auto operator*() && -> T&& { return std::move(value()); }
  auto operator->() -> T* { return &value(); }
  auto operator->() const -> const T* { return &value(); }
  auto value() -> T& {
    WEIR_ASSERT(state_.index() == 0);
    return *std::get_if<0>(&state_);
  }
  auto value() const -> const T& {
    WEIR_ASSERT(state_.index() == 0);
    return *std::get_if<0>(&state_);
  }
  auto failure() const -> const error& {
    WEIR_ASSERT(state_.index() == 1);
    return *std::get_if<1>(&state_);
  }

private:
  std::variant<T, error> state_;
};

template <> class [[nodiscard]] result<void> {
public:
  result() = default;
  result(error e) : failed_(true), error_(std::move(e)) {}

  explicit operator bool() const noexcept { return !failed_; }
  auto failure() const -> const error& {
    WEIR_ASSERT(failed_);
    return error_;
  }

private:
  bool failed_ = false;
  error error_;
};

} // namespace weir

/// Returns the error of `expression` (a result) from the enclosing function, if it has one.
#define WEIR_CHECK(expression)                                                                               \
  do {                                                                                                       \
    if (auto weir_check_ = (expression); !weir_check_) return weir_check_.failure();                         \
  } while (false)

/// `WEIR_TRY(auto x, f());` binds the value of a result, or returns its error.
#define WEIR_TRY_JOIN_(a, b) a##b
#define WEIR_TRY_NAME_(line) WEIR_TRY_JOIN_(weir_try_, line)
#define WEIR_TRY(declaration, expression)                                                                    \
  auto WEIR_TRY_NAME_(__LINE__) = (expression);                                                              \
  if (!WEIR_TRY_NAME_(__LINE__)) return WEIR_TRY_NAME_(__LINE__).failure();                                  \
  declaration = std::move(*WEIR_TRY_NAME_(__LINE__))
