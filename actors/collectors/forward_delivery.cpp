#include "actors/collectors/forward_delivery.hpp"

#include "actors/collectors/forward_access.hpp"

namespace weir {
namespace {

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

void forward_delivery::set_extra(const forward_peer& peer) {
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

auto forward_delivery::begin(const forward_message& message, const forward_peer& peer, std::int64_t now_ns)
    -> result<void> {
  message_ = message;
  rules_ = {now_ns, settings_.milliseconds};
  next_run_ = 0;
  entries_.clear();
  has_message_ = message.mode == forward_mode::message;
  set_tag(message.tag);
  set_extra(peer);
  if (message.mode == forward_mode::entries) WEIR_CHECK(entries_.walk_array(message.entries, message.count));
  if (message.mode != forward_mode::packed) return {};
  if (unpacked_.capacity() > unpacked_kept_bytes_max) unpacked_ = byte_buffer{};
  WEIR_TRY(const auto payload, unpack_payload(message, settings_.max_message.value, unpacked_));
  const auto walked = entries_.walk_packed(payload);
  if (!walked) entries_.clear();
  return walked;
}

auto forward_delivery::put_next(intake& out) -> std::size_t {
  if (has_message_) return put_message(out);
  const auto& run = entries_.runs()[next_run_++];
  if (run.plain) {
    out.entries(tag_, run.bytes, run.count);
    put_count_ += run.count;
    return run.bytes.size();
  }
  auto read = msgpack_reader{run.bytes};
  auto invalid = std::uint64_t{0};
  for (std::uint32_t i = 0; i < run.count; ++i) {
    auto event = forward_event{};
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
  auto event = forward_event{};
  const auto kind = normalise(message_.time, message_.record, rules_, event);
  if (!message_.option.metadata.empty()) event.metadata = message_.option.metadata;
  if (kind == forward_entry_kind::invalid) out.drop("invalid entry", 1);
  if (kind == forward_entry_kind::event) put_event(out, event);
  return message_.record.size();
}

void forward_delivery::put_event(intake& out, const forward_event& event) {
  ++put_count_;
  const auto keeps_metadata = !settings_.metadata_key.empty() && !event.metadata.empty();
  if (extra_count_ == 0 && !keeps_metadata) return out.event({tag_, event.time_ns, event.record});
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
  out.event({tag_, event.time_ns, record_.view()});
}

} // namespace weir
