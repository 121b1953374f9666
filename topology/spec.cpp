#include "topology/spec.hpp"

#include "runtime/event/record_path.hpp"
#include "topology/draft.hpp"
#include "topology/routing.hpp"

#include <algorithm>
#include <charconv>
#include <thread>

namespace weir {

auto parse_instances(std::string_view text) -> result<std::uint32_t> {
  if (text == "auto") return std::max(1U, std::thread::hardware_concurrency());
  auto number = 0U;
  const auto [rest, ec] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (ec == std::errc{} && rest == text.data() + text.size() && number >= 1 && number <= instances_max)
    return number;
  return error{errc::malformed, "wants a number from 1 to 1024 or auto, not \"" + std::string{text} + '"'};
}

auto parse_give_up(std::string_view text) -> result<std::optional<duration>> {
  if (text == "never") return std::optional<duration>{};
  if (const auto time = parse_duration(text)) return std::optional<duration>{*time};
  return error{errc::malformed, "wants never or a duration such as 10m, not \"" + std::string{text} + '"'};
}

auto buffer_of(const buffer_spec& spec) -> buffer_settings {
  auto settings = buffer_settings{};
  settings.type = spec.type.value_or(spec.path.empty() ? buffer_type::memory : buffer_type::disk);
  const auto is_on_disk = settings.type == buffer_type::disk;
  settings.path = spec.path;
  settings.max_size = spec.max_size.value_or(byte_count{is_on_disk ? std::uint64_t{4} << 30 : 64 << 20});
  settings.segment_size =
      spec.segment_size.value_or(byte_count{std::min(std::uint64_t{64} << 20, settings.max_size.value / 4)});
  settings.when_full = spec.when_full;
  settings.sync = spec.sync;
  settings.sync_interval = spec.sync_interval;
  return settings;
}

namespace {

void check_disk(const buffer_spec& spec, config::settings_reader& reader) {
  constexpr auto segment_bytes_min = std::uint64_t{4} << 10;
  const auto settings = buffer_of(spec);
  if (spec.path.empty())
    reader.complain(reader.is_given("path") ? "path" : "type", "a disk buffer wants a \"path\"",
                    "a directory of its own, such as path: /var/lib/weir/buffer");
  if (spec.segment_size && spec.segment_size->value < segment_bytes_min)
    reader.complain("segment_size",
                    "\"segment_size\" wants 4KiB or more, not " + to_text(*spec.segment_size));
  else if (spec.segment_size && spec.segment_size->value > settings.max_size.value / 2)
    reader.complain("segment_size", "\"segment_size\" wants at most half of \"max_size\" ("
                                        + to_text(settings.max_size) + "), not "
                                        + to_text(*spec.segment_size));
  if (spec.sync_interval <= duration{0})
    reader.complain("sync_interval", "\"sync_interval\" wants more than 0");
  else if (spec.sync != sync_policy::interval)
    reader.refuse_useless("sync_interval", "it is for \"sync: interval\"");
}

void check_memory(const buffer_spec& spec, config::settings_reader& reader) {
  if (!spec.path.empty())
    return reader.complain("type", "\"type: memory\" keeps nothing in \"path\"", "take one of them out");
  if (reader.is_given("path")) reader.complain("path", "\"path\" wants the name of a directory, not \"\"");
  if (spec.when_full != full_policy::block)
    reader.complain("when_full", "a memory buffer wants \"when_full: block\"; only disk buffers drop",
                    "give it a path");
  for (const auto key : {"segment_size", "sync", "sync_interval"})
    if (reader.is_given(key))
      reader.complain(key, '"' + std::string{key} + "\" is for disk buffers, and this one has no \"path\"");
}

/// A chunk must fit beside the one that waits to be stored.
void check_room(const aggregator_spec& spec, config::settings_reader& reader) {
  const auto settings = buffer_of(spec.buffer);
  const auto chunks = settings.type == buffer_type::disk ? 2U : 1U;
  if (settings.max_size.value < chunks * spec.batch.max_size.value)
    reader.complain("buffer", "\"buffer: max_size\" wants room for "
                                  + std::string{chunks == 1 ? "a chunk" : "two chunks"}
                                  + " of \"batch: max_size\" (" + to_text(spec.batch.max_size) + "), not "
                                  + to_text(settings.max_size));
}

void check_replicas(const aggregator_spec& spec, config::settings_reader& reader) {
  constexpr auto replicas_max = 5U;
  if (spec.replicas < 1 || spec.replicas > replicas_max)
    reader.complain("replicas", "\"replicas\" wants 1 to " + std::to_string(replicas_max) + ", not " + std::to_string(spec.replicas));
  if (spec.replicas > 1 && spec.buffer.path.empty())
    reader.complain("replicas", "\"replicas\" wants a buffer on the disk: \"buffer: {path: …}\"");
  if (spec.replicas == 1) reader.refuse_useless("when_short", "it is for \"replicas: 2\" or more");
}

} // namespace

void validate(const buffer_spec& spec, config::settings_reader& reader) {
  if (buffer_of(spec).type == buffer_type::disk)
    check_disk(spec, reader);
  else
    check_memory(spec, reader);
}

void validate(const remember_ids_spec& spec, config::settings_reader& reader) {
  if (spec.age < std::chrono::seconds{1}) reader.complain("age", "\"age\" wants 1s or more, not " + to_text(spec.age));
  if (spec.max.value == 0) reader.complain("max", "\"max\" wants 1 or more, not 0");
}

void validate(const retention_spec& spec, config::settings_reader& reader) {
  if (spec.remember < std::chrono::minutes{1})
    reader.complain("remember", "\"remember\" wants 1m or more, not " + to_text(spec.remember));
}

void validate(const dead_letters_spec& spec, config::settings_reader& reader) {
  if (const auto limit = parse_give_up(spec.give_up_after); !limit)
    reader.complain("give_up_after", "\"give_up_after\" " + limit.failure().what);
  if (spec.max_size.value > 0) return;
  for (const auto* key : {"path", "give_up_after"})
    reader.refuse_useless(key, "with \"max_size: 0\" no letters are kept");
}

void validate(const collector_spec& spec, config::settings_reader& reader) {
  for (const auto& [path, text] : spec.labels)
    if (!is_written_path(path))
      reader.complain_at(reader.given("labels")->find(path)->where,
                         "\"labels\": \"" + path + "\": " + std::string{not_written_path});
  for (const auto& name : spec.was)
    if (!is_valid_name(name))
      reader.complain("was", "\"was\" wants names of collectors (letters, digits and _ . - only), not \"" + name + '"');
}

void validate(const aggregator_spec& spec, config::settings_reader& reader) {
  if (const auto count = parse_instances(spec.instances); !count)
    reader.complain("instances", "\"instances\" " + count.failure().what);
  if (spec.batch.max_size.value == 0 || spec.batch.max_size.value > (1U << 20))
    reader.complain("batch", "\"batch: max_size\" wants more than 0 and at most 1MiB, not "
                                 + to_text(spec.batch.max_size));
  check_replicas(spec, reader);
  check_room(spec, reader);
}

void validate(const retry_spec& spec, config::settings_reader& reader) {
  if (const auto limit = parse_give_up(spec.give_up_after); !limit)
    reader.complain("give_up_after", "\"give_up_after\" " + limit.failure().what);
  if (spec.first <= duration{0}) reader.complain("first", "\"first\" wants more than 0");
  if (spec.max < spec.first)
    reader.complain("max", "\"max\" wants at least \"first\" (" + to_text(spec.first) + "), not "
                               + to_text(spec.max));
}

void validate(const sink_spec& spec, config::settings_reader& reader) {
  if (const auto count = parse_writers(spec.writers, 1); !count)
    reader.complain("writers", "\"writers\" " + count.failure().what);
  if (reader.is_given("match") && spec.match.empty())
    reader.complain("match", "\"match\" is empty; wants tag patterns, or \"**\" for all tags");
  if (const auto pattern = match_of(spec.match); !pattern)
    reader.complain("match", "\"match\": " + pattern.failure().what);
  if (spec.on_unknown == unknown_policy::resend)
    reader.refuse_useless("wait_for", "it is for \"on_unknown: wait\"");
  else if (spec.wait_for < std::chrono::seconds{1})
    reader.complain("wait_for", "\"wait_for\" wants 1s or more, not " + to_text(spec.wait_for));
}

} // namespace weir
