#include "actors/collectors/opentelemetry/grpc_session.hpp"

#include "actors/collectors/web/answers.hpp"

namespace weir {
namespace {

constexpr auto export_path = std::string_view{"/opentelemetry.proto.collector.logs.v1.LogsService/Export"};
constexpr auto feed_bytes = std::size_t{64} * 1024;
constexpr auto come_again_s = 1U;

auto grpc_says(grpc_code code, std::string_view why, unsigned retry_s = 0) -> grpc_answer {
  const auto number = static_cast<int>(code);
  return {number, std::string{why}, {}, retry_s == 0 ? std::string{} : otlp_status(number, why, false, retry_s)};
}

} // namespace

void grpc_session::open(client_connection& at) {
  at.admit();
  (void)send(at);
}

auto grpc_session::take(client_connection& at, client_turn& turn) -> result<client_progress> {
  for (;;) {
    if (is_delivering_) {
      if (!of_.delivery().put(of_.server(), turn)) return client_progress::halted;
      end_delivery(at, turn);
    }
    if (!call_) call_ = channel_.take_call();
    if (call_) {
      if (on_call(at, turn)) continue;
      at.call_at(*waits_since_ + of_.given().busy_after);
      return client_progress::waits;
    }
    if (!send(at)) return error{errc::limit, "it does not read what it is told"};
    if (channel_.is_over()) return client_progress::at_last;
    if (at.input().empty()) break;
    WEIR_CHECK(feed(at, turn));
  }
  if (channel_.has_unfinished()) at.call_at(fed_at_ + of_.given().message_timeout);
  return client_progress::wants_more;
}

auto grpc_session::feed(client_connection& at, const client_turn& turn) -> result<void> {
  const auto bytes = at.input().substr(0, feed_bytes);
  const auto fed = channel_.feed(bytes);
  at.consume(bytes.size());
  fed_at_ = turn.now;
  WEIR_CHECK(fed);
  const auto holds = channel_.held_bytes();
  if (!of_.hold_bytes(held_, holds)) {
    channel_.give_up();
    (void)of_.hold_bytes(holds, 0);
  }
  held_ = channel_.held_bytes();
  return {};
}

auto grpc_session::refusal_of(const grpc_call& call) const -> std::optional<grpc_answer> {
  if (call.path != export_path) return grpc_says(grpc_code::unimplemented, only_logs);
  if (of_.access().judge(call.authorization) != web_verdict::welcome) return grpc_says(grpc_code::unauthenticated, "who are you");
  if (call.is_too_large) return grpc_says(grpc_code::resource_exhausted, "the message is larger than \"max_message\", " + to_text(of_.given().max_message));
  return std::nullopt;
}

auto grpc_session::is_out_of_patience(const client_turn& turn) const -> bool {
  return turn.left == 0 && (of_.is_starved(turn.now) || turn.now - *waits_since_ >= of_.given().busy_after);
}

auto grpc_session::on_call(const client_connection& at, const client_turn& turn) -> bool {
  const auto stream = call_->stream;
  auto refusal = refusal_of(*call_);
  if (!refusal && !of_.may_put(turn)) {
    if (!waits_since_) waits_since_ = turn.now;
    if (!is_out_of_patience(turn)) return false;
    refusal = grpc_says(grpc_code::unavailable, "what was sent before is not stored yet: come again", come_again_s);
  }
  waits_since_.reset();
  const auto message = refusal ? std::nullopt : message_of_grpc(call_->body.view());
  if (!refusal && !message) refusal = grpc_says(grpc_code::invalid_argument, "a call wants one message");
  if (message) {
    take_message(at, *message);
    return true;
  }
  channel_.answer(stream, *refusal);
  call_.reset();
  return true;
}

void grpc_session::take_message(const client_connection& at, const grpc_message& message) {
  auto& events = of_.delivery().fresh();
  const auto coding = message.is_compressed ? std::string_view{call_->coding} : std::string_view{};
  auto said = result<std::string>{std::string{}};
  const auto bytes = of_.unpacker().decoded(coding, message.bytes, of_.given().max_message.value);
  said = bytes ? records_.take_request(*bytes, false, events) : result<std::string>{bytes.failure()};
  if (said && events.size() > 0) {
    payload_ = std::move(*said);
    of_.delivery().begin({at.peer().address, call_->key.empty() ? std::string{} : stream_of_request(call_->key, call_->path), 0});
    is_delivering_ = true;
    return;
  }
  const auto code_of = [](const error& why) {
    if (why.code == errc::limit) return grpc_code::resource_exhausted;
    return why.code == errc::rejected ? grpc_code::unimplemented : grpc_code::invalid_argument;
  };
  channel_.answer(call_->stream, said ? grpc_answer{0, {}, std::move(*said), {}} : grpc_says(code_of(said.failure()), said.failure().what));
  call_.reset();
}

void grpc_session::end_delivery(client_connection& at, client_turn& turn) {
  is_delivering_ = false;
  const auto position = of_.delivery().finish(of_.server(), turn.out);
  const auto stream = call_->stream;
  safe_later_[stream] = std::move(payload_);
  call_.reset();
  of_.server().hold(at, token_of_number(static_cast<std::uint64_t>(stream)), position);
}

void grpc_session::on_safe(client_connection& at, std::string_view token) {
  const auto stream = static_cast<std::int32_t>(number_of_token(token));
  if (auto said = safe_later_.extract(stream); !said.empty()) channel_.answer(stream, {0, {}, std::move(said.mapped()), {}});
  if (!send(at)) at.stop_answering();
}

/// Calls that stand still give back what they hold.
void grpc_session::on_time(client_connection& at, client_turn& turn) {
  if (!channel_.has_unfinished() || turn.now - fed_at_ < of_.given().message_timeout) return;
  channel_.give_up();
  (void)of_.hold_bytes(held_, 0);
  held_ = 0;
  if (!send(at)) at.stop_answering();
}

auto grpc_session::send(client_connection& at) -> bool {
  for (auto bytes = channel_.output(); !bytes.empty(); bytes = channel_.output())
    if (!at.answer(bytes)) return false;
  return true;
}

void grpc_session::on_end(client_connection&) {
  (void)of_.hold_bytes(held_, 0);
  held_ = 0;
}

} // namespace weir
