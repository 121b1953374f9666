#include "tests/simulation/clients.hpp"

#include "runtime/flow/position_index.hpp"

#include <algorithm>
#include <charconv>

namespace weir::test {
namespace {

using namespace std::chrono_literals;

} // namespace

auto client_messages::listen(process& at) -> std::size_t {
  const auto same =
      std::find_if(listeners_.begin(), listeners_.end(), [&](const auto& l) { return l.at == &at; });
  const auto index = static_cast<std::size_t>(same - listeners_.begin());
  if (same == listeners_.end()) listeners_.emplace_back();
  if (listeners_[index].incarnation != at.incarnation) listeners_[index] = {&at, at.incarnation, {}, {}};
  return index;
}

auto client_messages::stream_of(std::size_t number) const -> std::string {
  const auto* owner = world_.mistake == bug::takes_ids_for_its_own ? "" : "*";
  return window_stream_mark + std::string{owner} + lines_.name + ":" + std::to_string(number);
}

auto client_messages::end_of(std::size_t number) const -> std::size_t {
  return std::min(lines_.written, (number + 1) * lines_of_one);
}

/// A client that has waited for long, or whose collector has died, sends again: there, or elsewhere.
void client_messages::send() {
  const auto whole = lines_.written == lines_.lines_in_all ? (lines_.written + lines_of_one - 1) / lines_of_one
                                                            : lines_.written / lines_of_one;
  send_again_at_.resize(whole);
  for (std::size_t m = 0; m < whole; ++m) {
    if (lines_.safe[m * lines_of_one] || world_.time.now() < send_again_at_[m] || listeners_.empty()) continue;
    auto& to = listeners_[world_.random.between(0, listeners_.size() - 1)];
    send_again_at_[m] = world_.time.now() + world_.random.time_between(100ms, 5s);
    if (!to.at->is_up || to.at->incarnation != to.incarnation) continue;
    world_.note(lines_.name, "sends message ", m, " to ", to.at->name);
    if (to.put.insert(m).second) to.inbox.push_back(m);
    for (auto& a : to.at->actors) a->wake();
  }
}

auto client_messages::put_next(std::size_t who, intake& out) -> std::size_t {
  auto& inbox = listeners_[who].inbox;
  if (inbox.empty()) return 0;
  const auto number = inbox.front();
  inbox.pop_front();
  const auto begin = number * lines_of_one;
  for (auto n = begin; n < end_of(number); ++n) {
    out.born_at(n - begin);
    out.line("sim." + lines_.name, world_.time.wall_ns(), lines_.line(n));
  }
  out.covered(stream_of(number), 0, end_of(number) - begin);
  return (end_of(number) - begin) * lines_.line_bytes;
}

void client_messages::acknowledge(const position_range& safe) {
  const auto at = safe.stream.rfind(':');
  if (safe.stream.find(lines_.name) == std::string::npos || at == std::string::npos) return;
  auto number = std::size_t{0};
  std::from_chars(safe.stream.data() + at + 1, safe.stream.data() + safe.stream.size(), number);
  for (auto n = number * lines_of_one; n < end_of(number); ++n) lines_.safe[n] = true;
}

auto scripted_listener::read(intake& out, std::size_t budget) -> result<read_status> {
  auto done = std::size_t{0};
  while (done < budget) {
    const auto bytes = from_.put_next(listener_, out);
    if (bytes == 0) return read_status::idle;
    done += bytes;
  }
  return read_status::more;
}

void scripted_listener::acknowledge(std::span<const position_range> safe) {
  for (const auto& p : safe) from_.acknowledge(p);
}

} // namespace weir::test
