#include "actors/collectors/opentelemetry/grpc_channel.hpp"

#include "runtime/base/assert.hpp"
#include "runtime/codec/base64.hpp"

#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

namespace weir {
namespace {

constexpr auto window_bytes = std::int32_t{1} << 20;
constexpr auto field_bytes_max = std::size_t{4096};
constexpr auto message_head_bytes = std::size_t{5};

auto text_of_bytes(const std::uint8_t* bytes, std::size_t size) -> std::string_view { return {reinterpret_cast<const char*>(bytes), size}; }

auto field_of(std::string_view name, std::string_view value) -> nghttp2_nv {
  const auto bytes_of = [](std::string_view text) { return reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data())); };
  return {bytes_of(name), bytes_of(value), name.size(), value.size(), NGHTTP2_NV_FLAG_NONE};
}

/// What is not printable ASCII is written as %41 (gRPC over HTTP/2, "Status-Message").
auto percent_coded(std::string_view text) -> std::string {
  constexpr auto digits = std::string_view{"0123456789ABCDEF"};
  auto out = std::string{};
  for (const auto c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= ' ' && byte < 0x7f && c != '%')
      out += c;
    else
      out += {'%', digits[byte >> 4U], digits[byte & 15U]};
  }
  return out;
}

auto framed_message(std::string_view payload) -> std::string {
  auto out = std::string(message_head_bytes, '\0');
  for (auto i = 0U; i < 4; ++i) out[4 - i] = static_cast<char>(payload.size() >> (8 * i));
  return out.append(payload);
}

} // namespace

auto message_of_grpc(std::string_view body) -> std::optional<grpc_message> {
  if (body.size() < message_head_bytes || static_cast<unsigned char>(body[0]) > 1) return std::nullopt;
  auto size = std::uint64_t{0};
  for (auto i = 1U; i <= 4; ++i) size = size << 8U | static_cast<unsigned char>(body[i]);
  if (size != body.size() - message_head_bytes) return std::nullopt;
  return grpc_message{body[0] == 1, body.substr(message_head_bytes)};
}

/// What nghttp2 calls; `of` is the channel.
struct grpc_channel::callbacks {
  static auto at(void* of) -> grpc_channel& { return *static_cast<grpc_channel*>(of); }
  static auto on_begin(nghttp2_session*, const nghttp2_frame* frame, void* of) -> int {
    if (frame->hd.type == NGHTTP2_HEADERS && frame->headers.cat == NGHTTP2_HCAT_REQUEST) at(of).begin(frame->hd.stream_id);
    return 0;
  }
  static auto on_field(nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name, std::size_t name_bytes, const std::uint8_t* value,
                       std::size_t value_bytes, std::uint8_t, void* of) -> int {
    at(of).add_field(frame->hd.stream_id, text_of_bytes(name, name_bytes), text_of_bytes(value, value_bytes));
    return 0;
  }
  static auto on_body(nghttp2_session*, std::uint8_t, std::int32_t stream, const std::uint8_t* bytes, std::size_t size, void* of) -> int {
    at(of).add_body(stream, text_of_bytes(bytes, size));
    return 0;
  }
  static auto on_frame(nghttp2_session*, const nghttp2_frame* frame, void* of) -> int {
    const auto is_part = frame->hd.type == NGHTTP2_DATA || frame->hd.type == NGHTTP2_HEADERS;
    if (is_part && (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0) at(of).end(frame->hd.stream_id);
    return 0;
  }
  static auto on_close(nghttp2_session*, std::int32_t stream, std::uint32_t, void* of) -> int {
    at(of).forget(stream);
    return 0;
  }
  /// Gives the next bytes of an answer; trailers follow the last.
  static auto give_body(nghttp2_session* session, std::int32_t stream, std::uint8_t* to, std::size_t room, std::uint32_t* flags, nghttp2_data_source*,
                        void* of) -> ssize_t {
    auto& body = at(of).answers_[stream];
    const auto size = std::min(room, body.bytes.size() - body.sent);
    std::memcpy(to, body.bytes.data() + body.sent, size);
    body.sent += size;
    if (body.sent < body.bytes.size()) return static_cast<ssize_t>(size);
    *flags |= NGHTTP2_DATA_FLAG_EOF | NGHTTP2_DATA_FLAG_NO_END_STREAM;
    const auto trailer = field_of("grpc-status", "0");
    (void)nghttp2_submit_trailer(session, stream, &trailer, 1);
    return static_cast<ssize_t>(size);
  }
};

grpc_channel::grpc_channel(std::size_t body_bytes_max) : body_bytes_max_(body_bytes_max + message_head_bytes) {
  nghttp2_session_callbacks* table = nullptr;
  WEIR_ASSERT(nghttp2_session_callbacks_new(&table) == 0);
  nghttp2_session_callbacks_set_on_begin_headers_callback(table, callbacks::on_begin);
  nghttp2_session_callbacks_set_on_header_callback(table, callbacks::on_field);
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(table, callbacks::on_body);
  nghttp2_session_callbacks_set_on_frame_recv_callback(table, callbacks::on_frame);
  nghttp2_session_callbacks_set_on_stream_close_callback(table, callbacks::on_close);
  const auto made = nghttp2_session_server_new(&session_, table, this);
  nghttp2_session_callbacks_del(table);
  WEIR_ASSERT(made == 0);
  const auto settings = std::array<nghttp2_settings_entry, 2>{
      {{NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, calls_max}, {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, static_cast<std::uint32_t>(window_bytes)}}};
  (void)nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, settings.data(), settings.size());
  (void)nghttp2_session_set_local_window_size(session_, NGHTTP2_FLAG_NONE, 0, 4 * window_bytes);
}

grpc_channel::~grpc_channel() { nghttp2_session_del(session_); }

auto grpc_channel::feed(std::string_view bytes) -> result<void> {
  const auto taken = nghttp2_session_mem_recv(session_, reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  if (taken < 0) return error{errc::malformed, std::string{"this is no HTTP/2: "} + nghttp2_strerror(static_cast<int>(taken))};
  return {};
}

void grpc_channel::begin(std::int32_t stream) { calls_[stream].stream = stream; }

void grpc_channel::add_field(std::int32_t stream, std::string_view name, std::string_view value) {
  const auto at = calls_.find(stream);
  if (at == calls_.end() || value.size() > field_bytes_max) return;
  auto& call = at->second;
  if (name == ":path") call.path = value;
  if (name == "grpc-encoding") call.coding = value;
  if (name == "authorization") call.authorization = value;
  if (name == "idempotency-key") call.key = value;
}

void grpc_channel::add_body(std::int32_t stream, std::string_view bytes) {
  const auto at = calls_.find(stream);
  if (at == calls_.end() || at->second.is_too_large) return;
  auto& call = at->second;
  if (call.body.size() + bytes.size() <= body_bytes_max_) {
    call.body.append(bytes);
    held_bytes_ += bytes.size();
    return;
  }
  held_bytes_ -= call.body.size();
  call.body = byte_buffer{};
  call.is_too_large = true;
}

void grpc_channel::end(std::int32_t stream) {
  const auto at = calls_.find(stream);
  if (at == calls_.end()) return;
  held_bytes_ -= at->second.body.size();
  whole_.push_back(std::move(at->second));
  calls_.erase(at);
}

void grpc_channel::forget(std::int32_t stream) {
  answers_.erase(stream);
  const auto at = calls_.find(stream);
  if (at == calls_.end()) return;
  held_bytes_ -= at->second.body.size();
  calls_.erase(at);
}

void grpc_channel::give_up() {
  for (const auto& [stream, call] : calls_) (void)nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, stream, NGHTTP2_CANCEL);
  calls_.clear();
  held_bytes_ = 0;
}

auto grpc_channel::take_call() -> std::optional<grpc_call> {
  if (whole_.empty()) return std::nullopt;
  auto call = std::optional{std::move(whole_.front())};
  whole_.pop_front();
  return call;
}

void grpc_channel::answer(std::int32_t stream, const grpc_answer& what) {
  const auto code = std::to_string(what.code);
  const auto message = percent_coded(what.message);
  const auto details = what.details.empty() ? std::string{} : to_base64(what.details);
  auto fields = std::vector<nghttp2_nv>{field_of(":status", "200"), field_of("content-type", "application/grpc")};
  if (what.code == 0) {
    answers_[stream] = {framed_message(what.payload)};
    auto body = nghttp2_data_provider{};
    body.read_callback = callbacks::give_body;
    if (nghttp2_submit_response(session_, stream, fields.data(), fields.size(), &body) != 0) answers_.erase(stream);
    return;
  }
  fields.push_back(field_of("grpc-status", code));
  fields.push_back(field_of("grpc-message", message));
  if (!details.empty()) fields.push_back(field_of("grpc-status-details-bin", details));
  (void)nghttp2_submit_response(session_, stream, fields.data(), fields.size(), nullptr);
}

auto grpc_channel::output() -> std::string_view {
  const std::uint8_t* bytes = nullptr;
  const auto size = nghttp2_session_mem_send(session_, &bytes);
  return size > 0 ? text_of_bytes(bytes, static_cast<std::size_t>(size)) : std::string_view{};
}

auto grpc_channel::is_over() const -> bool { return nghttp2_session_want_read(session_) == 0 && nghttp2_session_want_write(session_) == 0; }

} // namespace weir
