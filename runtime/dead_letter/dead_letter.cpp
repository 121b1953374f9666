#include "runtime/dead_letter/dead_letter.hpp"

#include "runtime/codec/base64.hpp"
#include "runtime/codec/json_writer.hpp"
#include "runtime/codec/line_keys.hpp"
#include "runtime/codec/time_text.hpp"
#include "runtime/event/entry.hpp"
#include "runtime/event/msgpack.hpp"
#include "runtime/os/clock.hpp"
#include "runtime/parser/parser.hpp"
#include "runtime/parser/parser_settings.hpp"
#include "runtime/parser/time_format.hpp"

#include <charconv>
#include <cstring>
#include <optional>
#include <utility>

namespace weir {
namespace {

void append_key(byte_buffer& out, std::string_view key) {
  out.append(out.view().ends_with('{') ? "\"" : ",\"");
  out.append(key);
  out.append("\":");
}

void append_text(byte_buffer& out, std::string_view key, std::string_view text) {
  append_key(out, key);
  append_json_string(out, text);
}

void append_number(byte_buffer& out, std::string_view key, std::uint64_t number) {
  append_key(out, key);
  out.append(std::to_string(number));
}

void append_time(byte_buffer& out, std::string_view key, std::int64_t time_ns) {
  char text[time_text_bytes];
  write_time_text(text, time_ns);
  append_text(out, key, {text, sizeof text});
}

void append_record(byte_buffer& out, std::string_view bytes) {
  auto e = entry{};
  if (!entry_reader{bytes}.next(e)) return;
  append_key(out, "record");
  if (!append_json(out, e.record)) out.append("null");
}

auto hex(std::uint64_t number) -> std::string {
  char text[16];
  const auto [end, ec] = std::to_chars(text, text + sizeof text, number, 16);
  return {text, end};
}

void append_place(byte_buffer& out, const chunk_place& place) {
  append_text(out, "source", place.source);
  append_key(out, "positions");
  auto separator = '[';
  for (const auto& p : place.positions) {
    out.push_back(std::exchange(separator, ','));
    out.push_back('[');
    append_json_string(out, p.stream);
    out.append(',' + std::to_string(p.begin) + ',' + std::to_string(p.end) + ']');
  }
  out.push_back(']');
}

} // namespace

void append_dead_letter(byte_buffer& out, const dead_letter& letter, bool with_place) {
  out.append("{");
  append_time(out, "at", letter.at_ns);
  append_text(out, "reason", letter.reason);
  append_text(out, "from", letter.from);
  append_text(out, "tag", letter.tag);
  append_time(out, "time", letter.time_ns);
  if (letter.is_line)
    append_text(out, "line", letter.bytes);
  else
    append_record(out, letter.bytes);
  append_text(out, "bytes", to_base64(letter.bytes));
  if (!letter.stream.empty()) {
    append_text(out, "stream", letter.stream);
    append_number(out, "begin", letter.begin);
    append_number(out, "end", letter.end);
  } else if (letter.chunk.sequence != 0) {
    append_text(out, "chunk", hex(letter.chunk.origin) + '-' + std::to_string(letter.chunk.sequence));
    append_number(out, "index", letter.index);
    if (with_place && letter.place && !letter.place->positions.empty()) append_place(out, *letter.place);
  }
  out.append("}\n");
}

class dead_letter_reader::impl {
public:
  impl() {
    auto settings = parser_settings{};
    settings.format = line_format::json;
    auto made = make_parser(settings);
    auto times = time_parser::compile("iso8601", {}, system_clock());
    WEIR_ASSERT(made && times); // of constants
    parser_ = std::move(*made);
    times_.emplace(std::move(*times));
  }

  auto read(std::string_view line) -> result<dead_letter> {
    WEIR_CHECK(parse(line));
    auto letter = dead_letter{};
    letter.time_ns = time_of_event();
    auto bytes = std::string_view{};
    if (!text("reason", letter.reason) || !text("from", letter.from) || !own_text("tag", letter.tag)
        || !view("bytes", bytes))
      return error{errc::malformed, "no dead letter: wants \"reason\", \"from\", \"tag\" and \"bytes\""};
    auto decoded = from_base64(bytes);
    if (!decoded) return error{errc::malformed, "\"bytes\" is no base64"};
    letter.bytes = std::move(*decoded);
    letter.is_line = !find_field(record_.view(), "line").empty();
    read_origin(letter);
    return letter;
  }

private:
  auto parse(std::string_view line) -> result<void> {
    line_.clear();
    auto* to = line_.tail(line.size() + line_padding);
    std::memcpy(to, line.data(), line.size());
    std::memset(to + line.size(), 0, line_padding);
    record_.clear();
    auto write = msgpack_writer{record_};
    const auto mark = write.open();
    const auto parsed = parser_->parse({to, line.size()}, write);
    if (!parsed.ok()) return error{errc::malformed, std::string{parsed.problem}};
    write.close_map(mark, parsed.fields);
    return {};
  }

  auto view(std::string_view key, std::string_view& out) const -> bool {
    return msgpack_reader{find_field(record_.view(), key)}.str(out);
  }
  auto text(std::string_view key, std::string& out) const -> bool {
    auto found = std::string_view{};
    if (!view(key, found)) return false;
    out = found;
    return true;
  }
  /// What a sink of dead letters writes has the names that line_keys.hpp says.
  auto own_text(std::string_view key, std::string& out) const -> bool {
    return text(std::string{record_mark}.append(key), out) || text(key, out);
  }
  auto time_of_event() const -> std::int64_t {
    auto written = std::string{};
    return own_text("time", written) ? times_->parse(written).value_or(0) : 0;
  }
  auto number(std::string_view key, std::uint64_t& out) const -> bool {
    return msgpack_reader{find_field(record_.view(), key)}.unsigned_integer(out);
  }

  void read_origin(dead_letter& letter) const {
    if (text("stream", letter.stream)) {
      if (!number("begin", letter.begin) || !number("end", letter.end)) letter.stream.clear();
      return;
    }
    auto id = std::string_view{};
    if (!view("chunk", id) || !number("index", letter.index)) return;
    auto read = chunk_id{};
    const auto* end = id.data() + id.size();
    const auto [dash, bad] = std::from_chars(id.data(), end, read.origin, 16);
    if (bad != std::errc{} || dash == end || *dash != '-') return;
    const auto [rest, worse] = std::from_chars(dash + 1, end, read.sequence);
    if (worse == std::errc{} && rest == end) letter.chunk = read;
    read_place(letter);
  }

  void read_place(dead_letter& letter) const {
    auto place = chunk_place{};
    auto list = msgpack_reader{find_field(record_.view(), "positions")};
    auto count = std::uint32_t{0};
    if (!text("source", place.source) || !list.array(count)) return;
    for (; count > 0; --count) {
      auto three = std::uint32_t{0};
      auto stream = std::string_view{};
      auto range = position_range{};
      if (!list.array(three) || three != 3 || !list.str(stream) || !list.unsigned_integer(range.begin)
          || !list.unsigned_integer(range.end))
        return;
      range.stream = stream;
      place.positions.push_back(std::move(range));
    }
    letter.place = std::make_shared<const chunk_place>(std::move(place));
  }

  std::unique_ptr<line_parser> parser_;
  byte_buffer line_;
  byte_buffer record_;
  std::optional<time_parser> times_;
};

dead_letter_reader::dead_letter_reader() : impl_(std::make_unique<impl>()) {}
dead_letter_reader::~dead_letter_reader() = default;

auto dead_letter_reader::read(std::string_view line) -> result<dead_letter> { return impl_->read(line); }

} // namespace weir
