#include "actors/collectors/forward/connection.hpp"

#include "runtime/base/assert.hpp"
#include "runtime/codec/forward.hpp"

#include <algorithm>

namespace weir {
namespace {

constexpr auto spare_bytes = std::size_t{256} * 1024;
constexpr auto room_min = std::size_t{64} * 1024;
constexpr auto kept_spare_max = std::size_t{4} << 20;
constexpr auto small_rest_max = std::size_t{32} * 1024;
constexpr auto output_bytes_max = std::size_t{64} * 1024;

auto too_large(std::size_t bytes_max) -> error {
  return {errc::limit, "a message has more than " + std::to_string(bytes_max) + " bytes"};
}

} // namespace

forward_connection::forward_connection(std::unique_ptr<net::transport> bytes, forward_peer peer,
                                       bool sniffs_json)
    : carrier(std::make_shared<forward_carrier>(this)),
      bytes_(std::move(bytes)),
      peer_(std::move(peer)),
      sniffs_json_(sniffs_json) {}

auto forward_connection::note(const net::io_outcome& outcome) -> net::io_status {
  is_turned_ = outcome.status == net::io_status::wants_write;
  is_broken_ = is_broken_ || outcome.status == net::io_status::failed;
  return outcome.status;
}

auto forward_connection::open() -> net::io_outcome {
  auto outcome = bytes_->shake_hands();
  note(outcome);
  return outcome;
}

auto forward_connection::receive(byte_buffer& spare, std::size_t room_max) -> net::io_status {
  spare.reserve(spare_bytes);
  if (in_.capacity() == 0) in_.swap(spare);
  if (begin_ > 0 && in_.capacity() - in_.size() < room_min) {
    std::memmove(in_.data(), in_.data() + begin_, buffered());
    in_.truncate(buffered());
    begin_ = 0;
  }
  auto* to = in_.tail(std::min(room_min, room_max));
  auto room = std::min(in_.capacity() - in_.size(), room_max);
  // Enough for the head of a large message, which tells how much to read; more would leave a large rest.
  if (buffered() == 0) room = std::min(room, room_min);
  // To stop exactly where a large message ends saves moving the beginning of the next one.
  const auto missing = skipper_.wanted() - std::min<std::uint64_t>(skipper_.wanted(), buffered());
  if (missing >= net::record_bytes_max) room = static_cast<std::size_t>(std::min<std::uint64_t>(room, missing));
  WEIR_ASSERT(room >= net::record_bytes_max); // else epoll might not tell of the rest of a record
  const auto place = iovec{to, room};
  const auto got = bytes_->receive(&place, 1);
  in_.advance(got.bytes);
  return note(got);
}

void forward_connection::give_back(byte_buffer& spare) {
  const auto rest = buffered();
  const auto is_worth_keeping = rest > small_rest_max || (rest > 0 && in_.capacity() <= small_rest_max * 2);
  if (is_worth_keeping || in_.capacity() == 0) return;
  auto kept = byte_buffer{};
  kept.append(in_.view_from(begin_));
  begin_ = 0;
  in_.swap(kept);
  if (kept.capacity() < spare.capacity() || kept.capacity() > kept_spare_max) return;
  kept.clear();
  spare.swap(kept);
}

auto forward_connection::discard() -> net::io_status {
  char bytes[net::record_bytes_max];
  const auto place = iovec{bytes, sizeof bytes};
  return note(bytes_->receive(&place, 1));
}

void forward_connection::skip_white_space() {
  const auto rest = in_.view_from(begin_);
  const auto text = rest.find_first_not_of(" \t\r\n");
  begin_ += text == std::string_view::npos ? rest.size() : text;
}

void forward_connection::decide_codec() {
  if (!sniffs_json_ || buffered() == 0) return;
  const auto first = in_.data()[begin_];
  is_json_ = first == '{' || first == '[';
  sniffs_json_ = false;
}

auto forward_connection::next_root(std::size_t bytes_max) -> result<std::optional<std::string_view>> {
  decide_codec();
  if (is_json_) skip_white_space();
  const auto bytes = in_.view_from(begin_);
  if (bytes.empty()) return std::optional<std::string_view>{};
  return is_json_ ? next_json(bytes, bytes_max) : next_msgpack(bytes, bytes_max);
}

auto forward_connection::next_msgpack(std::string_view bytes, std::size_t bytes_max)
    -> result<std::optional<std::string_view>> {
  const auto found = skipper_.resume(bytes);
  if (skipper_.wanted() > bytes_max) return too_large(bytes_max);
  if (found == msgpack_skipper::progress::malformed)
    return error{errc::malformed, "received bytes that are no msgpack"};
  if (found == msgpack_skipper::progress::incomplete) return std::optional<std::string_view>{};
  root_bytes_ = skipper_.size();
  return std::optional{bytes.substr(0, root_bytes_)};
}

auto forward_connection::next_json(std::string_view bytes, std::size_t bytes_max)
    -> result<std::optional<std::string_view>> {
  const auto found = finder_.resume(bytes);
  if (finder_.size() > bytes_max) return too_large(bytes_max);
  if (found == json_document_finder::progress::malformed)
    return error{errc::malformed, "received text that is no JSON"};
  if (found == json_document_finder::progress::incomplete) return std::optional<std::string_view>{};
  root_bytes_ = finder_.size();
  converted_.clear();
  WEIR_CHECK(json_to_msgpack(bytes.substr(0, root_bytes_), converted_));
  return std::optional{converted_.view()};
}

void forward_connection::consume() {
  begin_ += root_bytes_;
  root_bytes_ = 0;
  is_ahead_ = true;
  if (converted_.capacity() > small_rest_max) converted_ = byte_buffer{};
  skipper_.reset();
  finder_.reset();
  if (begin_ < in_.size()) return;
  in_.clear();
  begin_ = 0;
}

void forward_connection::forget_input() {
  root_bytes_ = buffered();
  consume();
}

auto forward_connection::answer(std::string_view bytes) -> bool {
  if (!is_answerable_) return false;
  if (!out_.empty() && out_.size() + bytes.size() > output_bytes_max) return false;
  out_.append(bytes);
  return true;
}

void forward_connection::acknowledge(std::string_view chunk) {
  auto ack = byte_buffer{};
  is_json_ ? append_json_ack(ack, chunk) : append_forward_ack(ack, chunk);
  (void)answer(ack.view());
}

void forward_connection::stop_answering() {
  is_answerable_ = false;
  out_.clear();
}

auto forward_connection::flush() -> bool {
  while (!out_.empty()) {
    const auto place = iovec{out_.data(), out_.size()};
    const auto sent = bytes_->send(&place, 1);
    is_broken_ = is_broken_ || is_over(sent.status);
    if (sent.status != net::io_status::done) return !is_over(sent.status);
    out_.erase(0, sent.bytes);
  }
  return true;
}

} // namespace weir
