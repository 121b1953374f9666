#include "actors/sinks/cassandra/connection.hpp"

#include "runtime/net/connect.hpp"

#include <poll.h>

#include <algorithm>
#include <array>

namespace weir {
namespace {

auto cql_now() -> monotonic_time { return system_clock().monotonic(); }

auto transport_to(const cql_route& to, owned_fd socket) -> std::unique_ptr<net::transport> {
  if (!to.tls) return net::make_plain_transport(std::move(socket));
  return to.checks_name ? to.tls->connect(std::move(socket), to.name) : to.tls->connect_to_any(std::move(socket), to.name);
}

auto startup_body() -> byte_buffer {
  auto body = byte_buffer{};
  put_u16(body, 3);
  for (const std::string_view word : {"CQL_VERSION", "3.0.0", "DRIVER_NAME", "weir", "DRIVER_VERSION", "0"}) put_cql_string(body, word);
  return body;
}

auto plain_login_of(const cql_route& to) -> byte_buffer {
  auto token = std::string(1, '\0') + to.user + '\0' + to.password;
  auto body = byte_buffer{};
  put_cql_long_string(body, token);
  return body;
}

/// A plain server hangs up on TLS, a server of TLS on what is plain.
auto broken(const net::io_outcome& came) -> error {
  return {errc::unavailable, came.problem.empty() ? std::string{"it has closed the connection"} : came.problem};
}

} // namespace

cql_connection::cql_connection(std::unique_ptr<net::transport> by) : by_(std::move(by)), tickets_(requests_max) {
  for (auto stream = static_cast<int>(requests_max); stream > 0; --stream) free_.push_back(static_cast<std::int16_t>(stream - 1));
}

cql_connection::~cql_connection() { by_->finish(); }

auto cql_connection::open(const cql_route& to, duration patience) -> result<std::unique_ptr<cql_connection>> {
  const auto until = cql_now() + patience;
  WEIR_TRY(auto socket, net::connect_to(to.at, patience));
  auto made = std::unique_ptr<cql_connection>{new cql_connection{transport_to(to, std::move(socket))}};
  WEIR_CHECK(made->shake_hands(until));
  WEIR_CHECK(made->log_in(to, std::max(duration{until - cql_now()}, duration{1})));
  return made;
}

void cql_connection::wait(short events, monotonic_time until) const {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - cql_now()).count();
  auto waits = pollfd{by_->fd(), events, 0};
  (void)::poll(&waits, 1, static_cast<int>(std::clamp<std::int64_t>(left, 0, 3'600'000)));
}

auto cql_connection::shake_hands(monotonic_time until) -> result<void> {
  while (true) {
    const auto came = by_->shake_hands();
    if (came.status == net::io_status::done) return {};
    if (net::is_over(came.status)) return broken(came);
    if (cql_now() >= until) return error{errc::unavailable, "it does not agree on TLS in time; does it speak TLS at this port?"};
    wait(came.status == net::io_status::wants_read ? POLLIN : POLLOUT, until);
  }
}

auto cql_connection::log_in(const cql_route& to, duration patience) -> result<void> {
  const auto refused = [](const cql_answer& a) {
    const auto why = read_cql_error(a.body);
    return error{remedy_for(why) == cql_remedy::stop ? errc::failed : errc::unavailable, to_text(why)};
  };
  WEIR_TRY(const auto hello, ask(cql_opcode::startup, startup_body().view(), patience));
  if (hello.kind == cql_opcode::error) return refused(hello);
  if (hello.kind == cql_opcode::ready) return {};
  if (hello.kind != cql_opcode::authenticate) return error{errc::malformed, "it does not greet as the CQL protocol has it"};
  if (to.user.empty())
    return error{errc::failed, "it wants a login (" + std::string{cql_reader{hello.body}.string().substr(0, 100)} + "), and there is no \"auth\""};
  WEIR_TRY(const auto answer, ask(cql_opcode::auth_response, plain_login_of(to).view(), patience));
  if (answer.kind == cql_opcode::auth_success) return {};
  if (answer.kind == cql_opcode::error) return refused(answer);
  return error{errc::failed, "it wants another kind of login than user and password"};
}

auto cql_connection::ask(cql_opcode kind, std::string_view body, duration patience) -> result<cql_answer> {
  send(kind, body, 0, cql_now());
  const auto until = cql_now() + patience;
  while (true) {
    WEIR_CHECK(exchange(cql_now()));
    WEIR_TRY(const auto answer, next());
    if (answer) return *answer;
    if (cql_now() >= until) return error{errc::unavailable, "it does not answer in time"};
    wait(waits().events, until);
  }
}

auto cql_connection::tickets() const -> std::vector<std::uint32_t> {
  auto all = std::vector<std::uint32_t>{};
  for (const auto& t : tickets_)
    if (t) all.push_back(*t);
  return all;
}

void cql_connection::send(cql_opcode kind, std::string_view body, std::uint32_t ticket, monotonic_time now) {
  if (under_way() == 0) since_ = now;
  const auto stream = free_.back();
  free_.pop_back();
  tickets_[static_cast<std::size_t>(stream)] = ticket;
  append_cql_frame(out_, kind, stream, body);
}

auto cql_connection::exchange(monotonic_time now) -> result<void> {
  WEIR_CHECK(send_some());
  return receive_some(now);
}

auto cql_connection::send_some() -> result<void> {
  while (sent_ < out_.size()) {
    const auto rest = out_.view_from(sent_);
    const auto part = iovec{const_cast<char*>(rest.data()), rest.size()}; // only read
    const auto came = by_->send(&part, 1);
    if (net::is_over(came.status)) return broken(came);
    if (came.status != net::io_status::done) return {};
    sent_ += came.bytes;
  }
  out_.clear();
  sent_ = 0;
  return {};
}

auto cql_connection::receive_some(monotonic_time now) -> result<void> {
  constexpr auto room = net::record_bytes_max * 4;
  drop_taken();
  while (in_.size() <= cql_answer_bytes_max + room) {
    const auto part = iovec{in_.tail(room), room};
    const auto came = by_->receive(&part, 1);
    // What has come before its end is an answer all the same.
    if (net::is_over(came.status)) ended_ = broken(came).what;
    if (came.status != net::io_status::done) break;
    since_ = now;
    in_.advance(came.bytes);
  }
  return {};
}

void cql_connection::drop_taken() {
  if (taken_ == 0) return;
  auto rest = byte_buffer{};
  if (taken_ < in_.size()) rest.append(in_.view_from(taken_));
  if (rest.empty())
    in_.clear();
  else
    in_.swap(rest);
  taken_ = 0;
}

auto cql_connection::next() -> result<std::optional<cql_answer>> {
  auto rest = in_.view_from(taken_);
  WEIR_TRY(const auto frame, take_cql_frame(rest));
  if (!frame && !ended_.empty()) return error{errc::unavailable, ended_};
  if (!frame) return std::optional<cql_answer>{};
  taken_ = in_.size() - rest.size();
  const auto stream = static_cast<std::size_t>(frame->stream);
  if (frame->stream < 0 || stream >= requests_max || !tickets_[stream])
    return error{errc::malformed, "it answers what it was not asked"};
  const auto answer = cql_answer{*tickets_[stream], frame->kind, frame->body};
  tickets_[stream].reset();
  free_.push_back(frame->stream);
  return std::optional{answer};
}

auto cql_connection::waits() const -> pollfd {
  const auto events = sent_ < out_.size() ? POLLIN | POLLOUT : POLLIN;
  return {by_->fd(), static_cast<short>(events), 0};
}

} // namespace weir
