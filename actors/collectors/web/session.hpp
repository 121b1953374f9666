/// One connection that speaks HTTP/1.1: requests one after the other, and their answers when their events are safe.
#pragma once

#include "actors/collectors/network/session.hpp"
#include "actors/collectors/web/answers.hpp"
#include "actors/collectors/web/line_carry.hpp"
#include "actors/collectors/web/source.hpp"

#include <optional>

namespace weir {

class web_session final : public client_session {
public:
  explicit web_session(web_source& of) : of_(of) {}

  auto take(client_connection& at, client_turn& turn) -> result<client_progress> override;
  void on_safe(client_connection& at, std::string_view token) override;
  void on_end(client_connection& at) override;

private:
  enum class stage : std::uint8_t { head, whole, lines, unwanted };
  /// Nothing: it goes on.
  using step = std::optional<client_progress>;

  auto go_on(client_connection& at, client_turn& turn) -> step;
  auto take_head(client_connection& at) -> step;
  auto begin_body(client_connection& at) -> step;
  auto take_whole(client_connection& at, client_turn& turn) -> step;
  auto find_end(client_connection& at) -> step;
  auto take_lines(client_connection& at, client_turn& turn) -> step;
  void add_lines(std::string_view piece, bool is_last);
  auto skip_unwanted(client_connection& at) -> step;
  auto wait_for_demand(client_connection& at, const client_turn& turn) -> step;
  void begin_delivery(const client_connection& at, std::uint64_t first);
  auto end_delivery(client_connection& at, client_turn& turn) -> step;
  auto end_request(client_connection& at) -> step;
  /// Answers the request at once, in its turn.
  auto answer(client_connection& at, web_answer what) -> step;
  /// The same, and ends the connection: what follows cannot be understood, or is too much.
  auto refuse(client_connection& at, int status, std::string_view why) -> step;
  auto problem(int status, std::string_view why) const -> web_answer;
  void send_ready(client_connection& at);

  web_source& of_;
  stage stage_ = stage::head;
  web_request request_;
  web_decision decision_;
  web_body_reader body_;
  std::size_t framed_ = 0;        ///< of the body, as it came and was looked at
  std::uint64_t content_ = 0;     ///< of the body
  bool is_delivering_ = false;    ///< its events are half put
  bool is_body_done_ = false;     ///< of stage::lines
  web_answer pending_;            ///< to the request, once its events are safe
  std::uint64_t position_ = 0;    ///< that must be safe for it
  std::uint64_t events_ = 0;      ///< of stage::lines so far, with those that were none
  std::uint64_t dropped_ = 0;
  line_carry carry_;
  std::size_t held_ = 0;          ///< what of carry_ was counted
  std::optional<monotonic_time> waits_since_; ///< for demand
  answer_queue answers_;
};

} // namespace weir
