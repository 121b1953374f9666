/// One question to the engine about a container, over its socket, without ever waiting for it.
#pragma once

#include "runtime/base/byte_buffer.hpp"
#include "runtime/base/result.hpp"
#include "runtime/os/owned_fd.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace weir {

//  GET /containers/ID/json HTTP/1.0, so that the body ends where the connection does.

class engine_inquiry {
public:
  static constexpr std::size_t answer_bytes_max = std::size_t{1} << 20;

  explicit engine_inquiry(std::string_view id);
  auto begin(const std::string& socket) -> result<void>;
  /// The JSON text once it is all there; nothing as long as it is not.
  auto step() -> result<std::optional<std::string>>;

private:
  auto send_rest() -> result<bool>;
  auto body() const -> result<std::optional<std::string>>;

  std::string request_;
  std::size_t sent_ = 0;
  owned_fd socket_;
  byte_buffer answer_;
};

/// What is behind the head of an HTTP answer of status 200.
auto body_of_answer(std::string_view answer) -> result<std::string_view>;

} // namespace weir
