/// Makes requests of the bytes of a connection (HTTP/1.1, RFC 9112), one after the other, within bounds.
#pragma once

#include "cli/console/http_message.hpp"

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <variant>

namespace weir::cli {

struct request_bounds {
  std::size_t header_bytes_max = std::size_t{16} << 10;
  std::size_t body_bytes_max = std::size_t{64} << 10;
};

/// A request without who asks, and what its connection has to know of it.
struct whole_request {
  http_request what;
  bool wants_head_only = false;
  bool keeps_alive = false;
};
/// What comes is no request, or one that is too large: nothing behind it can be understood.
struct bad_request {
  int status = 400;
  std::string why;
};
struct wants_more {};
/// It waits for a word before it sends the body (RFC 9110, 10.1.1).
struct wants_to_be_told {};

class request_reader {
public:
  explicit request_reader(request_bounds bounds);
  ~request_reader();

  /// Where the next bytes go, and how many there is room for.
  auto room() -> char* { return bytes_.data() + filled_; }
  auto room_bytes() const -> std::size_t { return bytes_.size() - filled_; }
  void add(std::size_t bytes) { filled_ += bytes; }

  using outcome = std::variant<wants_more, wants_to_be_told, whole_request, bad_request>;
  /// Of what is there. Not to be called any more after a bad one.
  auto next() -> outcome;
  /// Part of a request is there.
  auto has_begun() const -> bool { return is_begun_ || filled_ > 0; }

private:
  struct parsing;
  auto put() -> std::variant<std::size_t, bad_request>;
  void begin();
  auto finish() -> outcome;

  const request_bounds bounds_;
  std::unique_ptr<parsing> parsing_;
  std::array<char, std::size_t{32} << 10> bytes_{}; ///< more than a header may have
  std::size_t filled_ = 0;
  bool is_begun_ = false;
};

} // namespace weir::cli
