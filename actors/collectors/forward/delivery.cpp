#include "actors/collectors/forward/delivery.hpp"

#include "actors/collectors/forward/access.hpp"
#include "runtime/base/crc32c.hpp"
#include "runtime/codec/chunk_codec.hpp"

namespace weir {
namespace {

/// No chunk could hold a larger one.
constexpr auto record_bytes_max = chunk_bytes_max - (std::size_t{1} << 20);
constexpr auto unpacked_kept_bytes_max = std::size_t{4} << 20;

/// Appends the fields of `record` whose key is none of `keys`; returns how many.
template <class IsOurs>
auto append_fields(byte_buffer& out, std::string_view record, IsOurs&& is_ours) -> std::uint32_t {
  auto read = msgpack_reader{record};
  auto count = std::uint32_t{0};
  auto kept = std::uint32_t{0};
  if (!read.map(count)) return 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    const auto* begin = read.at();
    auto key = std::string_view{};
    if (!read.str_or_bin(key)) (void)read.skip();
    (void)read.skip();
    if (is_ours(key)) continue;
    out.append({begin, static_cast<std::size_t>(read.at() - begin)});
    ++kept;
  }
  return kept;
}

} // namespace

forward_delivery::forward_delivery(const forward_settings& settings)
    : settings_(settings),
      entries_(!settings.source_address_key.empty() || !settings.source_hostname_key.empty()) {}

void forward_delivery::set_tag(std::string_view sent) {
  tag_ = settings_.add_tag_prefix;
  if (!tag_.empty()) tag_ += '.';
  tag_ += settings_.tag.empty() ? sent : std::string_view{settings_.tag};
}

void forward_delivery::set_extra(const client_peer& peer) {
  extra_.clear();
  extra_count_ = 0;
  auto write = msgpack_writer{extra_};
  const auto add = [&](const std::string& key, const std::string& value) {
    if (key.empty() || value.empty()) return;
    write.str(key);
    write.str(value);
    ++extra_count_;
  };
  add(settings_.source_address_key, peer.address);
  add(settings_.source_hostname_key, peer.hostname);
}

auto forward_delivery::begin(const forward_message& message, const client_peer& peer, std::int64_t now_ns)
    -> result<void> {
  message_ = message;
  rules_ = {now_ns, settings_.milliseconds ? time_unit::by_magnitude : time_unit::seconds};
  next_run_ = 0;
  index_ = covered_ = 0;
  is_split_ = false;
  first_ = {};
  runs_ = {};
  entries_.clear();
  has_message_ = message.mode == forward_mode::message;
  set_tag(message.tag);
  set_extra(peer);
  if (message.mode == forward_mode::entries) WEIR_CHECK(entries_.walk_array(message.entries, message.count));
  if (message.mode == forward_mode::packed) {
    if (unpacked_.capacity() > unpacked_kept_bytes_max) unpacked_ = byte_buffer{};
    WEIR_TRY(const auto payload, unpack_payload(message, settings_.max_message.value, unpacked_));
    WEIR_CHECK(entries_.walk_packed(payload));
    packed_ = payload;
  }
  runs_ = entries_.runs();
  return {};
}

auto forward_delivery::checksum() const -> std::uint32_t {
  if (message_.mode == forward_mode::packed) return crc32c(packed_);
  if (message_.mode == forward_mode::entries) return crc32c(message_.entries);
  return crc32c(message_.option.metadata, crc32c(message_.record, crc32c(message_.time)));
}

auto forward_delivery::total() const -> std::uint64_t {
  return message_.mode == forward_mode::message ? 1 : entries_.entry_count();
}

void forward_delivery::leave_out(const gaps& known) {
  if (known.begin == 0 && known.known.empty()) return;
  if (known.begin >= total()) {
    has_message_ = false;
    index_ = covered_ = total();
    next_run_ = runs_.size();
    return;
  }
  known_ = known;
  is_split_ = true;
  auto stops = std::vector{known.begin};
  for (auto at = known.known.rbegin(); at != known.known.rend(); ++at)
    stops.insert(stops.end(), {at->begin, at->end});
  auto stop = stops.begin();
  auto index = std::uint64_t{0};
  split_.clear();
  for (const auto& run : runs_) {
    auto read = msgpack_reader{run.bytes};
    split_.push_back({run.bytes.substr(0, 0), 0, run.plain});
    for (std::uint32_t i = 0; i < run.count; ++i, ++index) {
      while (stop != stops.end() && *stop < index) ++stop;
      if (stop != stops.end() && *stop == index && split_.back().count > 0)
        split_.push_back({{read.at(), 0}, 0, run.plain});
      auto whole = std::string_view{};
      (void)read.value(whole);
      auto& part = split_.back();
      part.bytes = {part.bytes.data(), part.bytes.size() + whole.size()};
      ++part.count;
    }
  }
  runs_ = split_;
}

/// Asked with growing numbers of entries.
auto forward_delivery::is_known(std::uint64_t index) -> bool {
  auto& ahead = known_.known;
  while (!ahead.empty() && ahead.back().end <= index) ahead.pop_back();
  return index < known_.begin || (!ahead.empty() && ahead.back().begin <= index);
}

void forward_delivery::tell_birth(intake& out, std::uint64_t index) const {
  first_.is_known() ? out.born_at(first_.position + index) : out.born_nowhere();
}

auto forward_delivery::put_next(intake& out) -> std::size_t {
  if (has_message_) return put_message(out);
  const auto& run = runs_[next_run_++];
  const auto first = std::exchange(index_, index_ + run.count);
  if (is_split_ && is_known(first)) {
    covered_ = index_;
    return 0;
  }
  if (run.plain) {
    tell_birth(out, first);
    out.entries(tag_, run.bytes, run.count);
    put_count_ += run.count;
    return run.bytes.size();
  }
  auto read = msgpack_reader{run.bytes};
  auto invalid = std::uint64_t{0};
  for (std::uint32_t i = 0; i < run.count; ++i) {
    auto event = forward_event{};
    tell_birth(out, first + i);
    const auto kind = next_forward_entry(read, rules_, event);
    if (kind == forward_entry_kind::event)
      put_event(out, event);
    else if (kind == forward_entry_kind::invalid)
      ++invalid;
  }
  if (invalid > 0) out.drop("invalid entry", invalid);
  return run.bytes.size();
}

auto forward_delivery::put_message(intake& out) -> std::size_t {
  has_message_ = false;
  index_ = 1;
  auto event = forward_event{};
  const auto kind = normalise(message_.time, message_.record, rules_, event);
  if (!message_.option.metadata.empty()) event.metadata = message_.option.metadata;
  if (kind == forward_entry_kind::invalid) out.drop("invalid entry", 1);
  tell_birth(out, 0);
  if (kind == forward_entry_kind::event) put_event(out, event);
  return message_.record.size();
}

auto forward_delivery::distinct(std::string_view record) -> std::string_view {
  if (!repeated_.is_in(record)) return record;
  resolved_.clear();
  resolved_.append(record);
  repeated_.resolve(resolved_);
  return resolved_.view();
}

void forward_delivery::put_event(intake& out, forward_event event) {
  if (event.record.size() > record_bytes_max) return out.drop("event too large");
  ++put_count_;
  if (event.is_time_lost) ++lost_times_;
  event.record = distinct(event.record);
  const auto keeps_metadata = !settings_.metadata_key.empty() && !event.metadata.empty();
  if (extra_count_ == 0 && !keeps_metadata) return out.event({tag_, event.time_ns, event.record, event.is_timed_at_reading});
  fields_.clear();
  // What a client sends under our keys is not what we know of it.
  auto count = append_fields(fields_, event.record, [&](std::string_view key) {
    return (extra_count_ > 0 && (key == settings_.source_address_key || key == settings_.source_hostname_key))
           || (keeps_metadata && key == settings_.metadata_key);
  });
  fields_.append(extra_.view());
  count += extra_count_;
  auto write_field = msgpack_writer{fields_};
  if (keeps_metadata) {
    write_field.str(settings_.metadata_key);
    write_field.raw(event.metadata);
    ++count;
  }
  record_.clear();
  auto write = msgpack_writer{record_};
  write.map(count);
  write.raw(fields_.view());
  out.event({tag_, event.time_ns, record_.view(), event.is_timed_at_reading});
}

} // namespace weir
