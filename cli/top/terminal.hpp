/// A terminal taken over for a while, and given back as it was, however that ends.
#pragma once

#include "cli/top/screen.hpp"

#include <termios.h>

#include <optional>
#include <string>
#include <vector>

namespace weir::cli {

class full_screen {
public:
  /// Nothing if these are no terminals.
  static auto take(int in, int out) -> std::optional<full_screen>;
  full_screen(full_screen&& other) noexcept;
  ~full_screen();

  /// In rows and columns, at least one each.
  auto size() const -> screen_size;
  /// Sends what has changed since the last time; all of it after forget().
  void show(const screen& lines, bool has_colours);
  void forget() { shown_.clear(); }
  /// What was typed; empty: nothing, or nobody types there any more.
  auto read() const -> std::string;
  /// For a while: the shell's job control stops us.
  void give_back();
  void take_back();

private:
  full_screen(int in, int out, const termios& before) : in_(in), out_(out), before_(before) {}
  void put(std::string_view text) const;

  int in_ = -1;
  int out_ = -1;
  termios before_{};
  std::vector<std::string> shown_;
};

} // namespace weir::cli
