/// Who may send by HTTP: users with passwords, and tokens.
#pragma once

#include "actors/collectors/web/settings.hpp"

#include <string_view>

namespace weir {

enum class web_verdict : std::uint8_t { welcome, unknown, wrong };

class web_access {
public:
  explicit web_access(std::optional<web_auth> given) : given_(std::move(given)) {}

  /// Of the Authorization field of a request.
  auto judge(std::string_view authorization) const -> web_verdict;
  /// What a client is told that has not said who it is.
  auto challenge() const -> std::string_view;

private:
  auto has_user(std::string_view credentials) const -> bool;
  auto has_token(std::string_view shown) const -> bool;

  std::optional<web_auth> given_;
};

} // namespace weir
