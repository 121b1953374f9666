#include "actors/collectors/forward/roots.hpp"

#include <algorithm>

namespace weir {
namespace {

constexpr auto converted_kept_max = std::size_t{32} * 1024;

auto root_too_large(std::size_t bytes_max) -> error {
  return {errc::limit, "a message has more than " + std::to_string(bytes_max) + " bytes"};
}

} // namespace

void forward_roots::decide_codec(std::string_view bytes) {
  if (!sniffs_json_ || bytes.empty()) return;
  is_json_ = bytes.front() == '{' || bytes.front() == '[';
  sniffs_json_ = false;
}

auto forward_roots::next(client_connection& from, std::size_t bytes_max) -> result<std::optional<std::string_view>> {
  decide_codec(from.input());
  if (is_json_)
    if (const auto white = std::min(from.input().find_first_not_of(" \t\r\n"), from.input().size()); white > 0) from.consume(white);
  if (from.input().empty()) return std::optional<std::string_view>{};
  return is_json_ ? next_json(from.input(), bytes_max) : next_msgpack(from, bytes_max);
}

auto forward_roots::next_msgpack(client_connection& from, std::size_t bytes_max)
    -> result<std::optional<std::string_view>> {
  const auto found = skipper_.resume(from.input());
  if (skipper_.wanted() > bytes_max) return root_too_large(bytes_max);
  if (found == msgpack_skipper::progress::malformed)
    return error{errc::malformed, "received bytes that are no msgpack"};
  if (found == msgpack_skipper::progress::incomplete) {
    from.expect(skipper_.wanted());
    return std::optional<std::string_view>{};
  }
  bytes_ = skipper_.size();
  return std::optional{from.input().substr(0, bytes_)};
}

auto forward_roots::next_json(std::string_view bytes, std::size_t bytes_max)
    -> result<std::optional<std::string_view>> {
  const auto found = finder_.resume(bytes);
  if (finder_.size() > bytes_max) return root_too_large(bytes_max);
  if (found == json_document_finder::progress::malformed)
    return error{errc::malformed, "received text that is no JSON"};
  if (found == json_document_finder::progress::incomplete) return std::optional<std::string_view>{};
  bytes_ = finder_.size();
  converted_.clear();
  WEIR_CHECK(json_to_msgpack(bytes.substr(0, bytes_), converted_));
  return std::optional{converted_.view()};
}

void forward_roots::consume(client_connection& from) {
  from.consume(std::exchange(bytes_, 0));
  if (converted_.capacity() > converted_kept_max) converted_ = byte_buffer{};
  skipper_.reset();
  finder_.reset();
}

} // namespace weir
