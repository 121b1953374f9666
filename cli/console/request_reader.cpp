#include "cli/console/request_reader.hpp"

#include "cli/console/http_text.hpp"

#include <boost/beast/http.hpp>

#include <cstring>
#include <optional>

namespace weir::cli {
namespace {

namespace http = boost::beast::http;
using request_parser = http::request_parser<http::string_body>;

auto status_of(const boost::system::error_code& failed) -> int {
  if (failed == http::error::header_limit) return 431;
  if (failed == http::error::body_limit) return 413;
  if (failed == http::error::bad_version) return 505;
  return 400;
}

} // namespace

struct request_reader::parsing {
  std::optional<request_parser> parser;
  bool is_told = false;
};

request_reader::request_reader(request_bounds bounds) : bounds_(bounds), parsing_(std::make_unique<parsing>()) {}

request_reader::~request_reader() = default;

void request_reader::begin() {
  is_begun_ = true;
  parsing_->is_told = false;
  auto& parser = parsing_->parser.emplace();
  parser.eager(true);
  parser.header_limit(static_cast<std::uint32_t>(bounds_.header_bytes_max));
  parser.body_limit(bounds_.body_bytes_max);
}

/// How many bytes were used.
auto request_reader::put() -> std::variant<std::size_t, bad_request> {
  auto failed = boost::system::error_code{};
  const auto used = parsing_->parser->put(boost::asio::const_buffer{bytes_.data(), filled_}, failed);
  std::memmove(bytes_.data(), bytes_.data() + used, filled_ - used);
  filled_ -= used;
  if (failed && failed != http::error::need_more) return bad_request{status_of(failed), failed.message()};
  return used;
}

auto request_reader::next() -> outcome {
  while (filled_ > 0) {
    if (!is_begun_) begin();
    auto went = put();
    if (auto* bad = std::get_if<bad_request>(&went)) return std::move(*bad);
    auto& parser = *parsing_->parser;
    if (parser.is_done()) return finish();
    if (parser.is_header_done() && !std::exchange(parsing_->is_told, true) && parser.get()[http::field::expect] == "100-continue")
      return wants_to_be_told{};
    if (std::get<std::size_t>(went) == 0) break;
  }
  return wants_more{};
}

auto request_reader::finish() -> outcome {
  const auto message = parsing_->parser->release();
  parsing_->parser.reset();
  is_begun_ = false;
  auto done = whole_request{{}, message.method() == http::verb::head, message.keep_alive()};
  auto& request = done.what;
  for (const auto& f : message.base()) {
    auto& value = request.fields[lower_case({f.name_string().data(), f.name_string().size()})];
    value += (value.empty() ? "" : ", ") + std::string{f.value()};
  }
  request.method = done.wants_head_only ? "GET" : std::string{message.method_string()};
  request.body = message.body();
  if (!split_target({message.target().data(), message.target().size()}, request))
    return bad_request{400, "the address of the request is not well-formed"};
  if (message.version() != 10 && message.version() != 11) return bad_request{505, "this is HTTP/1.1"};
  if (message.count(http::field::host) > 1) return bad_request{400, "there are several Host fields"};
  if (message.version() == 11 && message.count(http::field::host) == 0) return bad_request{400, "there is no Host field"};
  return done;
}

} // namespace weir::cli
