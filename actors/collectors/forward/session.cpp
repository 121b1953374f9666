/// What a forward_source does with the messages of its connections.
#include "actors/collectors/forward/source.hpp"

#include "runtime/base/utf8.hpp"

#include <algorithm>

namespace weir {
namespace {

constexpr auto ping_bytes_max = std::size_t{16} * 1024;
/// A peer that sends more values in a row that are no messages does not speak the protocol.
constexpr auto broken_in_a_row_max = 8U;
constexpr auto covered_bytes_max = std::size_t{256} * 1024;

} // namespace

void forward_source::work_off_queue() {
  for (auto turns = queue_.size(); turns > 0 && left_ > 0; --turns) {
    const auto at = queue_.front();
    queue_.pop_front();
    auto* c = find(at);
    if (c == nullptr) continue;
    c->is_queued = false;
    process(at, *c);
  }
}

/// Takes whole messages out of a connection's buffer while there is budget.
void forward_source::process(id at, forward_connection& c) {
  if (delivering_ == at) deliver(at, c);
  while (delivering_ != at && !c.is_last_message_seen && c.phase != forward_phase::draining) {
    if (c.phase == forward_phase::established && left_ == 0) {
      if (c.buffered() == 0 || c.is_queued) break;
      c.is_queued = true;
      queue_.push_back(at);
      break;
    }
    const auto limit = c.phase == forward_phase::handshake ? ping_bytes_max : settings_.max_message.value;
    const auto root = c.next_root(limit);
    if (!root) return fail(at, c, root.failure());
    if (!*root) break;
    if (!on_root(at, c, **root)) return;
  }
  settle(at, c);
  after_output(at);
}

/// False when the connection is gone.
auto forward_source::on_root(id at, forward_connection& c, std::string_view root) -> bool {
  if (c.phase == forward_phase::handshake) return on_ping(at, c, root);
  if (msgpack_reader{root}.peek() != msgpack_type::nil) return on_message(at, c, root);
  c.consume(); // a keep-alive
  return true;
}

auto forward_source::on_ping(id at, forward_connection& c, std::string_view root) -> bool {
  const auto ping = decode_ping(root);
  auto pong = byte_buffer{};
  auto judged = result<void>{};
  if (ping)
    judged = access_->answer(*ping, c.greeted, c.peer(), pong);
  else
    judged = error{errc::malformed, "invalid ping message"};
  if (!ping) append_pong(pong, {false, "invalid ping message", "", ""});
  const auto hostname = ping ? std::string{ping->hostname} : std::string{};
  c.answer(pong.view());
  c.consume();
  if (judged) {
    c.phase = forward_phase::established;
    c.hostname = hostname;
    return true;
  }
  refusals_.add("login", "refused " + c.peer().text + ": " + judged.failure().what);
  if (!c.flush()) return close(at), false;
  drain(at, c);
  return false;
}

auto forward_source::on_broken(id at, forward_connection& c, const error& why) -> bool {
  if (why.code != errc::rejected || ++c.broken_in_a_row >= broken_in_a_row_max)
    return fail(at, c, why), false;
  warnings_.warn("broken", c.peer().address, "ignored a value from " + c.peer().text + ": " + why.what);
  out_->drop("broken message", 1);
  c.consume();
  return true;
}

/// Why the message will not be taken, however often it comes; null: it will.
auto forward_source::why_never(const forward_message& message, const forward_connection& c) -> const char* {
  const auto size = c.root_bytes();
  const auto tell = [&](const char* kind, const std::string& what) {
    warnings_.warn(kind, c.peer().address,
                   "a message for tag \"" + std::string{message.tag.substr(0, whole_characters(message.tag, 100))} + "\" from " + c.peer().text
                       + " has " + what);
  };
  const auto above = [&](const char* limit, byte_count value) {
    return std::to_string(size) + " bytes, more than \"" + limit + "\" of " + to_text(value);
  };
  if (message.option.signal != 0) return "not a log";
  if (message.tag.size() > forward_tag_bytes_max) {
    tell("tag", "a tag of " + std::to_string(message.tag.size()) + " bytes, at most 4096 are taken: dropped");
    return "tag too long";
  }
  if (settings_.chunk_size_limit.value != 0 && size > settings_.chunk_size_limit.value) {
    tell("size", above("chunk_size_limit", settings_.chunk_size_limit) + ": dropped");
    return "message too large";
  }
  if (settings_.chunk_size_warn_limit.value != 0 && size > settings_.chunk_size_warn_limit.value)
    tell("size", above("chunk_size_warn_limit", settings_.chunk_size_warn_limit));
  return nullptr;
}

auto forward_source::on_message(id at, forward_connection& c, std::string_view root) -> bool {
  const auto decoded = decode_forward(root);
  if (!decoded) return on_broken(at, c, decoded.failure());
  c.broken_in_a_row = 0;
  const auto has_nil_record =
      decoded->mode == forward_mode::message && msgpack_reader{decoded->record}.peek() == msgpack_type::nil;
  if (has_nil_record) {
    c.consume();
    return true;
  }
  // What can never be taken is acked: its client would send it again for ever, and nothing else.
  if (const auto* reason = why_never(*decoded, c)) {
    out_->drop(reason, std::max(decoded->count, 1U));
    end_message(at, c, decoded->option.chunk, acks_.next_position());
    return true;
  }
  if (const auto begun = delivery_.begin(*decoded, c.peer(), clock_.wall_ns()); !begun)
    return fail(at, c, begun.failure()), false;
  recognise(c, decoded->option.chunk);
  deliver(at, c);
  return true;
}

/// What of the message that delivery_ holds was put before is not put again.
void forward_source::recognise(const forward_connection& c, std::string_view chunk) {
  has_put_ = false;
  verdict_.reset();
  stream_.clear();
  auto given = std::string_view{};
  if (!msgpack_reader{chunk}.str_or_bin(given) || given.empty()) return;
  const auto trust = trust_in(kind_of_forward_id(given));
  const auto client = trust.is_shared ? std::string{} : c.peer().address + '\n' + c.hostname;
  const auto digest =
      identity_.digest({given, client, delivery_.message().tag, delivery_.total(), delivery_.checksum()});
  stream_.assign(trust.is_random ? forward_window::shared_prefix : forward_window::stream_prefix);
  stream_ += digest;
  verdict_ = window_.judge({stream_, delivery_.total(), trust, c.carrier, acks_.safe()});
  if (!trust.is_durable) stream_.clear();
  if (!stream_.empty()) delivery_.place({verdict_->message->first});
  if (!verdict_->is_resent) return;
  delivery_.leave_out(verdict_->known);
  resent_events_ += delivery_.entries();
}

/// Puts the message that delivery_ holds, as far as the budget goes.
void forward_source::deliver(id at, forward_connection& c) {
  delivering_ = at;
  while (!delivery_.is_done() && left_ > 0) {
    const auto bytes = delivery_.put_next(*out_);
    left_ -= std::min(left_, bytes);
    note_lost_times(c);
    if (delivery_.take_put_count() > 0) {
      acks_.note_put();
      has_put_ = true;
      uncovered_bytes_ += bytes;
    }
    if (delivery_.must_cover()) cover_message();
    if (uncovered_bytes_ >= covered_bytes_max) cover();
  }
  if (!delivery_.is_done()) return;
  delivering_ = 0;
  end_message(at, c, delivery_.message().option.chunk, finish_message());
}

void forward_source::note_lost_times(const forward_connection& c) {
  const auto events = delivery_.take_lost_times();
  if (events == 0) return;
  lost_times_ += events;
  warnings_.warn("time", c.peer().address,
                 "a time from " + c.peer().text + " for tag \"" + std::string{delivery_.message().tag}
                     + "\" is none that can be held: the time of arrival stands for it");
}

/// Which position must be safe before all of the message that delivery_ holds is.
auto forward_source::finish_message() -> std::uint64_t {
  if (!verdict_) return acks_.next_position();
  cover_message();
  auto& message = *verdict_->message;
  if (has_put_ || !verdict_->is_resent) message.position = acks_.next_position();
  verdict_.reset();
  return message.position;
}

void forward_source::end_message(id at, forward_connection& c, std::string_view chunk,
                                 std::uint64_t position) {
  if (!chunk.empty()) {
    left_ -= std::min(left_, chunk.size());
    if (acks_.is_safe(position)) {
      c.acknowledge(chunk);
    } else {
      acks_.hold(position, at, chunk);
      ++c.unacknowledged;
    }
  }
  c.consume();
  if (settings_.deny_keepalive) c.is_last_message_seen = true;
}

void forward_source::cover_message() {
  if (!verdict_ || stream_.empty()) return;
  const auto put = delivery_.take_entries();
  const auto first = verdict_->message->first;
  if (put.begin < put.end) out_->covered(stream_, first + put.begin, first + put.end);
}

void forward_source::cover() {
  uncovered_bytes_ = 0;
  cover_message();
  if (!acks_.has_uncovered()) return;
  const auto end = acks_.cover();
  out_->covered(forward_acks::stream, end - 1, end);
}

void forward_source::fail(id at, const forward_connection& c, const error& why) {
  refusals_.add(why.code == errc::limit ? "message too large" : "malformed",
                why.what + ": connection to " + c.peer().text + " closed");
  close(at);
}

} // namespace weir
