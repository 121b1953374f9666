#include "cli/tell/letters.hpp"

#include "cli/status/json_object.hpp"
#include "cli/tell/trace_target.hpp"
#include "runtime/dead_letter/dead_letter.hpp"
#include "runtime/event/entry.hpp"

#include <algorithm>
#include <charconv>
#include <deque>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <tuple>

namespace weir::cli {
namespace {

constexpr auto looked_at_bytes = std::uint64_t{16} << 20; // of the end of each file
constexpr auto letters_told = std::uint64_t{100};         // if nobody says how many
constexpr auto letters_told_max = std::uint64_t{1000};
constexpr auto preview_bytes = std::size_t{200};
constexpr auto content_bytes = std::size_t{256} << 10;

struct letters_file {
  std::string component;
  std::string path;
  std::uint64_t bytes = 0;
};

using place_in_time = std::tuple<std::int64_t, std::string, std::uint64_t>; ///< when, component, offset
auto place_of(const found_letter& l) -> place_in_time { return {l.content.at_ns, l.component, l.offset}; }

/// "TIME:COMPONENT:OFFSET", as list_json() tells it.
auto parse_place(std::string_view text) -> result<place_in_time> {
  auto at = std::int64_t{0};
  const auto read = std::from_chars(text.data(), text.data() + text.size(), at);
  if (read.ec != std::errc{} || read.ptr == text.data() + text.size()) return error{errc::malformed, "\"before\" wants what \"next\" was"};
  WEIR_TRY(auto id, parse_letter_id({read.ptr + 1, static_cast<std::size_t>(text.data() + text.size() - read.ptr - 1)}));
  return place_in_time{at, std::move(id.component), id.offset};
}

struct findings_in_files {
  std::vector<letters_file> files;
  std::map<std::tuple<std::string, std::string, std::string>, std::uint64_t> counts; ///< component, tag, reason
  std::vector<found_letter> last;
  bool has_older = false;
  std::uint64_t left_out_bytes = 0; ///< at the beginnings of files that are larger
};

auto size_of(const std::string& path) -> std::uint64_t {
  auto in = std::ifstream{path, std::ios::binary | std::ios::ate};
  return in ? static_cast<std::uint64_t>(in.tellg()) : 0;
}

/// Those that are there.
auto files_of(const reloads& of, const std::string& only) -> std::vector<letters_file> {
  auto files = std::vector<letters_file>{};
  const auto plan = of.plan();
  for (const auto* c : components_of(*plan, of.by().classes)) {
    if (!may_have_dead_letters(*c) || (!only.empty() && c->name != only)) continue;
    auto file = letters_file{c->name, dead_letter_path(*plan, *c, of.by().node), 0};
    file.bytes = size_of(file.path);
    if (file.bytes > 0) files.push_back(std::move(file));
  }
  return files;
}

/// Calls `visit(offset, line)` for each whole line of the end of the file; returns where it began.
template <class Visit> auto for_each_line(const letters_file& file, Visit&& visit) -> std::uint64_t {
  auto in = std::ifstream{file.path, std::ios::binary};
  auto at = file.bytes - std::min(file.bytes, looked_at_bytes);
  auto line = std::string{};
  in.seekg(static_cast<std::streamoff>(at));
  if (at > 0 && std::getline(in, line)) at += line.size() + 1; // begins before it
  const auto began = at;
  while (std::getline(in, line) && !in.eof()) {
    visit(at, line);
    at += line.size() + 1;
  }
  return began;
}

struct wanted_letters {
  std::uint64_t limit = 0;
  std::optional<place_in_time> before;
};

void look_into(const letters_file& file, const question& what, const wanted_letters& wanted, findings_in_files& to) {
  auto reader = dead_letter_reader{};
  auto last = std::deque<found_letter>{};
  to.left_out_bytes += for_each_line(file, [&](std::uint64_t offset, const std::string& line) {
    auto letter = reader.read(line);
    const auto tag = letter ? letter->tag : std::string{};
    const auto reason = letter ? letter->reason : "unreadable: " + letter.failure().what;
    const auto fits = [&](const char* word, const std::string& has) { return what.word(word).empty() || what.word(word) == has; };
    if (!fits("tag", tag) || !fits("reason", reason)) return;
    ++to.counts[{file.component, tag, reason}];
    if (!letter) return;
    auto found = found_letter{file.component, offset, std::move(*letter)};
    if (wanted.before && place_of(found) >= *wanted.before) return;
    last.push_back(std::move(found));
    if (last.size() <= wanted.limit) return;
    to.has_older = true;
    last.pop_front();
  });
  std::move(last.begin(), last.end(), std::back_inserter(to.last));
}

/// The newest first, of all files.
void put_in_order(findings_in_files& found, std::uint64_t limit) {
  std::sort(found.last.begin(), found.last.end(), [](const auto& a, const auto& b) { return place_of(a) > place_of(b); });
  if (found.last.size() <= limit) return;
  found.has_older = true;
  found.last.erase(found.last.begin() + static_cast<std::ptrdiff_t>(limit), found.last.end());
}

/// Its line, or its record in JSON.
auto text_of(const dead_letter& letter) -> std::string {
  if (letter.is_line) return letter.bytes;
  auto reader = entry_reader{letter.bytes};
  auto e = entry{};
  auto text = byte_buffer{};
  if (reader.next(e)) append_json(text, e.record);
  return std::string{text.view()};
}

void write_letter_head(object& out, const found_letter& l) {
  out.text("id", l.component + ':' + std::to_string(l.offset));
  out.text("component", l.component);
  out.text("at", time_text(l.content.at_ns));
  out.text("reason", l.content.reason);
  out.text("from", l.content.from);
  out.text("tag", l.content.tag);
  out.text("time", time_text(l.content.time_ns));
}

auto list_json(const findings_in_files& found) -> std::string {
  return line_of([&](msgpack_writer& to) {
    auto out = object{to};
    auto& files = out.key("files");
    files.array(static_cast<std::uint32_t>(found.files.size()));
    for (const auto& f : found.files) {
      auto one = object{files};
      one.text("component", f.component);
      one.text("path", f.path);
      one.count("bytes", f.bytes);
    }
    out.count("left_out_bytes", found.left_out_bytes);
    auto& groups = out.key("groups");
    groups.array(static_cast<std::uint32_t>(found.counts.size()));
    for (const auto& [what, number] : found.counts) {
      auto one = object{groups};
      one.text("component", std::get<0>(what));
      one.text("tag", std::get<1>(what));
      one.text("reason", std::get<2>(what));
      one.count("count", number);
    }
    if (found.has_older && !found.last.empty()) {
      const auto& [at, component, offset] = place_of(found.last.back());
      out.text("next", std::to_string(at) + ':' + component + ':' + std::to_string(offset));
    }
    auto& letters = out.key("entries");
    letters.array(static_cast<std::uint32_t>(found.last.size()));
    for (const auto& l : found.last) {
      auto one = object{letters};
      write_letter_head(one, l);
      one.count("bytes", l.content.bytes.size());
      one.text("preview", text_of(l.content).substr(0, preview_bytes));
    }
  });
}

auto hexadecimal_of(std::string_view bytes) -> std::string {
  constexpr auto digits = std::string_view{"0123456789abcdef"};
  auto text = std::string{};
  for (const auto c : bytes) text += {digits[static_cast<unsigned char>(c) >> 4], digits[static_cast<unsigned char>(c) & 15]};
  return text;
}

auto whole_json(const found_letter& l) -> std::string {
  const auto& letter = l.content;
  return line_of([&](msgpack_writer& to) {
    auto out = object{to};
    write_letter_head(out, l);
    out.key("line").boolean(letter.is_line);
    out.text("text", text_of(letter).substr(0, content_bytes));
    out.text("hex", hexadecimal_of(std::string_view{letter.bytes}.substr(0, content_bytes)));
    out.count("bytes", letter.bytes.size());
    if (!letter.stream.empty()) {
      out.text("stream", letter.stream);
      out.count("begin", letter.begin);
      out.count("end", letter.end);
    }
    if (letter.chunk.sequence == 0) return;
    out.text("chunk", origin_text(letter.chunk.origin) + '-' + std::to_string(letter.chunk.sequence));
    out.count("index", letter.index);
  });
}

} // namespace

void for_each_letter(const reloads& of, const std::function<void(const found_letter&)>& visit, const std::function<bool()>& is_over) {
  auto reader = dead_letter_reader{};
  for (const auto& file : files_of(of, {}))
    for_each_line(file, [&](std::uint64_t offset, const std::string& line) {
      if (is_over()) return;
      if (auto letter = reader.read(line)) visit({file.component, offset, std::move(*letter)});
    });
}

auto parse_letter_id(std::string_view text) -> result<letter_id> {
  const auto colon = text.rfind(':');
  auto id = letter_id{std::string{text.substr(0, std::min(colon, text.size()))}, 0};
  const auto digits = text.substr(colon == std::string_view::npos ? text.size() : colon + 1);
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), id.offset);
  if (!digits.empty() && read.ec == std::errc{} && read.ptr == digits.data() + digits.size()) return id;
  return error{errc::malformed, "a letter is COMPONENT:OFFSET, not \"" + std::string{text} + '"'};
}

auto read_letter(const std::string& path, std::uint64_t offset) -> result<dead_letter> {
  auto in = std::ifstream{path, std::ios::binary};
  auto line = std::string{};
  const auto none = error{errc::not_found, "no letter of " + path + " begins at byte " + std::to_string(offset)};
  if (offset > 0) {
    in.seekg(static_cast<std::streamoff>(offset - 1));
    if (in.get() != '\n') return none;
  }
  if (!std::getline(in, line) || in.eof()) return none;
  return dead_letter_reader{}.read(line);
}

auto letters_path(const reloads& of, const std::string& component) -> result<std::string> {
  for (const auto& f : files_of(of, component)) return f.path;
  return error{errc::not_found, "this node has no dead letters of \"" + component + '"'};
}

auto tell_letters(const reloads& of, const question& what) -> result<std::string> {
  if (!what.about.empty()) {
    WEIR_TRY(const auto id, parse_letter_id(what.about));
    WEIR_TRY(const auto path, letters_path(of, id.component));
    WEIR_TRY(auto letter, read_letter(path, id.offset));
    return whole_json({id.component, id.offset, std::move(letter)});
  }
  auto wanted = wanted_letters{};
  WEIR_TRY(wanted.limit, what.number("limit", letters_told));
  wanted.limit = std::min(wanted.limit, letters_told_max);
  if (const auto before = what.word("before"); !before.empty()) {
    WEIR_TRY(wanted.before, parse_place(before));
  }
  auto found = findings_in_files{};
  found.files = files_of(of, what.word("component"));
  for (const auto& f : found.files) look_into(f, what, wanted, found);
  put_in_order(found, wanted.limit);
  return list_json(found);
}

} // namespace weir::cli
