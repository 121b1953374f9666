#include "actors/collectors/network/connection.hpp"

#include "actors/collectors/network/session.hpp"
#include "runtime/base/assert.hpp"

#include <algorithm>
#include <cstring>

namespace weir {
namespace {

constexpr auto spare_bytes = std::size_t{256} * 1024;
constexpr auto room_min = std::size_t{64} * 1024;
constexpr auto kept_spare_max = std::size_t{4} << 20;
constexpr auto small_rest_max = std::size_t{32} * 1024;
constexpr auto output_bytes_max = std::size_t{64} * 1024;

} // namespace

client_connection::client_connection(std::uint64_t number, std::unique_ptr<net::transport> bytes, client_peer peer)
    : number_(number), bytes_(std::move(bytes)), peer_(std::move(peer)) {}

client_connection::~client_connection() = default;

auto client_connection::note(const net::io_outcome& outcome) -> net::io_status {
  is_turned_ = outcome.status == net::io_status::wants_write;
  is_broken_ = is_broken_ || outcome.status == net::io_status::failed;
  return outcome.status;
}

auto client_connection::open() -> net::io_outcome {
  auto outcome = bytes_->shake_hands();
  note(outcome);
  return outcome;
}

auto client_connection::receive(byte_buffer& spare, std::size_t room_max) -> net::io_status {
  spare.reserve(spare_bytes + line_padding);
  if (in_.capacity() == 0) in_.swap(spare);
  if (begin_ > 0 && in_.capacity() - in_.size() < room_min + line_padding) {
    std::memmove(in_.data(), in_.data() + begin_, buffered());
    in_.truncate(buffered());
    begin_ = 0;
  }
  auto* to = in_.tail(std::min(room_min, room_max) + line_padding);
  auto room = std::min(in_.capacity() - in_.size() - line_padding, room_max);
  // Enough for the head of a large message, which tells how much to read; more would leave a large rest.
  if (buffered() == 0) room = std::min(room, room_min);
  // To stop exactly where a large message ends saves moving the beginning of the next one.
  const auto missing = expected_bytes_ - std::min<std::uint64_t>(expected_bytes_, buffered());
  if (missing >= net::record_bytes_max) room = static_cast<std::size_t>(std::min<std::uint64_t>(room, missing));
  WEIR_ASSERT(room >= net::record_bytes_max); // else epoll might not tell of the rest of a record
  const auto place = iovec{to, room};
  const auto got = bytes_->receive(&place, 1);
  in_.advance(got.bytes);
  return note(got);
}

void client_connection::give_back(byte_buffer& spare) {
  const auto rest = buffered();
  const auto is_worth_keeping = rest > small_rest_max || (rest > 0 && in_.capacity() <= small_rest_max * 2);
  if (is_worth_keeping || in_.capacity() == 0) return;
  auto kept = byte_buffer{};
  if (rest > 0) {
    kept.reserve(rest + line_padding);
    kept.append(input());
  }
  begin_ = 0;
  in_.swap(kept);
  if (kept.capacity() < spare.capacity() || kept.capacity() > kept_spare_max) return;
  kept.clear();
  spare.swap(kept);
}

auto client_connection::discard() -> net::io_status {
  char bytes[net::record_bytes_max];
  const auto place = iovec{bytes, sizeof bytes};
  return note(bytes_->receive(&place, 1));
}

void client_connection::consume(std::size_t bytes) {
  begin_ += bytes;
  is_ahead_ = true;
  expected_bytes_ = 0;
  if (begin_ < in_.size()) return;
  in_.clear();
  begin_ = 0;
}

auto client_connection::answer(std::string_view bytes) -> bool {
  if (!is_answerable_) return false;
  if (!out_.empty() && out_.size() + bytes.size() > output_bytes_max) return false;
  out_.append(bytes);
  return true;
}

void client_connection::answer_all(std::string_view bytes) {
  if (is_answerable_) out_.append(bytes);
}

void client_connection::stop_answering() {
  is_answerable_ = false;
  out_.clear();
}

auto client_connection::flush() -> bool {
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
