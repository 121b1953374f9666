#include "actors/collectors/web/events.hpp"

#include "runtime/codec/chunk_codec.hpp"

namespace weir {
namespace {

/// No chunk could hold a larger one.
constexpr auto web_record_bytes_max = chunk_bytes_max - (std::size_t{1} << 20);
constexpr auto kept_records_bytes_max = std::size_t{4} << 20;

} // namespace

void web_events::clear() {
  items_.clear();
  if (records_.capacity() > kept_records_bytes_max) {
    records_ = byte_buffer{};
    items_ = {};
  }
  records_.clear();
  tags_.clear();
  numbers_.clear();
  dropped_.clear();
  last_tag_ = 0;
}

auto web_events::number_of(std::string_view tag) -> std::uint32_t {
  if (!tags_.empty() && tags_[last_tag_] == tag) return last_tag_;
  const auto at = numbers_.find(tag);
  if (at != numbers_.end()) return last_tag_ = at->second;
  tags_.emplace_back(tag);
  last_tag_ = static_cast<std::uint32_t>(tags_.size() - 1);
  numbers_.emplace(tag, last_tag_);
  return last_tag_;
}

auto web_events::add(std::string_view tag, std::optional<std::int64_t> time_ns, std::string_view record) -> bool {
  if (record.size() > web_record_bytes_max) return add_nothing("event too large");
  if (items_.size() == events_max) return false;
  if (repeated_.is_in(record)) {
    distinct_.clear();
    distinct_.append(record);
    repeated_.resolve(distinct_);
    record = distinct_.view();
  }
  records_.append(record);
  items_.push_back({time_ns, number_of(tag), static_cast<std::uint32_t>(record.size())});
  return true;
}

auto web_events::add_nothing(std::string_view reason) -> bool {
  if (items_.size() == events_max) return false;
  const auto at = dropped_.find(reason);
  at == dropped_.end() ? void(dropped_.emplace(reason, 1)) : void(++at->second);
  items_.push_back({std::nullopt, number_of({}), 0});
  return true;
}

auto web_events::dropped_count() const -> std::uint64_t {
  auto count = std::uint64_t{0};
  for (const auto& [reason, events] : dropped_) count += events;
  return count;
}

} // namespace weir
