#include "actors/collectors/forward/session.hpp"

#include "actors/collectors/forward/source.hpp"
#include "runtime/base/utf8.hpp"

#include <algorithm>

namespace weir {
namespace {

constexpr auto ping_bytes_max = std::size_t{16} * 1024;
/// A peer that sends more values in a row that are no messages does not speak the protocol.
constexpr auto broken_in_a_row_max = 8U;

} // namespace

forward_session::forward_session(forward_source& of, bool sniffs_json) : of_(of), roots_(sniffs_json) {}

void forward_session::open(client_connection& at) {
  carrier_->open = &at;
  if (!of_.access()) return at.admit();
  greeted_ = of_.access()->helo(!of_.given().deny_keepalive);
  auto helo = byte_buffer{};
  append_helo(helo, greeted_);
  at.answer(helo.view());
}

/// Which acks its client has read is known now, or never.
void forward_session::on_end(client_connection& at) {
  if (std::exchange(carrier_->open, nullptr) != nullptr && at.has_peer_all())
    carrier_->read_to = of_.server().acks().safe();
}

void forward_session::on_safe(client_connection& at, std::string_view token) {
  auto ack = byte_buffer{};
  roots_.is_json() ? append_json_ack(ack, token) : append_forward_ack(ack, token);
  (void)at.answer(ack.view());
}

auto forward_session::take(client_connection& at, client_turn& turn) -> result<client_progress> {
  if (is_delivering_)
    if (const auto came = deliver(at, turn); came != client_progress::wants_more) return came;
  for (;;) {
    const auto is_admitted = at.phase == client_phase::established;
    if (is_admitted && turn.left == 0)
      return at.input().empty() ? client_progress::wants_more : client_progress::waits;
    WEIR_TRY(const auto root, roots_.next(at, is_admitted ? of_.given().max_message.value : ping_bytes_max));
    if (!root) return client_progress::wants_more;
    WEIR_TRY(const auto came, on_root(at, turn, *root));
    if (came != client_progress::wants_more) return came;
  }
}

auto forward_session::on_root(client_connection& at, client_turn& turn, std::string_view root)
    -> result<client_progress> {
  if (at.phase == client_phase::handshake) return on_ping(at, root);
  if (msgpack_reader{root}.peek() != msgpack_type::nil) return on_message(at, turn, root);
  roots_.consume(at); // a keep-alive
  return client_progress::wants_more;
}

auto forward_session::on_ping(client_connection& at, std::string_view root) -> result<client_progress> {
  const auto ping = decode_ping(root);
  auto pong = byte_buffer{};
  auto judged = result<void>{};
  if (ping)
    judged = of_.access()->answer(*ping, greeted_, at.peer(), pong);
  else
    judged = error{errc::malformed, "invalid ping message"};
  if (!ping) append_pong(pong, {false, "invalid ping message", "", ""});
  if (judged) hostname_ = ping->hostname;
  at.answer(pong.view());
  roots_.consume(at);
  if (judged) {
    at.admit();
    return client_progress::wants_more;
  }
  of_.server().refusals().add("login", "refused " + at.peer().text + ": " + judged.failure().what);
  return client_progress::refused;
}

auto forward_session::on_broken(client_connection& at, client_turn& turn, const error& why)
    -> result<client_progress> {
  if (why.code != errc::rejected || ++broken_in_a_row_ >= broken_in_a_row_max) return why;
  of_.warnings().warn("broken", at.peer().address, "ignored a value from " + at.peer().text + ": " + why.what);
  turn.out.drop("broken message", 1);
  roots_.consume(at);
  return client_progress::wants_more;
}

/// Why the message will not be taken, however often it comes; null: it will.
auto forward_session::why_never(const forward_message& message, const client_peer& peer) const -> const char* {
  const auto size = roots_.bytes();
  const auto& given = of_.given();
  const auto tell = [&](const char* kind, const std::string& what) {
    of_.warnings().warn(kind, peer.address,
                        "a message for tag \"" + std::string{message.tag.substr(0, whole_characters(message.tag, 100))} + "\" from "
                            + peer.text + " has " + what);
  };
  const auto above = [&](const char* limit, byte_count value) {
    return std::to_string(size) + " bytes, more than \"" + limit + "\" of " + to_text(value);
  };
  if (message.option.signal != 0) return "not a log";
  if (message.tag.size() > forward_tag_bytes_max) {
    tell("tag", "a tag of " + std::to_string(message.tag.size()) + " bytes, at most 4096 are taken: dropped");
    return "tag too long";
  }
  if (given.chunk_size_limit.value != 0 && size > given.chunk_size_limit.value) {
    tell("size", above("chunk_size_limit", given.chunk_size_limit) + ": dropped");
    return "message too large";
  }
  if (given.chunk_size_warn_limit.value != 0 && size > given.chunk_size_warn_limit.value)
    tell("size", above("chunk_size_warn_limit", given.chunk_size_warn_limit));
  return nullptr;
}

auto forward_session::on_message(client_connection& at, client_turn& turn, std::string_view root)
    -> result<client_progress> {
  const auto decoded = decode_forward(root);
  if (!decoded) return on_broken(at, turn, decoded.failure());
  broken_in_a_row_ = 0;
  const auto has_nil_record =
      decoded->mode == forward_mode::message && msgpack_reader{decoded->record}.peek() == msgpack_type::nil;
  if (has_nil_record) {
    roots_.consume(at);
    return client_progress::wants_more;
  }
  // What can never be taken is acked: its client would send it again for ever, and nothing else.
  if (const auto* reason = why_never(*decoded, at.peer())) {
    turn.out.drop(reason, std::max(decoded->count, 1U));
    return end_message(at, turn, decoded->option.chunk, of_.server().acks().next_position());
  }
  WEIR_CHECK(of_.begin(*decoded, at, *this));
  return deliver(at, turn);
}

auto forward_session::deliver(client_connection& at, client_turn& turn) -> client_progress {
  const auto position = of_.deliver(at.peer(), turn);
  is_delivering_ = !position.has_value();
  return is_delivering_ ? client_progress::halted : end_message(at, turn, of_.chunk(), *position);
}

auto forward_session::end_message(client_connection& at, client_turn& turn, std::string_view chunk,
                                  std::uint64_t position) -> client_progress {
  if (!chunk.empty()) {
    turn.spend(chunk.size());
    of_.server().hold(at, chunk, position);
  }
  roots_.consume(at);
  return of_.given().deny_keepalive ? client_progress::at_last : client_progress::wants_more;
}

} // namespace weir
