#include "actors/sinks/objects/object_writer.hpp"

namespace weir {
namespace {

auto ending_of(event_format format, compression compress) -> std::string {
  auto made = std::string{};
  for (const auto& [name, meant] : names_of(static_cast<event_format*>(nullptr)))
    if (meant == format) made = '.' + std::string{meant == event_format::raw ? "log" : name};
  if (compress == compression::gzip) return made + ".gz";
  return compress == compression::zstd ? made + ".zst" : made;
}

} // namespace

object_writer::object_writer(const format_settings& format, compression compress, object_prefixes prefixes)
    : format_settings_(format), compress_(compress), prefixes_(std::move(prefixes)), ending_(ending_of(format.format, compress)),
      format_(make_event_writer(options_of(format))) {}

void object_writer::begin() { by_prefix_.clear(); }

auto object_writer::content_type() const -> std::string {
  if (compress_ != compression::none) return compress_ == compression::gzip ? "application/gzip" : "application/zstd";
  if (format_settings_.format == event_format::json) return "application/x-ndjson";
  return format_settings_.format == event_format::msgpack ? "application/octet-stream" : "text/plain; charset=utf-8";
}

auto object_writer::add(const event_run& run, committed& done) -> std::uint64_t {
  auto entries = run.entries;
  auto seen = std::uint64_t{0};
  const auto refused_before = done.refused.size();
  auto refused = std::uint64_t{0};
  format_->begin_section(run.tag);
  prefixes_.begin_tag(run.tag);
  while (!entries.empty()) {
    const auto written = add_part(run, seen, entries, done);
    seen += written.events;
    if (written.why == written_run::stop::malformed) break;
  }
  if (seen < run.events) refuse(done, "malformed entry", run, seen, run.events - seen);
  for (auto i = refused_before; i < done.refused.size(); ++i) refused += done.refused[i].events;
  return run.events - refused;
}

/// The events that have one prefix, from number `at` of the run on.
auto object_writer::add_part(const event_run& run, std::uint64_t at, std::string_view& entries, committed& done) -> written_run {
  auto time_ns = std::int64_t{0};
  auto rest = entries;
  if (!take_entry_head(rest, time_ns)) return {0, written_run::stop::malformed};
  const auto bounds = prefixes_.times_around(time_ns);
  if (const auto why = prefixes_.of(time_ns, prefix_); !why.empty()) {
    discarded_.clear();
    const auto discarded = format_->write(discarded_, entries, bounds);
    refuse(done, why, run, at, discarded.events);
    return discarded;
  }
  const auto [to, is_new] = by_prefix_.try_emplace(prefix_);
  if (is_new && format_settings_.header) to->second.append(csv_header(format_settings_.columns));
  return format_->write(to->second, entries, bounds);
}

auto object_writer::take() -> result<std::vector<new_object>> {
  auto made = std::vector<new_object>{};
  auto encoded = byte_buffer{};
  for (const auto& [prefix, bytes] : by_prefix_) {
    if (bytes.empty()) continue; // all of it was malformed
    encoded.clear();
    WEIR_CHECK(compress(compress_, bytes.view(), encoded));
    made.push_back({prefix, ending_, std::string{encoded.view()}});
  }
  by_prefix_.clear();
  return made;
}

} // namespace weir
