#include "actors/collectors/web/session.hpp"

#include <algorithm>

namespace weir {
namespace {

using enum client_progress;

constexpr auto unwanted_bytes_max = std::uint64_t{1} << 20;
/// What stands around the content of a body.
constexpr auto framing_bytes_max = std::size_t{64} * 1024;
constexpr auto line_step_bytes = std::size_t{256} * 1024;
constexpr auto go_on_text = std::string_view{"HTTP/1.1 100 Continue\r\n\r\n"};

} // namespace

auto web_session::take(client_connection& at, client_turn& turn) -> result<client_progress> {
  for (;;) {
    if (answers_.is_full()) return error{errc::limit, "more than " + std::to_string(answer_queue::size_max) + " requests wait for their answers"};
    if (const auto came = go_on(at, turn)) return *came;
  }
}

auto web_session::go_on(client_connection& at, client_turn& turn) -> step {
  if (is_delivering_) return end_delivery(at, turn);
  switch (stage_) {
  case stage::head: return take_head(at);
  case stage::whole: return take_whole(at, turn);
  case stage::lines: return take_lines(at, turn);
  case stage::unwanted: break;
  }
  return skip_unwanted(at);
}

auto web_session::take_head(client_connection& at) -> step {
  if (at.input().empty()) return wants_more;
  const auto head = read_web_head(at.input(), request_);
  if (head.status != 0) {
    request_ = {};
    decision_ = {};
    return refuse(at, head.status, head.why);
  }
  if (head.bytes == 0) return wants_more;
  at.consume(head.bytes);
  decision_ = of_.decide(request_);
  return begin_body(at);
}

auto web_session::begin_body(client_connection& at) -> step {
  body_ = web_body_reader{request_};
  framed_ = 0;
  content_ = events_ = dropped_ = position_ = 0;
  is_body_done_ = false;
  waits_since_.reset();
  auto& route = decision_.route;
  if (route.way == web_route::kind::answered) {
    if (!request_.has_body()) return answer(at, std::move(route.answer));
    stage_ = stage::unwanted;
    return std::nullopt;
  }
  const auto streams = route.way == web_route::kind::lines && is_plain(request_);
  if (!streams && request_.content_length.value_or(0) > of_.given().max_message.value)
    return refuse(at, 413, "the body is larger than \"max_message\", " + to_text(of_.given().max_message));
  if (request_.awaits_word && request_.has_body()) {
    answers_.push(std::string{go_on_text}, true);
    send_ready(at);
  }
  stage_ = streams ? stage::lines : stage::whole;
  return std::nullopt;
}

/// Its body is let pass, so that the connection goes on, if there is little of it.
auto web_session::skip_unwanted(client_connection& at) -> step {
  if (request_.awaits_word || request_.content_length.value_or(0) > unwanted_bytes_max) {
    request_.keeps_alive = false;
    return answer(at, std::move(decision_.route.answer));
  }
  auto rest = at.input();
  auto content = std::string_view{};
  auto came = web_body_reader::progress::more;
  do {
    came = body_.take(rest, content);
    content_ += content.size();
  } while (came == web_body_reader::progress::more && !content.empty());
  at.consume(at.input().size() - rest.size());
  const auto is_done = came == web_body_reader::progress::done;
  if (!is_done && came == web_body_reader::progress::more && content_ <= unwanted_bytes_max) return wants_more;
  request_.keeps_alive = request_.keeps_alive && is_done;
  return answer(at, std::move(decision_.route.answer));
}

/// Looks for the end of the body, which stays where it is until all of it has come.
auto web_session::find_end(client_connection& at) -> step {
  const auto max = of_.given().max_message.value;
  auto rest = at.input().substr(framed_);
  for (;;) {
    auto content = std::string_view{};
    const auto came = body_.take(rest, content);
    content_ += content.size();
    framed_ = at.input().size() - rest.size();
    if (content_ > max || framed_ > 2 * max + framing_bytes_max) return refuse(at, 413, "the body is larger than \"max_message\", " + to_text(of_.given().max_message));
    if (came == web_body_reader::progress::malformed) return refuse(at, 400, "the chunks of the body are malformed");
    if (came == web_body_reader::progress::done) return std::nullopt;
    if (!content.empty()) continue;
    at.expect(framed_ + std::min<std::uint64_t>(body_.missing(), max));
    return wants_more;
  }
}

auto web_session::take_whole(client_connection& at, client_turn& turn) -> step {
  if (const auto came = find_end(at)) return came;
  if (!of_.may_put(turn)) return wait_for_demand(at, turn);
  auto& events = of_.delivery().fresh();
  const auto content = of_.unpacker().whole(request_, at.input().substr(0, framed_), of_.given().max_message.value);
  auto said = content ? decision_.by->take(request_, *content, events) : problem(status_of_unpacking(content.failure()), content.failure().what);
  at.consume(framed_);
  if (!said.is_success() || events.size() == 0) return answer(at, std::move(said));
  pending_ = std::move(said);
  begin_delivery(at, 0);
  is_body_done_ = true;
  return std::nullopt;
}

auto web_session::take_lines(client_connection& at, client_turn& turn) -> step {
  if (at.input().empty() && request_.has_body()) return wants_more;
  if (!of_.may_put(turn)) return events_ == 0 ? wait_for_demand(at, turn) : step{waits};
  auto rest = at.input().substr(0, line_step_bytes);
  const auto before = rest.size();
  auto content = std::string_view{};
  const auto came = body_.take(rest, content);
  if (came == web_body_reader::progress::malformed) return refuse(at, 400, "the chunks of the body are malformed");
  is_body_done_ = came == web_body_reader::progress::done;
  const auto first = events_;
  add_lines(content, is_body_done_);
  at.consume(before - rest.size());
  if (!of_.hold_bytes(held_, carry_.bytes())) return refuse(at, 503, "too many long lines are under way");
  held_ = carry_.bytes();
  begin_delivery(at, first);
  return std::nullopt;
}

void web_session::add_lines(std::string_view piece, bool is_last) {
  auto& events = of_.delivery().fresh();
  const auto was_too_long = carry_.is_too_long();
  const auto line = carry_.finish(piece, is_last);
  // One piece has fewer lines than there may be events.
  if (!line.empty()) (void)decision_.by->take_lines(request_, line, events);
  const auto whole = carry_.take_whole(piece, is_last);
  if (was_too_long && !carry_.is_too_long()) (void)events.add_nothing("line too long");
  (void)decision_.by->take_lines(request_, whole, events);
  events_ += events.size();
  dropped_ += events.dropped_count();
}

/// For as long as "busy_after" says; then its client is told to come again.
auto web_session::wait_for_demand(client_connection& at, const client_turn& turn) -> step {
  if (!waits_since_) waits_since_ = turn.now;
  const auto until = *waits_since_ + of_.given().busy_after;
  if (turn.left == 0 && (turn.now >= until || of_.is_starved(turn.now))) {
    auto busy = problem(429, "what was sent before is not stored yet: come again");
    busy.fields.emplace_back("Retry-After", "1");
    if (stage_ == stage::lines) request_.keeps_alive = false;
    at.consume(framed_);
    return answer(at, std::move(busy));
  }
  at.call_at(until);
  return waits;
}

void web_session::begin_delivery(const client_connection& at, std::uint64_t first) {
  const auto key = request_.field("idempotency-key");
  of_.delivery().begin({at.peer().address, key.empty() ? std::string{} : stream_of_request(key, request_.target), first});
  is_delivering_ = true;
}

auto web_session::end_delivery(client_connection& at, client_turn& turn) -> step {
  if (!of_.delivery().put(of_.server(), turn)) return halted;
  is_delivering_ = false;
  position_ = std::max(position_, of_.delivery().finish(of_.server(), turn.out));
  if (!is_body_done_) return std::nullopt;
  if (stage_ == stage::lines) pending_ = decision_.by->answer_to_lines(events_ - dropped_, dropped_);
  of_.add_cors(request_, pending_);
  const auto number = answers_.push(web_text_of(pending_, {request_.keeps_alive}), false);
  of_.server().hold(at, token_of_number(number), position_);
  return end_request(at);
}

auto web_session::end_request(client_connection&) -> step {
  stage_ = stage::head;
  return request_.keeps_alive ? step{} : step{at_last};
}

auto web_session::answer(client_connection& at, web_answer what) -> step {
  of_.add_cors(request_, what);
  answers_.push(web_text_of(what, {request_.keeps_alive, request_.method == "HEAD"}), true);
  send_ready(at);
  return end_request(at);
}

auto web_session::problem(int status, std::string_view why) const -> web_answer {
  return decision_.by == nullptr ? web_problem(status, why) : decision_.by->problem_of(request_, status, why);
}

auto web_session::refuse(client_connection& at, int status, std::string_view why) -> step {
  request_.keeps_alive = false;
  return answer(at, problem(status, why));
}

void web_session::on_safe(client_connection& at, std::string_view token) {
  answers_.make_ready(number_of_token(token));
  send_ready(at);
}

void web_session::send_ready(client_connection& at) {
  // Who does not read its answers gets no more of them.
  for (auto text = answers_.take(); !text.empty(); text = answers_.take())
    if (!at.answer(text)) at.stop_answering();
}

void web_session::on_end(client_connection&) {
  carry_.drop();
  (void)of_.hold_bytes(held_, 0);
  held_ = 0;
}

} // namespace weir
