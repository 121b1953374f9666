#include "cli/console/http_session.hpp"

#include "cli/console/http_text.hpp"
#include "runtime/codec/compression.hpp"

#include <boost/beast/http.hpp>

#include <cstring>
#include <optional>

namespace weir::cli {
namespace {

namespace http = boost::beast::http;
using request_parser = http::request_parser<http::string_body>;

constexpr auto compressed_from = std::size_t{1400}; // less is one packet as it is

auto status_of(const boost::system::error_code& failed) -> int {
  if (failed == http::error::header_limit) return 431;
  if (failed == http::error::body_limit) return 413;
  if (failed == http::error::bad_version) return 505;
  return 400;
}

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

struct http_session::parsing {
  std::optional<request_parser> parser;
  bool has_told_to_continue = false;
};

http_session::http_session(net::io_thread& in, std::shared_ptr<net::stranger> who, http_limits limits, asked on_request)
    : in_(in),
      who_(std::move(who)),
      limits_(limits),
      on_request_(std::move(on_request)),
      parsing_(std::make_unique<parsing>()),
      since_(system_clock().monotonic()) {}

http_session::~http_session() = default;

auto http_session::room() -> net::read_room {
  return {bytes_.data() + filled_, bytes_.size() - filled_, nullptr, 0};
}

auto http_session::take(std::size_t bytes) -> result<void> {
  filled_ += bytes;
  if (is_over_) return filled_ = 0, result<void>{};
  if (!is_answering_) WEIR_CHECK(parse());
  if (filled_ == bytes_.size()) return error{errc::limit, "it sends more requests than it waits for"};
  return {};
}

void http_session::ended(const std::string&, bool) { is_ended_ = true; }

void http_session::begin_request() {
  is_begun_ = true;
  since_ = system_clock().monotonic();
  parsing_->has_told_to_continue = false;
  auto& parser = parsing_->parser.emplace();
  parser.eager(true);
  parser.header_limit(static_cast<std::uint32_t>(limits_.header_bytes_max));
  parser.body_limit(limits_.body_bytes_max);
}

/// What there is, until a request is whole.
auto http_session::parse() -> result<void> {
  while (filled_ > 0 && !is_answering_ && !is_over_) {
    if (!is_begun_) begin_request();
    WEIR_TRY(const auto went, put());
    auto& parser = *parsing_->parser;
    if (!is_over_ && parser.is_done()) {
      hand_over();
    } else if (!is_over_ && parser.is_header_done() && !parsing_->has_told_to_continue
               && parser.get()[http::field::expect] == "100-continue") {
      parsing_->has_told_to_continue = true;
      send("HTTP/1.1 100 Continue\r\n\r\n", nullptr);
    }
    if (!went) return {};
  }
  return {};
}

/// Whether some of it was used.
auto http_session::put() -> result<bool> {
  auto failed = boost::system::error_code{};
  const auto used = parsing_->parser->put(boost::asio::const_buffer{bytes_.data(), filled_}, failed);
  std::memmove(bytes_.data(), bytes_.data() + used, filled_ - used);
  filled_ -= used;
  if (failed && failed != http::error::need_more) refuse(status_of(failed), failed.message());
  return used > 0;
}

void http_session::hand_over() {
  const auto message = parsing_->parser->release();
  parsing_->parser.reset();
  is_begun_ = false;
  is_answering_ = true;
  wants_head_only_ = message.method() == http::verb::head;
  keeps_alive_ = message.keep_alive();
  auto request = http_request{};
  for (const auto& f : message.base()) {
    auto& value = request.fields[lower_case({f.name_string().data(), f.name_string().size()})];
    value += (value.empty() ? "" : ", ") + std::string{f.value()};
  }
  takes_gzip_ = accepts_gzip(request.field("accept-encoding"));
  request.method = wants_head_only_ ? "GET" : std::string{message.method_string()};
  request.body = message.body();
  request.peer = who_->bytes()->peer();
  request.certificate_name = who_->bytes()->certificate_name();
  if (!split_target({message.target().data(), message.target().size()}, request))
    return refuse(400, "the address of the request is not well-formed");
  if (message.version() >= 11 && !message.count(http::field::host)) return refuse(400, "there is no Host field");
  who_->admit();
  on_request_(std::move(request), shared_from_this());
}

/// Nothing more is read: what follows may be anything.
void http_session::refuse(int status, const std::string& why) {
  is_over_ = true;
  keeps_alive_ = false;
  wants_head_only_ = takes_gzip_ = false;
  answer(respond(status, "text/plain; charset=utf-8", why + '\n'));
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
  send(response_head(with, body->size(), keeps), wants_head_only_ ? nullptr : body);
  if (with.goes_on) return;
  if (!keeps) return who_->bytes()->finish("it was answered");
  in_.post([self = shared_from_this(), keeps] { self->go_on(keeps); });
}

void http_session::go_on(bool keeps) {
  is_answering_ = false;
  is_over_ = is_over_ || !keeps;
  since_ = system_clock().monotonic();
  if (const auto went = parse(); !went) who_->bytes()->close(went.failure().what);
}

auto http_session::push(std::string bytes) -> bool {
  if (is_ended_) return false;
  send(std::move(bytes), nullptr);
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
  if (is_begun_ && waited > limits_.request_within) refuse(408, "the request did not come in time");
  if (!is_begun_ && waited > limits_.idle_max) who_->bytes()->finish("it asked for nothing more");
}

} // namespace weir::cli
