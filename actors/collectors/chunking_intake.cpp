#include "actors/collectors/chunking_intake.hpp"

#include "runtime/base/units.hpp"
#include "runtime/codec/chunk_codec.hpp"
#include "runtime/event/entry.hpp"
#include "runtime/event/record_path.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

namespace weir {

/// The end of the chain: one entry into the builder.
class chunking_intake::tail_end : public event_output {
public:
  explicit tail_end(chunking_intake& owner) : owner_(owner) {}

  void put(const event_view& event) override {
    if (owner_.append(event)) owner_.finish(event);
  }
  void drop(std::string_view reason, std::uint64_t events) override { owner_.drop(reason, events); }
  void note_unparsed() override { ++owner_.counts_.unparsed; }
  void note(std::string_view what) override { owner_.counts_.noted.add(what, 1); }
  void note_unread_time(const unread_time& problem) override { owner_.note_unread_time(problem); }
  void rest_until(monotonic_time then) override { owner_.rests_until_ = std::max(owner_.rests_until_, then); }
  void dead_letter(const event_view& event, std::string_view reason) override {
    auto& letter = owner_.add_letter(event, reason);
    letter.bytes.resize(entry_head_bytes);
    write_entry_head(letter.bytes.data(), event.time_ns);
    letter.bytes += event.record;
  }

protected:
  chunking_intake& owner_;
};

/// That of operators that hold events.
class chunking_intake::spanning_end final : public tail_end {
public:
  using tail_end::tail_end;
  void put(const event_view& event) override { owner_.held_->pass_on(event); }
};

/// Where events enter the chain of their stream.
class chunking_intake::entrance final : public event_output {
public:
  explicit entrance(chunking_intake& owner) : owner_(owner) {}
  void put(const event_view& event) override { owner_.held_->put(event, owner_.born_); }
  void drop(std::string_view reason, std::uint64_t events) override { owner_.drop(reason, events); }

private:
  chunking_intake& owner_;
};

chunking_intake::chunking_intake(const intake_settings& settings, const plugin_context& context,
                                 chunk_builder& builder, intake_counts& counts, unkept_letters& letters)
    : builder_(builder),
      counts_(counts),
      letters_(letters),
      clock_(*context.clock),
      address_(context.node + "/collector/" + context.component),
      labels_(settings.labels),
      has_label_paths_(std::any_of(labels_.begin(), labels_.end(),
                                   [](const auto& l) { return l.first.find('.') != std::string::npos; })),
      taken_(settings.wanted),
      end_(std::make_unique<tail_end>(*this)),
      chain_(settings.holds_events ? decltype(settings.operators){} : settings.operators, context, *end_),
      first_(&chain_.first()),
      has_operators_(!settings.operators.empty()) {
  if (settings.holds_events) use_operators(settings, context);
  if (settings.parse) {
    auto made = make_parser(settings.parse->parser);
    WEIR_ASSERT(made); // the plan was validated with the same settings
    parser_ = std::move(*made);
    on_error_ = settings.parse->on_error;
  }
}

void chunking_intake::use_operators(const intake_settings& settings, const plugin_context& context) {
  end_ = std::make_unique<spanning_end>(*this);
  entrance_ = std::make_unique<entrance>(*this);
  first_ = entrance_.get();
  held_.emplace(
      [this, operators = settings.operators, context] { return std::make_unique<holding_chain>(operators, context, *end_); },
      held_streams::calls{[this](const auto& event, const auto& lines) { put_held(event, lines); },
                          [this](const auto& stream, auto begin, auto end) { cover(stream, begin, end); }});
}

auto chunking_intake::append(const event_view& event) -> bool {
  if (!taken_.takes(event.tag)) return drop_untaken(event.tag, 1), false;
  auto& out = builder_.begin(event.tag);
  write_entry_head(out.tail(entry_head_bytes), event.time_ns);
  out.advance(entry_head_bytes);
  const auto record = out.size();
  out.append(event.record);
  label(out, record);
  return true;
}

void chunking_intake::label(byte_buffer& out, std::size_t record_begin) {
  if (labels_.empty()) return;
  if (has_label_paths_) return label_paths(out, record_begin);
  auto missing = byte_buffer{};
  auto write = msgpack_writer{missing};
  auto count = std::uint32_t{0};
  for (const auto& [key, text] : labels_) {
    if (!find_field(out.view_from(record_begin), key).empty()) continue;
    write.str(key);
    write.str(text);
    ++count;
  }
  scratch_.clear();
  append_map_with(scratch_, out.view_from(record_begin), missing.view(), count);
  out.truncate(record_begin);
  out.append(scratch_.view());
}

/// One copy of the record for each.
void chunking_intake::label_paths(byte_buffer& out, std::size_t record_begin) {
  for (const auto& [path, text] : labels_) {
    if (!find_path(out.view_from(record_begin), path).empty()) continue;
    label_value_.clear();
    msgpack_writer{label_value_}.str(text);
    scratch_.clear();
    append_at_free_path(scratch_, out.view_from(record_begin), path, label_value_.view());
    out.truncate(record_begin);
    out.append(scratch_.view());
  }
}

void chunking_intake::finish(const event_view& event) {
  if (builder_.unsaved_bytes() > event_bytes_max) [[unlikely]] return drop_too_large(1);
  builder_.finish(event.time_ns, 1, born_);
  if (event.is_timed_at_reading) builder_.mark_timed_at_reading();
}

void chunking_intake::put_held(const event_view& event, const event_span& lines) {
  if (!append(event)) return;
  if (builder_.unsaved_bytes() > event_bytes_max) return drop_too_large(1);
  finish_held(event.time_ns, lines);
  if (event.is_timed_at_reading) builder_.mark_timed_at_reading();
}

void chunking_intake::finish_held(std::int64_t time_ns, const event_span& lines) {
  const auto& first = lines.first;
  if (!first.is_known() || lines.last > birth::position_max) return builder_.finish(time_ns);
  if (first.position != lines.last || first.position < plain_from_) return builder_.finish(time_ns, lines);
  plain_from_ = first.position;
  builder_.finish(time_ns, 1, first);
}

void chunking_intake::drop_too_large(std::uint64_t events) {
  const auto bytes = builder_.unsaved_bytes();
  builder_.abandon();
  drop("event too large", events);
  const auto now = clock_.monotonic();
  if (now < tell_too_large_at_) return;
  tell_too_large_at_ = now + std::chrono::minutes{1};
  spdlog::warn("{}: dropped an event that makes {} bytes with what was read along with it, more than {}",
               address_, bytes, to_text(byte_count{event_bytes_max}));
}

auto chunking_intake::add_letter(const event_view& what, std::string_view reason) -> dead_letter& {
  drop("unparsed", 1);
  auto& letter = letters_.all.emplace_back();
  letter.at_ns = clock_.wall_ns();
  letter.time_ns = what.time_ns;
  letter.reason = reason;
  letter.from = address_;
  letter.tag = what.tag;
  return letter;
}

/// The first one is told with what was found; all are counted.
void chunking_intake::note_unread_time(const unread_time& problem) {
  constexpr auto what = std::string_view{"time not read"};
  counts_.noted.add(what, 1);
  if (counts_.noted.of(what) > 1) return;
  spdlog::warn("{}: {}", address_, warning_of(problem));
}

auto chunking_intake::write_unparsed(const event_view& line, std::string_view problem, byte_buffer& out,
                                     std::size_t begin) -> bool {
  if (on_error_ == parse_failure::dead_letter) {
    auto& letter = add_letter(line, problem);
    letter.is_line = true;
    letter.bytes = line.record;
    return false;
  }
  if (on_error_ == parse_failure::drop) {
    drop("unparsed", 1);
    return false;
  }
  const auto is_left = on_error_ == parse_failure::leave;
  const auto reason = std::string{problem};
  out.truncate(begin);
  auto write = msgpack_writer{out};
  const auto mark = write.open();
  write.str("message");
  write.str(line.record);
  auto fields = std::uint32_t{1};
  if (!is_left) {
    ++counts_.unparsed;
    write.str("parse_error");
    write.str(reason);
    ++fields;
  }
  write.close_map(mark, with_attached(out, mark + 1, fields));
  return true;
}

auto chunking_intake::with_attached(byte_buffer& out, std::size_t begin, std::uint32_t count) const -> std::uint32_t {
  auto read = msgpack_reader{attached_.bytes};
  const auto own = count;
  for (std::uint32_t i = 0; i < attached_.count; ++i) {
    const auto* from = read.at();
    auto key = std::string_view{};
    if (!read.str_or_bin(key) || !read.skip()) break;
    if (!find_path(record_fields{out.view_from(begin), own}, key).empty()) continue;
    out.append({from, static_cast<std::size_t>(read.at() - from)});
    ++count;
  }
  return count;
}

auto chunking_intake::write_record(event_view& line, byte_buffer& out) -> bool {
  auto write = msgpack_writer{out};
  const auto mark = write.open();
  if (!parser_) {
    write.str("message");
    write.str(line.record);
    write.close_map(mark, with_attached(out, mark + 1, 1));
    return true;
  }
  const auto parsed = parser_->parse(line.record, write);
  if (!parsed.ok()) return write_unparsed(line, parsed.problem, out, mark);
  if (parsed.has_time) line.time_ns = parsed.time_ns, line.is_timed_at_reading = false;
  if (parsed.time_problem != nullptr) note_unread_time(*parsed.time_problem);
  write.close_map(mark, with_attached(out, mark + 1, parsed.fields));
  return true;
}

void chunking_intake::line(std::string_view tag, std::int64_t now_ns, std::string_view line) {
  auto read = event_view{tag, now_ns, line, true};
  born_ = take_birth();
  if (has_operators_ || !taken_.takes(tag)) {
    auto record = byte_buffer{};
    record.swap(scratch_);
    record.clear();
    if (write_record(read, record)) first_->put(read.with(record.view()));
    record.swap(scratch_);
    return;
  }
  auto& out = builder_.begin(tag);
  const auto head = out.size();
  out.tail(entry_head_bytes);
  out.advance(entry_head_bytes);
  if (!write_record(read, out)) return builder_.abandon();
  write_entry_head(out.data() + head, read.time_ns);
  label(out, head + entry_head_bytes);
  finish(read);
}

void chunking_intake::event(const event_view& event) {
  born_ = take_birth();
  first_->put(event);
}

void chunking_intake::entries(std::string_view tag, std::string_view entries, std::uint32_t count) {
  auto read = entry_reader{entries};
  auto e = entry{};
  born_ = take_birth();
  if (has_operators_ || !labels_.empty()) {
    for (; read.next(e); born_ = born_.next()) first_->put({tag, e.time_ns, e.record});
    return;
  }
  if (!taken_.takes(tag)) return drop_untaken(tag, count);
  auto& out = builder_.begin(tag);
  out.append(entries);
  // The first entry's time stands for the run: what reads exact times reads the entries.
  auto head = msgpack_reader{entries};
  auto time_ns = std::int64_t{0};
  (void)head.entry_head(time_ns);
  if (builder_.unsaved_bytes() > event_bytes_max) return drop_too_large(count);
  builder_.finish(time_ns, count, born_);
}

void chunking_intake::drop_untaken(std::string_view tag, std::uint64_t events) {
  drop("no sink", events);
  counts_.no_sink.add(tag, events);
}

void chunking_intake::drop(std::string_view reason, std::uint64_t events) {
  counts_.dropped.add(reason, events);
}

void chunking_intake::enter(std::string_view stream) {
  if (held_) held_->enter(stream);
}

void chunking_intake::place_letters(std::string_view stream, std::uint64_t begin, std::uint64_t end) {
  for (; letters_.placed < letters_.all.size(); ++letters_.placed) {
    if (is_local_stream(stream)) continue; // the same range will be something else to the next process
    auto& letter = letters_.all[letters_.placed];
    letter.stream = stream;
    letter.begin = begin;
    letter.end = end;
  }
}

void chunking_intake::covered(std::string_view stream, std::uint64_t begin, std::uint64_t end) {
  if (held_) place_letters(stream, begin, end); // also those of what is not covered yet
  held_ ? held_->read(stream, begin, end) : cover(stream, begin, end);
}

void chunking_intake::flush(monotonic_time now) {
  if (held_) held_->flush(now);
}

void chunking_intake::tell_all(std::string_view stream, std::uint64_t begin, std::uint64_t end) {
  notice_ = {begin, end};
  covered(stream, begin, end);
  notice_.reset();
}

void chunking_intake::cover(std::string_view stream, std::uint64_t begin, std::uint64_t end) {
  place_letters(stream, begin, end);
  // What was held of the stream may be covered along with it.
  if (notice_ && *notice_ == interval{begin, end}) return builder_.tell_all(stream, begin, end);
  builder_.covered(stream, begin, end);
  plain_from_ = 0;
}

} // namespace weir
