#include "cli/top/http_client.hpp"

#include "runtime/net/connect.hpp"
#include "runtime/os/clock.hpp"

#include <boost/beast/http.hpp>
#include <poll.h>

#include <algorithm>
#include <functional>

namespace weir::cli {
namespace {

namespace http = boost::beast::http;

constexpr auto body_bytes_max = std::uint64_t{64} << 20;
constexpr auto block_bytes = std::size_t{64} << 10;

/// One connection, and until when it is waited for.
struct exchange {
  net::transport& by;
  monotonic_time until;

  auto wait(short events) const -> bool {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - system_clock().monotonic()).count();
    auto waits = pollfd{by.fd(), events, 0};
    return left > 0 && ::poll(&waits, 1, static_cast<int>(left)) > 0;
  }
  /// Until it is done, over or late. `closed` with no bytes is the end.
  auto carry_out(const std::function<net::io_outcome()>& step) const -> result<net::io_outcome> {
    while (true) {
      auto came = step();
      if (came.status == net::io_status::failed) return error{errc::unavailable, came.problem};
      if (came.status == net::io_status::done || came.status == net::io_status::closed) return came;
      if (!wait(came.status == net::io_status::wants_read ? POLLIN : POLLOUT)) return error{errc::unavailable, "it does not answer"};
    }
  }
  auto send(std::string_view bytes) const -> result<void> {
    while (!bytes.empty()) {
      const auto part = iovec{const_cast<char*>(bytes.data()), bytes.size()};
      WEIR_TRY(const auto sent, carry_out([&] { return by.send(&part, 1); }));
      if (sent.status == net::io_status::closed) return error{errc::unavailable, "it has closed the connection"};
      bytes.remove_prefix(sent.bytes);
    }
    return {};
  }
};

auto receive_reply(const exchange& with) -> result<http_client::reply> {
  auto parser = http::response_parser<http::string_body>{};
  parser.eager(true);
  parser.body_limit(body_bytes_max);
  auto bytes = std::string(block_bytes, '\0');
  auto filled = std::size_t{0};
  while (!parser.is_done()) {
    const auto room = iovec{bytes.data() + filled, bytes.size() - filled};
    if (room.iov_len == 0) return error{errc::malformed, "its answer is no HTTP"};
    WEIR_TRY(const auto came, with.carry_out([&] { return with.by.receive(&room, 1); }));
    auto failed = boost::system::error_code{};
    if (came.status == net::io_status::closed) {
      parser.put_eof(failed);
      if (failed || !parser.is_done()) return error{errc::unavailable, "it ended in the middle of its answer"};
      break;
    }
    filled += came.bytes;
    const auto used = parser.put(boost::asio::const_buffer{bytes.data(), filled}, failed);
    if (failed && failed != http::error::need_more) return error{errc::malformed, "its answer is no HTTP: " + failed.message()};
    bytes.erase(0, used);
    bytes.resize(block_bytes);
    filled -= used;
  }
  auto message = parser.release();
  return http_client::reply{static_cast<int>(message.result_int()), std::move(message.body())};
}

} // namespace

auto parse_console_url(std::string_view text) -> result<console_url> {
  auto url = console_url{};
  constexpr auto plain = std::string_view{"http://"};
  constexpr auto encrypted = std::string_view{"https://"};
  url.is_encrypted = text.starts_with(encrypted);
  if (!url.is_encrypted && !text.starts_with(plain)) return error{errc::malformed, "wants http://HOST:PORT or https://HOST:PORT, not \"" + std::string{text} + '"'};
  text.remove_prefix(url.is_encrypted ? encrypted.size() : plain.size());
  constexpr auto mark = std::string_view{"#token="};
  if (const auto at = text.find(mark); at != std::string_view::npos) {
    url.token = text.substr(at + mark.size());
    text = text.substr(0, at);
  }
  text = text.substr(0, std::min(text.find_first_of("/?#"), text.size()));
  WEIR_TRY(url.at, parse_host_port(text));
  return url;
}

auto http_client::open(console_url to, const std::string& authorities) -> result<http_client> {
  auto made = http_client{std::move(to)};
  if (made.to_.is_encrypted) {
    auto files = net::tls_settings{};
    files.authorities = authorities;
    WEIR_TRY(made.tls_, net::tls_context::load(files));
  }
  return made;
}

auto http_client::get(const std::string& path, duration patience) const -> result<reply> {
  const auto until = system_clock().monotonic() + patience;
  WEIR_TRY(auto socket, net::connect_to(to_.at, patience));
  const auto by = tls_ ? tls_->connect(std::move(socket), to_.at.host) : net::make_plain_transport(std::move(socket));
  const auto with = exchange{*by, until};
  WEIR_TRY(const auto greeted, with.carry_out([&] { return by->shake_hands(); }));
  if (greeted.status == net::io_status::closed) return error{errc::unavailable, "it has closed the connection"};
  auto request = "GET " + path + " HTTP/1.1\r\nHost: " + to_text(to_.at) + "\r\nConnection: close\r\n";
  if (!to_.token.empty()) request += "Authorization: Bearer " + to_.token + "\r\n";
  WEIR_CHECK(with.send(request + "\r\n"));
  return receive_reply(with);
}

} // namespace weir::cli
