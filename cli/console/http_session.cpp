#include "cli/console/http_session.hpp"

#include "cli/console/http_text.hpp"
#include "runtime/codec/compression.hpp"

#include <utility>

namespace weir::cli {
namespace {

constexpr auto compressed_from = std::size_t{1400}; // less is one packet as it is

auto compressed(const std::string& body) -> std::shared_ptr<const std::string> {
  auto out = byte_buffer{};
  if (!compress(compression::gzip, body, out)) return nullptr;
  return std::make_shared<const std::string>(out.view());
}

auto is_text(std::string_view type) -> bool {
  return type.starts_with("text/") || type.starts_with("application/json") || type.starts_with("application/openmetrics")
         || type.starts_with("image/svg");
}

} // namespace

http_session::http_session(net::io_thread& in, std::shared_ptr<net::stranger> who, http_limits limits, asked on_request)
    : in_(in),
      who_(std::move(who)),
      limits_(limits),
      on_request_(std::move(on_request)),
      reader_(limits.bounds),
      since_(system_clock().monotonic()) {}

auto http_session::room() -> net::read_room { return {reader_.room(), reader_.room_bytes(), nullptr, 0}; }

auto http_session::take(std::size_t bytes) -> result<void> {
  if (is_over_) return {}; // it is read to its end, and not heard
  reader_.add(bytes);
  if (!is_answering_) WEIR_CHECK(parse());
  if (reader_.room_bytes() == 0) return error{errc::limit, "it sends more requests than it waits for"};
  return {};
}

void http_session::ended(const std::string&, bool) { is_ended_ = true; }

auto http_session::parse() -> result<void> {
  while (!is_answering_ && !is_over_) {
    auto came = reader_.next();
    if (std::holds_alternative<wants_more>(came)) break;
    if (std::holds_alternative<wants_to_be_told>(came)) send("HTTP/1.1 100 Continue\r\n\r\n", nullptr);
    if (const auto* bad = std::get_if<bad_request>(&came)) refuse(*bad);
    if (auto* whole = std::get_if<whole_request>(&came)) hand_over(std::move(*whole));
  }
  if (reader_.has_begun() != std::exchange(was_begun_, reader_.has_begun())) since_ = system_clock().monotonic();
  return {};
}

void http_session::hand_over(whole_request whole) {
  is_answering_ = true;
  wants_head_only_ = whole.wants_head_only;
  keeps_alive_ = whole.keeps_alive;
  takes_gzip_ = accepts_gzip(whole.what.field("accept-encoding"));
  whole.what.peer = who_->bytes()->peer();
  whole.what.certificate_name = who_->bytes()->certificate_name();
  who_->admit();
  on_request_(std::move(whole.what), shared_from_this());
}

void http_session::refuse(const bad_request& what) {
  is_over_ = true;
  keeps_alive_ = false;
  wants_head_only_ = takes_gzip_ = false;
  answer(problem(what.status, what.why));
}

void http_session::answer(http_response with) {
  auto body = with.body;
  if (takes_gzip_ && !with.goes_on && body->size() >= compressed_from && is_text(with.type))
    if (auto small = compressed(*body)) {
      body = std::move(small);
      with.fields.emplace_back("Content-Encoding", "gzip");
    }
  if (is_text(with.type)) with.fields.emplace_back("Vary", "Accept-Encoding");
  const auto keeps = keeps_alive_ && !with.goes_on;
  if (with.goes_on) return begin_to_push(response_head(with, 0, false), body);
  send(response_head(with, body->size(), keeps), wants_head_only_ ? nullptr : body);
  if (!keeps) return who_->bytes()->finish("it was answered");
  in_.post([self = shared_from_this(), keeps] { self->go_on(keeps); });
}

void http_session::go_on(bool keeps) {
  is_answering_ = false;
  is_over_ = is_over_ || !keeps;
  was_begun_ = false;
  since_ = system_clock().monotonic();
  if (const auto went = parse(); !went) who_->bytes()->close(went.failure().what);
}

void http_session::begin_to_push(std::string head, std::shared_ptr<const std::string> body) {
  const auto lock = std::lock_guard{push_guard_};
  send(std::move(head), std::move(body));
  is_pushing_ = true;
  if (!early_.empty()) send(std::exchange(early_, {}), nullptr);
}

/// Whoever pushes may be quicker than who answers.
auto http_session::push(std::string bytes) -> bool {
  if (is_ended_) return false;
  const auto lock = std::lock_guard{push_guard_};
  if (is_pushing_)
    send(std::move(bytes), nullptr);
  else
    early_ += bytes;
  return true;
}

void http_session::send(std::string head, std::shared_ptr<const std::string> body) {
  auto pieces = net::frame_pieces{net::own_piece(std::move(head))};
  if (body && !body->empty()) pieces.push_back({*body, body});
  who_->bytes()->send(std::move(pieces), net::send_as::control);
}

void http_session::look(monotonic_time now) {
  if (is_answering_ || is_over_ || is_ended_) return;
  const auto waited = now - since_;
  if (was_begun_ && waited > limits_.request_within) refuse({408, "the request did not come in time"});
  if (!was_begun_ && waited > limits_.idle_max) who_->bytes()->finish("it asked for nothing more");
}

} // namespace weir::cli
