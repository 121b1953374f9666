#include "actors/sinks/messages/message_batch.hpp"

#include "runtime/event/record_path.hpp"
#include "runtime/event/template_names.hpp"

#include <algorithm>

namespace weir {
namespace {

constexpr auto tag_mark = std::string_view{"{tag}"};

auto with_tag(const std::string& text, std::string_view tag) -> std::string {
  auto made = std::string{};
  auto from = std::size_t{0};
  for (auto at = text.find(tag_mark); at != std::string::npos; at = text.find(tag_mark, from)) {
    made.append(text, from, at - from).append(tag);
    from = at + tag_mark.size();
  }
  return made.append(text, from);
}

} // namespace

message_batch::message_batch(const message_rules& rules, std::string_view node, std::string_view component)
    : names_(rules.topic, node, component, zone_of_names(rules.time_zone)), key_path_(rules.key), header_texts_(rules.headers.begin(), rules.headers.end()),
      is_of_event_time_(rules.is_of_event_time), ends_lines_(rules.format.format != event_format::msgpack),
      format_(make_event_writer(options_of(rules.format))) {
  for (auto& [name, text] : header_texts_) text = with_short_names(text);
  headers_differ_ = std::any_of(header_texts_.begin(), header_texts_.end(),
                                [](const auto& h) { return h.second.find(tag_mark) != std::string::npos; });
}

auto message_batch::headers_for(std::string_view tag) const -> message_headers {
  auto made = header_texts_;
  for (auto& [name, text] : made) text = with_tag(text, tag);
  return made;
}

void message_batch::clear() {
  bytes_.clear();
  messages_.clear();
  topics_.clear();
  headers_.clear();
}

void message_batch::assign(const commit_batch& batch, committed& done) {
  clear();
  for_each_run(batch, [&](const event_run& run) { add_run(run, done); });
}

void message_batch::assign(const commit_batch& batch, std::span<const std::optional<std::vector<index_range>>> fresh,
                           committed& done) {
  clear();
  for (std::size_t i = 0; i < fresh.size(); ++i)
    if (fresh[i]) for_each_run(batch, i, *fresh[i], [&](const event_run& run) { add_run(run, done); });
}

void message_batch::add_run(const event_run& run, committed& done) {
  names_.begin_tag(run.tag);
  format_->begin_section(run.tag);
  if (headers_.empty() || headers_differ_) headers_.push_back(headers_for(run.tag));
  auto entries = run.entries;
  auto seen = std::uint64_t{0};
  auto topic = std::uint32_t{0};
  auto changes = std::uint64_t{0}; // none: each run asks once
  for (; !entries.empty(); ++seen) {
    auto m = message{.at = {run.first.chunk, run.first.index + seen}, .headers = static_cast<std::uint32_t>(headers_.size() - 1)};
    auto record = entries;
    if (!take_entry_head(record, m.time_ns)) break;
    m.begin = m.key = bytes_.size();
    if (!key_path_.empty()) {
      const auto value = find_path(record, key_path_);
      m.has_key = !value.empty() && msgpack_reader{value}.peek() != msgpack_type::nil;
      scratch_.clear();
      if (m.has_key) bytes_.append(text_of_value(value, scratch_));
    }
    m.payload = bytes_.size();
    if (format_->write(bytes_, entries, {.bytes_max = bytes_.size() + 1}).events != 1) {
      bytes_.truncate(m.begin);
      break;
    }
    if (ends_lines_ && bytes_.view().ends_with('\n')) bytes_.truncate(bytes_.size() - 1);
    m.end = bytes_.size();
    const auto name = names_.of(m.time_ns);
    if (seen == 0 || changes != names_.changes()) topic = number_of_topic(name);
    changes = names_.changes();
    m.topic = topic;
    if (is_of_event_time_) m.time_ms = m.time_ns / 1'000'000;
    messages_.push_back(m);
  }
  if (seen < run.events) refuse(done, "malformed entry", run, seen, run.events - seen);
}

auto message_batch::number_of_topic(std::string_view name) -> std::uint32_t {
  auto at = std::find(topics_.rbegin(), topics_.rend(), name);
  if (at == topics_.rend()) at = (topics_.emplace_back(name), topics_.rbegin());
  return static_cast<std::uint32_t>(topics_.rend() - at - 1);
}

} // namespace weir
