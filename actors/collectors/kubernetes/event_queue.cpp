#include "actors/collectors/kubernetes/event_queue.hpp"

#include <algorithm>
#include <initializer_list>

namespace weir {
namespace {

auto times_of_api(const clock& time) -> time_parser {
  auto made = time_parser::compile("iso8601", {}, time);
  WEIR_ASSERT(made);
  return std::move(*made);
}

/// Of an object in a list some fields are left out; and what its fields were managed by nobody reads.
void append_object(byte_buffer& out, api_object object, std::initializer_list<std::string_view> without) {
  auto write = msgpack_writer{out};
  const auto mark = write.open();
  auto count = std::uint32_t{0};
  object.each_member([&](std::string_view key, api_object value) {
    if (std::find(without.begin(), without.end(), key) != without.end()) return;
    write.str(key);
    if (key == "metadata")
      append_object(out, value, {"managedFields"});
    else
      write.raw(value.bytes());
    ++count;
  });
  write.close_map(mark, count);
}

void sort_by_version(std::vector<cluster_event>& events) {
  std::sort(events.begin(), events.end(), [](const auto& a, const auto& b) { return a.version < b.version; });
}

} // namespace

event_queue::event_queue(const clock& time, bool wants_old) : times_(times_of_api(time)), clock_(time), wants_old_(wants_old) {}

auto event_queue::resume(std::span<const interval> covered) -> std::uint64_t {
  covered_.assign(covered.begin(), covered.end());
  if (covered_.empty()) return 0;
  wants_old_ = true;
  if (covered_.front().begin == 0) told_ = covered_.front().end - 1;
  return told_;
}

auto event_queue::is_known(std::uint64_t version) const -> bool {
  return version <= told_
         || std::any_of(covered_.begin(), covered_.end(), [&](const auto& c) { return c.begin <= version && version < c.end; });
}

void event_queue::put(cluster_event event) {
  event.from = told_ == 0 ? 0 : told_ + 1;
  for (const auto& c : covered_)
    if (c.end <= event.version) event.from = std::max(event.from, c.end);
  told_ = event.version;
  bytes_ += event.record.size();
  waiting_.push_back(std::move(event));
}

auto event_queue::take() -> cluster_event {
  auto next = std::move(waiting_.front());
  waiting_.pop_front();
  bytes_ -= next.record.size();
  return next;
}

void event_queue::begin_list() {
  is_listing_ = true;
  listed_.clear();
  listed_bytes_ = 0;
}

void event_queue::present(api_object object) {
  const auto version = version_of(object);
  if (version == 0 || is_known(version)) return;
  auto event = event_of(object, version);
  if (!is_listing_) return put(std::move(event));
  listed_bytes_ += event.record.size();
  listed_.push_back(std::move(event));
  if (listed_bytes_ > listed_bytes_max) drop_oldest();
}

/// A quarter of what is listed, so that it is not looked through for every event.
void event_queue::drop_oldest() {
  sort_by_version(listed_);
  const auto count = std::max<std::size_t>(listed_.size() / 4, 1);
  for (std::size_t i = 0; i < count; ++i) listed_bytes_ -= listed_[i].record.size();
  listed_.erase(listed_.begin(), listed_.begin() + static_cast<std::ptrdiff_t>(count));
  dropped_ += count;
}

void event_queue::end_list(std::uint64_t version) {
  is_listing_ = false;
  is_behind_ = version < told_;
  sort_by_version(listed_);
  if (wants_old_)
    for (auto& event : listed_) put(std::move(event));
  listed_.clear();
  wants_old_ = true;
  told_ = std::max(told_, version);
}

auto event_queue::time_of(api_object object) const -> std::optional<std::int64_t> {
  for (const auto text : {object["series"]["lastObservedTime"], object["lastTimestamp"], object["eventTime"], object["firstTimestamp"],
                          object["metadata"]["creationTimestamp"]})
    if (const auto time = times_.parse(text.text())) return time;
  return std::nullopt;
}

auto event_queue::event_of(api_object object, std::uint64_t version) const -> cluster_event {
  const auto time = time_of(object);
  auto record = byte_buffer{};
  append_object(record, object, {"kind", "apiVersion"});
  return {version, 0, time.value_or(clock_.wall_ns()), std::string{object["metadata"]["namespace"].text()}, std::string{record.view()},
          time.has_value()};
}

} // namespace weir
