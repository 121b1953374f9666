/// A request of HTTP/1.1 (RFC 9110, 9112): its head, and where its body ends.
#pragma once

#include "actors/collectors/web/text.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weir {

struct web_request {
  std::string method;
  std::string target; ///< as it came
  std::string path;   ///< decoded; begins with /
  web_words query;
  web_words fields; ///< names in lower case
  std::optional<std::uint64_t> content_length;
  bool is_chunked = false;
  bool keeps_alive = false;
  bool awaits_word = false; ///< it sends the body when told to go on (RFC 9110, 10.1.1)

  auto field(std::string_view name) const -> std::string_view { return web_word(fields, name); }
  auto word(std::string_view name) const -> std::string_view { return web_word(query, name); }
  /// Its content type without parameters, in lower case.
  auto type() const -> std::string;
  auto has_body() const -> bool { return is_chunked || content_length.value_or(0) > 0; }
};

inline constexpr std::size_t web_head_bytes_max = std::size_t{16} << 10;

struct web_head_outcome {
  std::size_t bytes = 0; ///< of the head; 0: more of it is to come, if status is 0 too
  int status = 0;        ///< not 0: what it is refused with, and nothing behind it can be understood
  std::string why = {};
};
/// Reads the head that `input` begins with. Total: any bytes are a valid argument.
auto read_web_head(std::string_view input, web_request& out) -> web_head_outcome;

/// Goes through a body that comes in pieces, and tells what is in it of what is around it.
class web_body_reader {
public:
  enum class progress : std::uint8_t { more, done, malformed };

  web_body_reader() = default;
  explicit web_body_reader(const web_request& of);
  /// Takes from the front of `input`, and gives a piece of the body's content that is in there, or an empty one. After `more`
  /// with an empty piece all there is was taken.
  auto take(std::string_view& input, std::string_view& content) -> progress;
  /// What of the content, or of its current chunk, is still to come.
  auto missing() const -> std::uint64_t { return left_; }

private:
  enum class phase : std::uint8_t { content, chunk_head, chunk_end, trailer, done };
  auto take_content(std::string_view& input, std::string_view& content) -> progress;
  auto take_line(std::string_view& input) -> progress;
  auto on_line() -> progress;

  phase phase_ = phase::done;
  bool is_chunked_ = false;
  std::uint64_t left_ = 0;
  std::string line_;               ///< around the content: what came of it
  std::size_t trailer_bytes_ = 0;
};

} // namespace weir
