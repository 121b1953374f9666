#include "tests/chaos/client_stream.hpp"

#include "tests/chaos/line.hpp"

#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <ctime>

namespace weir::chaos {

using namespace std::chrono_literals;

namespace {

constexpr auto in_flight_max = std::size_t{8};
constexpr auto lines_max = std::uint64_t{400};
constexpr auto ack_timeout = 15s; ///< then the client believes that its message is lost
constexpr auto id_bytes = std::size_t{24};

void append_big_endian(std::string& out, std::uint64_t value, int bytes) {
  for (auto shift = 8 * (bytes - 1); shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 0xff);
}

void append_str(std::string& out, std::string_view text) {
  if (text.size() < 32)
    out += static_cast<char>(0xa0 | text.size());
  else
    append_big_endian(out, 0xd900 | text.size(), 2);
  out += text;
}

void append_number(std::string& out, std::uint64_t number) {
  out += '\xcf';
  append_big_endian(out, number, 8);
}

/// `[time, {"g":…,"n":…,"p":…}]`
void append_entry(std::string& out, line_number which, std::time_t now) {
  out += "\x92\xd7";
  out += '\0';
  append_big_endian(out, static_cast<std::uint64_t>(now), 4);
  append_big_endian(out, which.number % 1'000'000'000, 4);
  out += '\x83';
  append_str(out, "g");
  append_number(out, which.stream);
  append_str(out, "n");
  append_number(out, which.number);
  append_str(out, "p");
  append_str(out, padding(which));
}

} // namespace

client_stream::client_stream(stream_state& state, std::vector<std::uint16_t> ports, pace wanted, std::uint64_t seed)
    : state_(state), ports_(std::move(ports)), throttle_(wanted), random_(seed) {}

auto client_stream::run(std::stop_token stop, std::stop_token give_up) -> result<void> {
  auto wait = pauses{give_up};
  while (!wait.is_over()) {
    if (!stop.stop_requested()) make_messages();
    if (stop.stop_requested() && unacked_.empty()) return {};
    if (!connection_.is_open()) connect(wait);
    if (unacked_.empty()) wait.wait(5ms);
    if (connection_.is_open() && !exchange()) disconnect();
    // Clients come and go, also while everything works.
    if (one_in(random_, 2000)) disconnect();
  }
  if (unacked_.empty()) return {};
  return error{errc::unavailable, std::to_string(unacked_.size()) + " messages were never acked"};
}

void client_stream::make_messages() {
  while (unacked_.size() < in_flight_max) {
    const auto lines = throttle_.room(state_, pick(random_, 1, lines_max));
    if (lines == 0) return;
    unacked_.push_back(make_message(lines));
    state_.written += lines;
    state_.bytes += unacked_.back().bytes.size();
    ++seen_.messages;
    seen_.unacked = unacked_.size();
  }
}

auto client_stream::make_id() -> std::string {
  auto id = std::array<char, id_bytes + 1>{};
  if (ports_.size() == 1) {
    std::snprintf(id.data(), id.size(), "%08x%016llx", state_.id, static_cast<unsigned long long>(random_()));
    return id.data();
  }
  // The base64 of 16 bytes: of its last letter four bits count.
  constexpr auto letters = std::string_view{"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"};
  auto text = std::string{};
  while (text.size() < id_bytes - 3) text += letters[pick(random_, 0, 63)];
  return text + letters[16 * pick(random_, 0, 3)] + "==";
}

/// Forward or PackedForward: `["client", entries, {"chunk": id}]`.
auto client_stream::make_message(std::uint64_t lines) -> message {
  auto id = make_id();
  auto entries = std::string{};
  const auto now = std::time(nullptr);
  for (std::uint64_t i = 0; i < lines; ++i) append_entry(entries, {state_.id, state_.written + i}, now);
  auto bytes = std::string{"\x93"};
  append_str(bytes, "chaos.client");
  if (one_in(random_, 2)) {
    bytes += '\xdc';
    append_big_endian(bytes, lines, 2);
  } else {
    bytes += '\xc6';
    append_big_endian(bytes, entries.size(), 4);
  }
  bytes += entries;
  bytes += '\x81';
  append_str(bytes, "chunk");
  append_str(bytes, id);
  return {std::move(id), std::move(bytes)};
}

void client_stream::connect(pauses& wait) {
  connection_ = test::connect_to(ports_[pick(random_, 0, ports_.size() - 1)]);
  if (!connection_.is_open()) return void(wait.wait(std::chrono::milliseconds{pick(random_, 5, 60)}));
  sent_ = sent_bytes_ = 0;
  received_.clear();
  last_progress_ = std::chrono::steady_clock::now();
}

void client_stream::disconnect() { connection_ = test::socket_handle{}; }

auto client_stream::exchange() -> bool {
  auto wanted = pollfd{connection_.descriptor(), POLLIN, 0};
  if (sent_ < unacked_.size()) wanted.events |= POLLOUT;
  if (::poll(&wanted, 1, 10) < 0) return errno == EINTR;
  if ((wanted.revents & (POLLIN | POLLHUP | POLLERR)) != 0 && !take_acks()) return false;
  if ((wanted.revents & POLLOUT) != 0 && !send_some()) return false;
  return unacked_.empty() || std::chrono::steady_clock::now() - last_progress_ < ack_timeout;
}

auto client_stream::send_some() -> bool {
  while (sent_ < unacked_.size()) {
    const auto rest = std::string_view{unacked_[sent_].bytes}.substr(sent_bytes_);
    const auto done = ::send(connection_.descriptor(), rest.data(), rest.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (done < 0) return errno == EAGAIN || errno == EINTR;
    sent_bytes_ += static_cast<std::size_t>(done);
    if (sent_bytes_ < unacked_[sent_].bytes.size()) return true;
    sent_bytes_ = 0;
    if (++sent_ > sent_once_)
      sent_once_ = sent_;
    else
      ++seen_.resent;
  }
  return true;
}

/// Acks are `{"ack": id}`; one for a message that is acked already is nothing new.
auto client_stream::take_acks() -> bool {
  auto block = std::array<char, 4096>{};
  const auto got = ::recv(connection_.descriptor(), block.data(), block.size(), MSG_DONTWAIT);
  if (got <= 0) return got < 0 && (errno == EAGAIN || errno == EINTR);
  received_.append(block.data(), static_cast<std::size_t>(got));
  const auto head = std::string{"\x81\xa3"
                                "ack"}
                    + static_cast<char>(0xa0 | id_bytes);
  while (received_.size() >= head.size() + id_bytes) {
    if (!received_.starts_with(head)) return ++seen_.wrong_acks, false;
    const auto id = received_.substr(head.size(), id_bytes);
    received_.erase(0, head.size() + id_bytes);
    const auto acked = std::ranges::find(unacked_, id, &message::id);
    if (acked == unacked_.end()) continue;
    const auto index = static_cast<std::size_t>(acked - unacked_.begin());
    if (index >= sent_) return ++seen_.wrong_acks, false;
    unacked_.erase(acked);
    --sent_;
    --sent_once_;
    seen_.unacked = unacked_.size();
    last_progress_ = std::chrono::steady_clock::now();
  }
  return true;
}

} // namespace weir::chaos
