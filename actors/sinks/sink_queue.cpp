#include "actors/sinks/sink_queue.hpp"

#include "runtime/base/assert.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace weir {
namespace {

/// Behind so many chunks that have to wait for others nobody looks further.
constexpr auto passed_over_max = std::size_t{256};

auto verdict_on(const sink_queue::item& i) -> const sink_queue::verdict* {
  return i.judged && i.judged->chunks > 0 ? i.judged.get() : nullptr;
}

} // namespace

auto is_given_up(const sink_queue::item& i) -> bool {
  const auto* judged = verdict_on(i);
  return judged != nullptr && judged->reason.has_value();
}

auto is_one_suspect(const sink_queue::item& i) -> bool {
  const auto* judged = verdict_on(i);
  return judged != nullptr && !judged->reason && judged->chunks == 1;
}

void sink_queue::push(item i) {
  bytes_ += i.content->body.size();
  events_ += i.events;
  waiting_.push_back(std::move(i));
}

auto sink_queue::chunks_max_of(const item& first) const -> std::size_t {
  const auto* judged = verdict_on(first);
  if (judged == nullptr) return chunks_max_;
  return judged->reason ? judged->chunks : std::max<std::size_t>(1, judged->chunks / 2);
}

auto sink_queue::positions_of(const std::string& source) const -> std::vector<position_range> {
  auto all = std::vector<position_range>{};
  const auto add = [&](const item& i) {
    if (i.content->source == source) all.insert(all.end(), i.content->positions.begin(), i.content->positions.end());
  };
  for (const auto& i : waiting_) add(i);
  for (const auto& group : under_way_)
    for (const auto& i : group) add(i);
  return all;
}

/// Which of waiting_, in order.
auto sink_queue::choose(std::size_t writer, const bounds& most) const -> std::vector<std::size_t> {
  auto chosen = std::vector<std::size_t>{};
  auto passed_over = busy_ranges{};
  auto passed = std::size_t{0};
  auto bytes = std::size_t{0};
  auto events = std::uint64_t{0};
  auto chunks_max = most.chunks_max;
  const item* first = nullptr;
  for (std::size_t i = 0; i < waiting_.size() && passed < passed_over_max; ++i) {
    const auto& next = waiting_[i];
    const auto* judged = verdict_on(next);
    const auto is_others = judged != nullptr && judged->writer && *judged->writer != writer;
    if (is_others || busy_.touches(*next.content) || passed_over.touches(*next.content)) {
      passed_over.add(*next.content);
      ++passed;
      continue;
    }
    bytes += next.content->body.size();
    events += next.events;
    if (first != nullptr
        && (verdict_on(*first) != judged || chosen.size() >= chunks_max || bytes > most.bytes_max
            || events > most.events_max))
      break;
    if (first == nullptr) {
      first = &next;
      chunks_max = std::min(chunks_max, chunks_max_of(next));
    }
    chosen.push_back(i);
    if (chosen.size() >= chunks_max) break;
  }
  return chosen;
}

auto sink_queue::take(std::size_t writer, const bounds& most) -> const std::vector<item>& {
  auto& group = under_way_[writer];
  WEIR_ASSERT(group.empty());
  const auto chosen = choose(writer, most);
  for (const auto i : chosen) {
    auto& next = waiting_[i];
    bytes_ -= next.content->body.size();
    events_ -= next.events;
    if (under_way_.size() > 1) busy_.add(*next.content);
    group.push_back(std::move(next));
  }
  if (chosen.empty()) return group;
  const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(chosen.back() + 1);
  waiting_.erase(std::remove_if(waiting_.begin(), end, [](const item& i) { return !i.content; }), end);
  if (is_one_suspect(group.front())) group.front().judged->writer = writer;
  return group;
}

auto sink_queue::finish(std::size_t writer) -> std::vector<item> {
  auto done = std::exchange(under_way_[writer], {});
  if (under_way_.size() > 1)
    for (const auto& i : done) busy_.remove(*i.content);
  if (done.empty()) return done;
  if (verdict_on(done.front()) != nullptr) {
    done.front().judged->chunks -= done.size();
    chunks_max_ = 1;
  } else {
    chunks_max_ = chunks_max_ > SIZE_MAX / 2 ? SIZE_MAX : chunks_max_ * 2;
  }
  return done;
}

void sink_queue::put_back(std::vector<item> items) {
  if (under_way_.size() > 1)
    for (const auto& i : items) busy_.remove(*i.content);
  auto at = waiting_.begin();
  for (auto& i : items) {
    bytes_ += i.content->body.size();
    events_ += i.events;
    at = std::lower_bound(at, waiting_.end(), i.number,
                          [](const item& other, std::uint64_t number) { return other.number < number; });
    at = std::next(waiting_.insert(at, std::move(i)));
  }
}

void sink_queue::give_back(std::size_t writer) { put_back(std::exchange(under_way_[writer], {})); }

void sink_queue::reject(std::size_t writer) {
  auto items = std::exchange(under_way_[writer], {});
  const auto judged = std::make_shared<verdict>(verdict{items.size(), {}, {}});
  for (auto& i : items) {
    if (i.judged) i.judged->chunks = 0; // it is one of these: nothing is known of the others
    i.judged = judged;
  }
  put_back(std::move(items));
}

void sink_queue::give_up(std::size_t writer, const std::string& reason) {
  auto items = std::exchange(under_way_[writer], {});
  const auto judged = std::make_shared<verdict>(verdict{items.size(), reason, {}});
  for (auto& i : items) {
    if (auto* before = i.judged.get(); before != nullptr && before->chunks > 0) --before->chunks;
    i.judged = judged;
  }
  put_back(std::move(items));
}

auto sink_queue::fails(std::size_t writer, monotonic_time now) -> monotonic_time {
  auto since = now;
  for (auto& i : under_way_[writer]) {
    if (!i.failing_since) i.failing_since = now;
    since = std::min(since, *i.failing_since);
  }
  return since;
}

void sink_queue::begin_again(std::size_t writers) {
  for (std::size_t writer = 0; writer < under_way_.size(); ++writer) give_back(writer);
  under_way_.resize(writers);
  for (auto& i : waiting_)
    if (i.judged) i.judged->writer.reset();
}

auto sink_queue::oldest() const -> const item* {
  const item* found = waiting_.empty() ? nullptr : &waiting_.front();
  for (const auto& group : under_way_)
    if (!group.empty() && (found == nullptr || group.front().number < found->number)) found = &group.front();
  return found;
}

} // namespace weir
