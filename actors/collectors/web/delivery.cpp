#include "actors/collectors/web/delivery.hpp"

#include "actors/collectors/network/server.hpp"
#include "runtime/event/msgpack.hpp"

#include <algorithm>

namespace weir {
namespace {

/// What an event costs beside its record.
constexpr auto event_overhead_bytes = std::size_t{16};

} // namespace

auto web_delivery::fresh() -> web_events& {
  events_.clear();
  return events_;
}

void web_delivery::begin(origin from) {
  from_ = std::move(from);
  address_ = from_.address;
  now_ns_ = clock_.wall_ns();
  index_ = offset_ = covered_ = 0;
  has_put_ = false;
  is_under_way_ = true;
  tag_number_ = UINT32_MAX;
}

auto web_delivery::put(client_server& server, client_turn& turn) -> bool {
  auto* const known = from_.stream.empty() ? nullptr : &memory_.of(from_.stream);
  for (const auto& items = events_.items(); index_ < items.size();) {
    if (turn.left == 0) return false;
    const auto& item = items[index_];
    const auto number = from_.first + index_;
    const auto is_new = known == nullptr || !known->has(number);
    if (known != nullptr && known->put_to == number) ++known->put_to;
    if (!is_new) cover(turn.out);
    if (is_new) put_next(item, turn.out);
    ++index_;
    offset_ += item.bytes;
    turn.spend(item.bytes + event_overhead_bytes);
    if (is_new && item.bytes > 0) server.note_put(item.bytes);
    if (!is_new) covered_ = index_;
    if (!is_new) ++repeated_events_;
    has_put_ = has_put_ || is_new;
  }
  return true;
}

void web_delivery::put_next(const web_events::item& item, intake& out) {
  if (item.bytes == 0) return;
  from_.stream.empty() ? out.born_nowhere() : out.born_at(from_.first + index_);
  const auto record = events_.records().substr(offset_, item.bytes);
  out.event({tag_of(item), item.time_ns.value_or(now_ns_), with_address(record), !item.time_ns});
}

auto web_delivery::tag_of(const web_events::item& item) -> std::string_view {
  if (item.tag == tag_number_) return tag_;
  tag_number_ = item.tag;
  tag_ = settings_.add_tag_prefix;
  if (!tag_.empty()) tag_ += '.';
  tag_ += settings_.tag.empty() ? events_.tag(item) : settings_.tag;
  return tag_;
}

/// What a client sends under our key is not what we know of it.
auto web_delivery::with_address(std::string_view record) -> std::string_view {
  if (settings_.source_address_key.empty() || address_.empty()) return record;
  field_.clear();
  auto write = msgpack_writer{field_};
  write.str(settings_.source_address_key);
  write.str(address_);
  record_.clear();
  append_map_with(record_, record, field_.view(), 1);
  if (keys_.is_in(record_.view())) keys_.resolve(record_);
  return record_.view();
}

void web_delivery::cover(intake& out) {
  if (!is_under_way_ || from_.stream.empty() || covered_ >= index_) return;
  out.covered(from_.stream, from_.first + covered_, from_.first + index_);
  covered_ = index_;
}

auto web_delivery::finish(client_server& server, intake& out) -> std::uint64_t {
  cover(out);
  is_under_way_ = false;
  if (has_put_)
    for (const auto& [reason, events] : events_.dropped()) out.drop(reason, events);
  auto position = server.acks().next_position();
  if (!from_.stream.empty()) {
    auto& known = memory_.of(from_.stream);
    if (has_put_) known.position = position;
    position = known.position;
  }
  return position;
}

} // namespace weir
