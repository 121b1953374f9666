#include "actors/collectors/web/request.hpp"

#include <boost/beast/http.hpp>

#include <algorithm>
#include <charconv>
#include <limits>

namespace weir {
namespace {

namespace beast_http = boost::beast::http;

constexpr auto query_words_max = std::size_t{64};
constexpr auto line_around_content_max = std::size_t{256};
constexpr auto trailer_bytes_max = std::size_t{4096};

auto refusal_of(const boost::system::error_code& failed) -> web_head_outcome {
  if (failed == beast_http::error::bad_version) return {0, 505, "this is HTTP/1.1"};
  if (failed == beast_http::error::header_limit) return {0, 431, "the head of the request is too large"};
  return {0, 400, "this is no request of HTTP: " + failed.message()};
}

auto take_target(web_request& out) -> bool {
  const auto target = std::string_view{out.target};
  if (!target.starts_with('/')) return false;
  const auto mark = std::min(target.find('?'), target.size());
  auto path = web_decoded(target.substr(0, mark), false);
  auto query = web_form_words(target.substr(std::min(mark + 1, target.size())), query_words_max);
  if (!path || !query) return false;
  out.path = std::move(*path);
  out.query = std::move(*query);
  return true;
}

/// Of several fields of one name one, with commas between.
void take_fields(const beast_http::fields& from, web_request& out) {
  for (const auto& f : from) {
    const auto name = web_lower_case({f.name_string().data(), f.name_string().size()});
    const auto at = std::find_if(out.fields.begin(), out.fields.end(), [&](const auto& known) { return known.first == name; });
    if (at == out.fields.end())
      out.fields.emplace_back(name, std::string{f.value()});
    else
      at->second += ", " + std::string{f.value()};
  }
}

} // namespace

auto web_request::type() const -> std::string {
  const auto whole = field("content-type");
  return web_lower_case(web_trimmed(whole.substr(0, whole.find(';'))));
}

auto read_web_head(std::string_view input, web_request& out) -> web_head_outcome {
  // An empty line before a request is let pass (RFC 9112, 2.2).
  const auto before = input.starts_with("\r\n") ? std::size_t{2} : std::size_t{0};
  const auto end = input.substr(0, before + web_head_bytes_max).find("\r\n\r\n", before);
  if (end == std::string_view::npos && input.size() < before + web_head_bytes_max) return {};
  if (end == std::string_view::npos) return {0, 431, "the head of the request is too large"};
  const auto bytes = end + 4;
  auto parser = beast_http::request_parser<beast_http::buffer_body>{};
  parser.header_limit(static_cast<std::uint32_t>(web_head_bytes_max));
  parser.body_limit(std::numeric_limits<std::uint64_t>::max()); // whoever takes the body has a limit
  auto failed = boost::system::error_code{};
  parser.put(boost::asio::const_buffer{input.data() + before, bytes - before}, failed);
  if (failed && failed != beast_http::error::need_more) return refusal_of(failed);
  if (!parser.is_header_done()) return {0, 400, "this is no request of HTTP"};
  const auto& message = parser.get();
  if (message.version() != 10 && message.version() != 11) return {0, 505, "this is HTTP/1.1"};
  const auto hosts = message.count(beast_http::field::host);
  if (hosts > 1 || (message.version() == 11 && hosts == 0)) return {0, 400, "a request wants one Host field"};
  out = {};
  out.method = std::string{message.method_string()};
  out.target = std::string{message.target()};
  out.keeps_alive = parser.keep_alive();
  out.is_chunked = parser.chunked();
  if (const auto length = parser.content_length()) out.content_length = *length;
  take_fields(message.base(), out);
  out.awaits_word = web_lower_case(out.field("expect")) == "100-continue";
  if (!out.is_chunked && !out.field("transfer-encoding").empty()) return {0, 501, "the only Transfer-Encoding known here is chunked"};
  if (!take_target(out)) return {0, 400, "the address of the request is not well-formed"};
  return {bytes};
}

web_body_reader::web_body_reader(const web_request& of)
    : phase_(of.is_chunked ? phase::chunk_head : of.has_body() ? phase::content : phase::done),
      is_chunked_(of.is_chunked),
      left_(of.is_chunked ? 0 : of.content_length.value_or(0)) {}

auto web_body_reader::take(std::string_view& input, std::string_view& content) -> progress {
  content = {};
  while (phase_ != phase::done) {
    if (input.empty()) return progress::more;
    if (phase_ == phase::content) {
      const auto came = take_content(input, content);
      if (!content.empty() || came != progress::more) return came;
    } else if (const auto came = take_line(input); came != progress::more) {
      return came;
    }
  }
  return progress::done;
}

auto web_body_reader::take_content(std::string_view& input, std::string_view& content) -> progress {
  content = input.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(left_, input.size())));
  input.remove_prefix(content.size());
  left_ -= content.size();
  if (left_ == 0) phase_ = is_chunked_ ? phase::chunk_end : phase::done;
  return phase_ == phase::done ? progress::done : progress::more;
}

/// What stands around chunks, up to the end of a line.
auto web_body_reader::take_line(std::string_view& input) -> progress {
  const auto end = input.find('\n');
  line_ += input.substr(0, std::min(end, line_around_content_max + 1));
  input.remove_prefix(end == std::string_view::npos ? input.size() : end + 1);
  if (line_.size() > line_around_content_max) return progress::malformed;
  if (end == std::string_view::npos) return progress::more;
  if (!line_.ends_with('\r')) return progress::malformed;
  line_.pop_back();
  const auto came = on_line();
  line_.clear();
  return came;
}

auto web_body_reader::on_line() -> progress {
  if (phase_ == phase::chunk_end) {
    phase_ = phase::chunk_head;
    return line_.empty() ? progress::more : progress::malformed;
  }
  if (phase_ == phase::trailer) {
    trailer_bytes_ += line_.size();
    if (line_.empty()) phase_ = phase::done;
    return line_.empty() ? progress::done : trailer_bytes_ > trailer_bytes_max ? progress::malformed : progress::more;
  }
  const auto digits = web_trimmed(std::string_view{line_}.substr(0, line_.find(';')));
  const auto* const end = digits.data() + digits.size();
  const auto read = std::from_chars(digits.data(), end, left_, 16);
  if (read.ec != std::errc{} || read.ptr != end || digits.empty()) return progress::malformed;
  phase_ = left_ == 0 ? phase::trailer : phase::content;
  return progress::more;
}

} // namespace weir
