#include "runtime/wire/frame_reader.hpp"

#include "runtime/wire/fields.hpp"

#include <algorithm>
#include <utility>

namespace weir::wire {
namespace {

constexpr auto transfer_fixed_bytes = std::size_t{28};
constexpr auto transfer_chunks_max = std::uint32_t{1} << 20;
constexpr auto first_step_bytes = std::size_t{1} << 20; // most bodies are smaller; no more is made before it comes
constexpr auto pooled_bytes_min = std::size_t{128} << 10;

/// With room for what is there already and as much again at most.
void make_room(byte_buffer& to, std::size_t left) {
  if (to.capacity() > to.size()) return;
  to.reserve(to.size() + std::min(left, std::max(to.size(), first_step_bytes)));
}

} // namespace

frame_reader::frame_reader(frame_taker& to, buffer_pool& bodies) : to_(to), bodies_(bodies), small_(small_bytes) {}

auto frame_reader::room() -> net::read_room {
  if (begin_ == small_.size() || stage_ == stage::broken) {
    small_.clear();
    begin_ = 0;
  }
  if (!is_filling()) {
    if (begin_ > 0) {
      const auto rest = std::string{waiting()}; // less than a fixed part
      small_.clear();
      begin_ = 0;
      small_.append(rest);
    }
    return {small_.data() + small_.size(), small_bytes - small_.size(), nullptr, 0};
  }
  make_room(filled_, left_);
  const auto here = std::min(left_, filled_.capacity() - filled_.size());
  if (here < left_) return {filled_.tail(here), here, nullptr, 0};
  return {filled_.tail(here), here, small_.data(), small_bytes};
}

auto frame_reader::take(std::size_t bytes) -> result<void> {
  if (stage_ == stage::broken) return {};
  if (is_filling()) {
    const auto here = std::min(bytes, left_);
    filled_.advance(here);
    left_ -= here;
    bytes -= here;
  }
  small_.advance(bytes);
  auto done = parse();
  if (!done) stage_ = stage::broken;
  return done;
}

auto frame_reader::parse() -> result<void> {
  for (;;) {
    WEIR_TRY(const auto goes_on, step());
    if (!goes_on) return {};
  }
}

auto frame_reader::step() -> result<bool> {
  switch (stage_) {
  case stage::header: return on_header();
  case stage::payload: return fill() ? on_payload() : result<bool>{false};
  case stage::transfer: return on_transfer();
  case stage::prefix: return on_prefix();
  case stage::head:
    if (!fill()) return false;
    chunk_head_ = std::move(filled_);
    expect(stage::body, sizes_.body, sizes_.body < pooled_bytes_min ? byte_buffer{} : bodies_.take());
    return true;
  case stage::body: return fill() ? on_body() : result<bool>{false};
  case stage::skipped: return skip();
  case stage::broken: break;
  }
  return false;
}

void frame_reader::expect(stage next, std::size_t bytes, byte_buffer into) {
  stage_ = next;
  left_ = bytes;
  filled_ = std::move(into);
}

/// Takes what waits; whether it is whole.
auto frame_reader::fill() -> bool {
  const auto here = waiting().substr(0, left_);
  if (!here.empty()) {
    filled_.reserve(std::min(filled_.size() + left_, std::max(filled_.size() + here.size(), first_step_bytes)));
    filled_.append(here);
    begin_ += here.size();
    left_ -= here.size();
  }
  return left_ == 0;
}

auto frame_reader::take_fixed(std::size_t bytes) -> std::optional<std::string_view> {
  if (waiting().size() < bytes) return std::nullopt;
  const auto found = waiting().substr(0, bytes);
  begin_ += bytes;
  return found;
}

auto frame_reader::on_header() -> result<bool> {
  const auto bytes = take_fixed(header_bytes);
  if (!bytes) return false;
  WEIR_TRY(header_, parse_header(*bytes));
  if (payload_bytes_max(header_.type) == 0) {
    expect(stage::skipped, header_.length);
    return true;
  }
  WEIR_CHECK(to_.on_header(header_));
  if (header_.type == frame_type::transfer_chunks)
    stage_ = stage::transfer;
  else
    expect(stage::payload, header_.length);
  return true;
}

auto frame_reader::on_payload() -> result<bool> {
  const auto payload = std::move(filled_);
  stage_ = stage::header;
  auto whole = decode(header_.type, payload.view());
  if (!whole) return error{errc::malformed, name_of(header_.type) + ": " + whole.failure().what};
  WEIR_CHECK(to_.on_frame(std::move(*whole)));
  return true;
}

auto frame_reader::on_transfer() -> result<bool> {
  if (header_.length < transfer_fixed_bytes) return error{errc::malformed, "transfer_chunks: its fields are cut"};
  const auto bytes = take_fixed(transfer_fixed_bytes);
  if (!bytes) return false;
  auto note = transfer_chunks{};
  auto read = field_reader{*bytes};
  read(transfer_.to, transfer_.from, note.link, note.number, chunks_left_);
  transfer_.what = std::move(note);
  if (read.failed() || chunks_left_ > transfer_chunks_max)
    return error{errc::limit, "transfer_chunks: " + std::to_string(chunks_left_) + " chunks are announced, more than "
                                  + std::to_string(transfer_chunks_max)};
  rest_ = header_.length - transfer_fixed_bytes;
  WEIR_TRY(const auto is_wanted, to_.on_transfer(transfer_));
  if (is_wanted) return next_chunk();
  expect(stage::skipped, rest_);
  return true;
}

auto frame_reader::next_chunk() -> result<bool> {
  if (chunks_left_ > 0) {
    --chunks_left_;
    stage_ = stage::prefix;
    return true;
  }
  if (rest_ > 0) return error{errc::malformed, "transfer_chunks: bytes that are no chunk's"};
  stage_ = stage::header;
  WEIR_CHECK(to_.on_frame(frame{std::exchange(transfer_, {})}));
  return true;
}

auto frame_reader::on_prefix() -> result<bool> {
  const auto bytes = take_fixed(chunk_prefix_bytes);
  if (!bytes) return false;
  WEIR_TRY(sizes_, decode_chunk_prefix(*bytes));
  const auto size = chunk_prefix_bytes + std::size_t{sizes_.head} + sizes_.body;
  if (size > rest_) return error{errc::malformed, "transfer_chunks: a chunk is larger than its frame"};
  rest_ -= size;
  expect(stage::head, sizes_.head);
  return true;
}

/// A chunk that is damaged is none; what follows it is right all the same.
auto frame_reader::on_body() -> result<bool> {
  auto body = filled_.capacity() < pooled_bytes_min ? shared_bytes{std::move(filled_)}
                                                    : shared_bytes{bodies_.share(std::move(filled_))};
  filled_ = {};
  auto decoded = decode_chunk(sizes_, chunk_head_.view(), std::move(body));
  std::get<transfer_chunks>(transfer_.what).chunks.push_back({decoded ? std::move(*decoded) : nullptr});
  chunk_head_ = {};
  return next_chunk();
}

auto frame_reader::skip() -> bool {
  const auto here = std::min(left_, waiting().size());
  begin_ += here;
  left_ -= here;
  if (left_ > 0) return false;
  stage_ = stage::header;
  return true;
}

} // namespace weir::wire
