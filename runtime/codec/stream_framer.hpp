/// Where one message ends and the next begins in a stream of bytes: RFC 6587 and RFC 5425, told apart for each message.
//
//  stream  := (octets | line)*
//  octets  := size SP message       size: up to nine digits, no zero first; message: so many bytes
//  line    := message (LF | CR LF | NUL)
#pragma once

#include "runtime/base/result.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

namespace weir {

enum class stream_framing {
  automatic, ///< of syslog: octets where a size and `<` stand in front, else a line that ends with LF or NUL
  lf,
  nul,
  octets,
};

constexpr auto names_of(stream_framing*) {
  using enum stream_framing;
  return std::array<std::pair<std::string_view, stream_framing>, 4>{{{"auto", automatic}, {"lf", lf}, {"nul", nul}, {"octets", octets}}};
}

struct framed_message {
  std::string_view bytes;
  bool is_cut = false; ///< it went on, and the rest is left out
};

class stream_framer {
public:
  stream_framer(stream_framing how, std::size_t message_bytes_max) : how_(how), message_bytes_max_(message_bytes_max) {}

  struct step {
    std::size_t used = 0; ///< of the input; it is to begin behind them the next time
    std::optional<framed_message> message; ///< lies in what was used
  };
  /// Looks at the front of the input, which begins with the same bytes as before, and more. Nothing used: more are wanted.
  /// No more than message_bytes_max and the head of a message have to be there at once. Total. The error: no size where
  /// there had to be one.
  auto next(std::string_view input) -> result<step>;
  /// The stream has ended, and this is what next() has left of it: a line without end, or nothing. What has begun with its
  /// size and is not whole is nothing.
  auto last(std::string_view input) const -> std::optional<framed_message>;
  /// Whether it ended within a message whose size was told.
  auto is_torn(std::string_view input) const -> bool;
  /// For another stream.
  void begin_anew() { *this = stream_framer{how_, message_bytes_max_}; }

private:
  enum class kind : std::uint8_t { octets, line, unknown };
  struct head {
    kind is = kind::unknown; ///< unknown: more bytes will tell
    std::size_t bytes = 0;
    std::size_t size = 0; ///< of the message
  };
  auto head_of(std::string_view input) const -> head;
  auto skip(std::string_view input) -> step;
  auto take_octets(const head& is, std::string_view input) -> step;
  auto take_line(std::string_view input) -> step;
  auto find_end(std::string_view input) const -> std::size_t;
  auto is_end(char c) const -> bool;

  stream_framing how_;
  std::size_t message_bytes_max_;
  std::size_t looked_at_ = 0;     ///< of a line: no end is in so many bytes
  std::size_t skip_bytes_ = 0;    ///< of a message that was cut
  bool is_skipping_line_ = false; ///< up to its end
};

} // namespace weir
