#include "runtime/codec/stream_framer.hpp"

#include "runtime/base/scan.hpp"
#include "runtime/base/utf8.hpp"

#include <algorithm>

namespace weir {
namespace {

constexpr auto size_digits_max = std::size_t{9};

auto without_return(std::string_view line) -> std::string_view {
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

/// So that no character of UTF-8 is.
auto cut(std::string_view message, std::size_t bytes_max) -> framed_message {
  if (message.size() <= bytes_max) return {message};
  return {message.substr(0, whole_characters(message, bytes_max)), true};
}

} // namespace

auto stream_framer::next(std::string_view input) -> result<step> {
  if (input.empty()) return step{};
  if (skip_bytes_ > 0 || is_skipping_line_) return skip(input);
  const auto first = looked_at_ > 0 ? head{kind::line} : head_of(input);
  if (first.is == kind::octets) return take_octets(first, input);
  if (first.is == kind::unknown) return step{};
  if (how_ == stream_framing::octets)
    return error{errc::malformed, "a message wants to begin with its size and a blank"};
  return take_line(input);
}

auto stream_framer::head_of(std::string_view input) const -> head {
  if (how_ == stream_framing::lf || how_ == stream_framing::nul) return {kind::line};
  const auto digits = scan::leading_digits(input, size_digits_max + 1);
  if (digits == 0 || digits > size_digits_max || input.front() == '0') return {kind::line};
  const auto wanted = how_ == stream_framing::automatic ? digits + 2 : digits + 1;
  if (input.size() > digits && input[digits] != ' ') return {kind::line};
  if (input.size() < wanted) return {};
  if (how_ == stream_framing::automatic && input[digits + 1] != '<') return {kind::line};
  return {kind::octets, digits + 1, static_cast<std::size_t>(scan::to_number(input.substr(0, digits)))};
}

auto stream_framer::take_octets(const head& is, std::string_view input) -> step {
  const auto taken = std::min(is.size, message_bytes_max_);
  // One byte more shows whether a cut is between two characters.
  if (input.size() - is.bytes < std::min(is.size, taken + 1)) return {};
  skip_bytes_ = is.size - taken;
  if (skip_bytes_ == 0) return {is.bytes + taken, framed_message{input.substr(is.bytes, taken)}};
  return {is.bytes + taken, framed_message{input.substr(is.bytes, whole_characters(input.substr(is.bytes), taken)), true}};
}

auto stream_framer::is_end(char c) const -> bool {
  return (c == '\n' && how_ != stream_framing::nul) || (c == '\0' && how_ != stream_framing::lf);
}

/// Of the first end behind what was looked at.
auto stream_framer::find_end(std::string_view input) const -> std::size_t {
  const auto wanted = how_ == stream_framing::nul ? '\0' : '\n';
  const auto end = input.find(wanted, looked_at_);
  if (how_ != stream_framing::automatic) return end;
  return std::min(end, input.substr(0, end).find('\0', looked_at_));
}

auto stream_framer::take_line(std::string_view input) -> step {
  const auto end = find_end(input);
  const auto line = without_return(input.substr(0, end));
  if (end == std::string_view::npos && line.size() <= message_bytes_max_) {
    looked_at_ = input.size();
    return {};
  }
  looked_at_ = 0;
  is_skipping_line_ = end == std::string_view::npos;
  return {is_skipping_line_ ? message_bytes_max_ : end + 1, cut(line, message_bytes_max_)};
}

auto stream_framer::skip(std::string_view input) -> step {
  if (skip_bytes_ > 0) {
    const auto used = std::min(skip_bytes_, input.size());
    skip_bytes_ -= used;
    return {used, {}};
  }
  const auto end = find_end(input);
  is_skipping_line_ = end == std::string_view::npos;
  return {is_skipping_line_ ? input.size() : end + 1, {}};
}

auto stream_framer::last(std::string_view input) const -> std::optional<framed_message> {
  if (input.empty() || is_torn(input) || is_skipping_line_) return std::nullopt;
  return cut(without_return(input), message_bytes_max_);
}

auto stream_framer::is_torn(std::string_view input) const -> bool {
  if (skip_bytes_ > 0) return true;
  if (input.empty() || is_skipping_line_ || looked_at_ > 0) return false;
  return how_ == stream_framing::octets || head_of(input).is == kind::octets;
}

} // namespace weir
