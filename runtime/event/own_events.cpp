#include "runtime/event/own_events.hpp"

#include "runtime/base/assert.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <iterator>

namespace weir {

own_events::ear::ear() : wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) { WEIR_ASSERT(wake_.is_open()); }

void own_events::ear::hear(const own_event& what) {
  const auto lock = std::lock_guard{guard_};
  if (waiting_.size() >= waiting_max) return void(++missed_);
  waiting_.push_back(what);
  const auto one = std::uint64_t{1};
  (void)!::write(wake_.fd(), &one, sizeof one); // it is readable already if that fails
}

auto own_events::ear::take() -> std::vector<own_event> {
  const auto lock = std::lock_guard{guard_};
  auto count = std::uint64_t{0};
  (void)!::read(wake_.fd(), &count, sizeof count); // nothing to read if nothing waits
  auto all = std::vector<own_event>{std::make_move_iterator(waiting_.begin()), std::make_move_iterator(waiting_.end())};
  waiting_.clear();
  return all;
}

auto own_events::ear::take_missed() -> std::uint64_t {
  const auto lock = std::lock_guard{guard_};
  return std::exchange(missed_, 0);
}

auto own_events::listen() -> std::shared_ptr<ear> {
  auto made = std::make_shared<ear>();
  const auto lock = std::lock_guard{guard_};
  std::erase_if(ears_, [](const auto& e) { return e.expired(); });
  ears_.push_back(made);
  return made;
}

void own_events::tell(const own_event& what) {
  const auto lock = std::lock_guard{guard_};
  for (const auto& e : ears_)
    if (const auto listens = e.lock()) listens->hear(what);
}

auto own_events_here() -> own_events& {
  static auto events = own_events{};
  return events;
}

} // namespace weir
