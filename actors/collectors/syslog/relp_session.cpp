#include "actors/collectors/syslog/relp_session.hpp"

#include "runtime/base/utf8.hpp"

#include <algorithm>
#include <charconv>
#include <string>

namespace weir {
namespace {

constexpr auto close_token = std::string_view{"c"};
constexpr auto offered = std::string_view{"200 OK\nrelp_version=0\nrelp_software=weir\ncommands=syslog"};
/// What clients say at the beginning is short.
constexpr auto offers_bytes_max = std::size_t{4096};

/// A token is the number of what is to be answered, with a mark in front if that is a close.
auto token_of(std::uint32_t number, bool is_close) -> std::string {
  return (is_close ? std::string{close_token} : std::string{}) + std::to_string(number);
}

} // namespace

auto relp_session::take(client_connection& at, client_turn& turn) -> result<client_progress> {
  if (!at.is_answerable()) return error{errc::malformed, "a client of RELP does not read its answers"};
  for (;;) {
    if (turn.left == 0) return at.input().empty() ? client_progress::wants_more : client_progress::waits;
    if (skip_bytes_ > 0) {
      if (skip(at, turn) == client_progress::wants_more) return client_progress::wants_more;
      continue;
    }
    const auto before = at.input().size();
    WEIR_TRY(const auto came, take_frame(at, turn));
    if (came != client_progress::wants_more || at.input().size() == before) return came;
  }
}

/// One frame, or nothing of it.
auto relp_session::take_frame(client_connection& at, client_turn& turn) -> result<client_progress> {
  auto rest = at.input();
  WEIR_TRY(const auto head, take_relp_head(rest));
  if (!head) return client_progress::wants_more;
  const auto is_message = head->command == "syslog";
  if (!is_message && head->data_bytes > offers_bytes_max)
    return error{errc::limit, "a frame of RELP that is no message has " + std::to_string(head->data_bytes) + " bytes"};
  if (is_message && head->data_bytes > message_bytes_max_)
    return rest.size() < message_bytes_max_ ? client_progress::wants_more : take_cut(at, *head, rest, turn);
  if (rest.size() <= head->data_bytes) return client_progress::wants_more;
  if (rest[head->data_bytes] != '\n') return error{errc::malformed, "a frame of RELP does not end where it said"};
  const auto used = static_cast<std::size_t>(rest.data() - at.input().data()) + head->data_bytes + 1;
  WEIR_TRY(const auto came, on_frame(at, *head, rest.substr(0, head->data_bytes), turn));
  turn.spend(used);
  at.consume(used);
  return came;
}

auto relp_session::on_frame(client_connection& at, const relp_head& head, std::string_view data, client_turn& turn)
    -> result<client_progress> {
  if (head.command == "open") return on_open(at, head.number, data);
  if (!is_open_) return error{errc::malformed, "RELP wants to begin with open, not \"" + std::string{head.command} + '"'};
  if (head.command == "close") {
    server_.hold(at, token_of(head.number, true));
    return client_progress::at_last;
  }
  if (head.command != "syslog") return error{errc::malformed, "RELP offers syslog alone, not \"" + std::string{head.command} + '"'};
  to_.take({data, false, at.peer()}, turn);
  hold(at, head.number);
  return client_progress::wants_more;
}

auto relp_session::on_open(client_connection& at, std::uint32_t number, std::string_view offers) -> result<client_progress> {
  auto answer = byte_buffer{};
  if (offers.find("relp_version=") == std::string_view::npos || offers.find("syslog") == std::string_view::npos) {
    append_relp_frame(answer, number, "rsp", "500 wants relp_version and commands=syslog");
    at.answer(answer.view());
    server_.refusals().add("RELP offers", "refused " + at.peer().text + ": it does not offer syslog over RELP");
    return client_progress::refused;
  }
  is_open_ = true;
  append_relp_frame(answer, number, "rsp", offered);
  at.answer(answer.view());
  return client_progress::wants_more;
}

/// Of a message that is too long the beginning is put at once; it is answered when the rest has passed.
auto relp_session::take_cut(client_connection& at, const relp_head& head, std::string_view data, client_turn& turn)
    -> result<client_progress> {
  if (!is_open_) return error{errc::malformed, "RELP wants to begin with open"};
  const auto used = static_cast<std::size_t>(data.data() - at.input().data()) + message_bytes_max_;
  cut_number_ = head.number;
  skip_bytes_ = std::uint64_t{head.data_bytes} - message_bytes_max_ + 1;
  to_.take({data.substr(0, whole_characters(data, message_bytes_max_)), true, at.peer()}, turn);
  turn.spend(used);
  at.consume(used);
  return client_progress::wants_more;
}

auto relp_session::skip(client_connection& at, client_turn& turn) -> client_progress {
  const auto used = static_cast<std::size_t>(std::min<std::uint64_t>(skip_bytes_, at.input().size()));
  skip_bytes_ -= used;
  turn.spend(used);
  at.consume(used);
  if (skip_bytes_ > 0) return client_progress::wants_more;
  hold(at, cut_number_);
  return client_progress::waits;
}

void relp_session::hold(client_connection& at, std::uint32_t number) { server_.hold(at, token_of(number, false)); }

void relp_session::on_safe(client_connection& at, std::string_view token) {
  const auto is_close = token.starts_with(close_token);
  if (is_close) token.remove_prefix(close_token.size());
  auto number = std::uint32_t{0};
  std::from_chars(token.data(), token.data() + token.size(), number);
  auto answer = byte_buffer{};
  append_relp_frame(answer, number, "rsp", is_close ? std::string_view{} : std::string_view{"200 OK"});
  if (is_close) append_relp_frame(answer, 0, "serverclose", {});
  if (!at.answer(answer.view())) at.stop_answering(); // what it is not told it sends again
}

} // namespace weir
