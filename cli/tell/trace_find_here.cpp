#include "cli/tell/trace_find_here.hpp"

#include "actors/sinks/sqlite/search.hpp"
#include "cli/figures.hpp"
#include "cli/tell/letters.hpp"
#include "cli/tell/stored_when.hpp"
#include "cli/tell/trace_find_lines.hpp"
#include "runtime/codec/json_writer.hpp"
#include "runtime/event/birth_walker.hpp"
#include "runtime/event/entry.hpp"
#include "runtime/log/recovery.hpp"
#include "topology/builder/building.hpp"

#include <algorithm>
#include <deque>
#include <filesystem>
#include <future>
#include <iterator>

namespace weir::cli {
namespace {

using namespace std::chrono_literals;

constexpr auto stored_rows_for = 400ms;
constexpr auto all_for = 900ms;

auto record_text(std::string_view record) -> std::string {
  auto json = byte_buffer{};
  if (!append_json(json, record)) return {};
  return finding_text(json.view());
}

/// What one node looks into, one after the other.
class node_search {
public:
  node_search(const trace_ground& of, const find_wish& wish, monotonic_time until)
      : of_(of), wish_(wish), until_(until), plan_(of.changes.plan()), node_(of.changes.by().node) {}

  void look_into_stores() {
    const auto until = system_clock().monotonic() + stored_rows_for;
    for (const auto* c : components_of(*plan_, of_.changes.by().classes)) {
      if (c->in != tier::sink) continue;
      if (c->type == "sqlite")
        look_into_database(*c, until);
      else if (c->type != "null")
        found_.note("what " + c->name + " on " + node_ + " has stored is not looked through: only sinks of type sqlite are");
    }
  }
  void look_into_letters();
  void look_into_buffers();
  /// In a thread of its own.
  void look_into_files();
  auto take() -> trace_findings { return std::move(found_); }

private:
  auto is_over() const -> bool { return system_clock().monotonic() >= until_; }
  auto is_recent(std::int64_t time_ns) const -> bool { return time_ns >= wish_.since_ns; }
  void look_into_database(const component_plan& c, monotonic_time until);
  void add_row(const component_plan& c, const std::string& where, const found_row& row, std::optional<std::int64_t> at_s);
  void look_into(const node_buffer& buffer);
  void look_into(const observation& o, const file_figures& f);
  auto tag_of(const observation& o, const std::string& path) const -> std::string;

  const trace_ground& of_;
  const find_wish& wish_;
  monotonic_time until_;
  std::shared_ptr<const topology_plan> plan_;
  const std::string& node_;
  trace_findings found_;
};

void node_search::look_into_database(const component_plan& c, monotonic_time until) {
  const auto data = plugin_registry<store>::find("sqlite")->claims(c.written, {c.name, node_}).data;
  if (!data) return;
  const auto* written = c.written.find("table");
  const auto table = written != nullptr ? written->scalar : std::string{"events"};
  auto opened = sqlite_search::open(data->place, table, {wish_.tags, wish_.text});
  if (!opened && opened.failure().code == errc::not_found) return;
  if (!opened) return found_.note(c.name + " on " + node_ + ": " + opened.failure().what);
  opened->end_at(until);
  auto page = sqlite_search::page{};
  page.within.from_ns = wish_.since_ns;
  page.rows_max = wish_.most;
  const auto rows = opened->find(page);
  if (!rows) return found_.note(c.name + " on " + node_ + ": " + rows.failure().what);
  if (!rows->problem.empty()) found_.note("what " + c.name + " on " + node_ + " has stored: " + rows->problem);
  found_.has_more = found_.has_more || (rows->has_more && rows->problem.empty());
  auto times = sqlite_times_reader::open(data->place, c.name);
  if (times) times->end_at(until_);
  for (const auto& row : rows->rows) add_row(c, table + " in " + data->place, row, times ? times->of_row(row.at.row) : std::nullopt);
}

void node_search::add_row(const component_plan& c, const std::string& where, const found_row& row, std::optional<std::int64_t> at_s) {
  auto f = trace_finding{node_, c.name, "row " + std::to_string(row.at.row) + " of " + where, row.tag, finding_text(row.record), row.at.time_ns, {}, {}};
  auto& hop = f.hops.emplace_back();
  hop.node = node_;
  hop.component = c.name;
  hop.tier = word_of(c.in);
  hop.mood = "flows";
  hop.state = "stored";
  hop.text = "its store has it";
  if (at_s) hop.at = second_text(*at_s);
  found_.all.push_back(std::move(f));
}

void node_search::look_into_letters() {
  auto last = std::deque<trace_finding>{};
  for_each_letter(of_.changes, [&](const found_letter& l) {
    const auto& letter = l.content;
    if (!wish_.tags.matches(letter.tag) || !is_recent(letter.time_ns) || letter.bytes.find(wish_.text) == std::string::npos) return;
    const auto is_entry = !letter.is_line && letter.bytes.size() > entry_head_bytes;
    auto f = trace_finding{node_, l.component, "letter " + l.component + ':' + std::to_string(l.offset), letter.tag,
                           is_entry ? record_text(std::string_view{letter.bytes}.substr(entry_head_bytes)) : finding_text(letter.bytes),
                           letter.time_ns, {}, {letter_hop(of_, *plan_, l)}};
    last.push_back(std::move(f));
    if (last.size() <= wish_.most) return;
    found_.has_more = true;
    last.pop_front();
  }, [this] { return is_over(); });
  std::move(last.begin(), last.end(), std::back_inserter(found_.all));
  if (is_over()) found_.note("not all dead letters of " + node_ + " were looked at");
}

/// The events of one disk buffer that fit, the last ones.
class buffer_search {
public:
  buffer_search(const find_wish& wish, trace_finding model) : wish_(wish), model_(std::move(model)) {}

  void take(const recovered_record& found) {
    const auto& its = found.head.sections;
    if (found.head.time_max_ns < wish_.since_ns) return;
    if (std::none_of(its.begin(), its.end(), [&](const section& s) { return wish_.tags.matches(s.tag); })) return;
    if (path_ != found.path) {
      auto opened = real_file_system().open(found.path, open_mode::read);
      if (!opened) return;
      file_ = std::move(*opened);
      path_ = found.path;
    }
    if (const auto c = read_chunk(*file_, found.at)) look_into(**c);
  }
  void give(trace_findings& to) {
    to.has_more = to.has_more || has_more_;
    std::move(last_.begin(), last_.end(), std::back_inserter(to.all));
  }

private:
  void look_into(const chunk& c) {
    auto index = std::uint64_t{0};
    auto cuts = std::vector<std::string_view>{};
    for_each_cuts(c, [&](const section&, std::string_view its) { cuts.push_back(its); });
    auto number = std::size_t{0};
    for_each_section(c, [&](const section& s, std::string_view entries) {
      auto births = birth_walker{cuts[number++], c.positions};
      auto reader = entry_reader{entries};
      auto e = entry{};
      const auto end = index + s.count;
      if (!wish_.tags.matches(s.tag)) return void(index = end);
      for (; reader.next(e); ++index) {
        births.next();
        if (e.time_ns >= wish_.since_ns && e.record.find(wish_.text) != std::string_view::npos) add(c, s.tag, index, e, births);
      }
      index = end;
    });
  }
  void add(const chunk& c, const std::string& tag, std::uint64_t index, const entry& e, const birth_walker& births) {
    auto f = model_;
    f.place = "event " + std::to_string(index) + " of chunk " + chunk_id_text(c.id);
    f.tag = tag;
    f.text = record_text(e.record);
    f.time_ns = e.time_ns;
    const auto stream = births.born().is_known() ? parse_stream(c.positions[births.range()].stream) : std::nullopt;
    if (stream) {
      f.target.source = c.source;
      f.target.stream = *stream;
      f.target.position = births.born().position;
    } else {
      f.target.chunk = c.id;
    }
    last_.push_back(std::move(f));
    has_more_ = has_more_ || last_.size() > wish_.most;
    if (last_.size() > wish_.most) last_.pop_front();
  }

  const find_wish& wish_;
  const trace_finding model_;
  std::shared_ptr<file> file_;
  std::string path_;
  std::deque<trace_finding> last_;
  bool has_more_ = false;
};

void node_search::look_into_buffers() {
  for (const auto& b : buffers_here(of_, *plan_)) look_into(b);
  for (const auto* c : components_of(*plan_, of_.changes.by().classes)) {
    const auto* details = std::get_if<aggregator_plan>(&c->details);
    if (details != nullptr && details->buffer.type != buffer_type::disk)
      found_.note("what " + c->name + " on " + node_ + " holds in memory is not looked through");
  }
}

void node_search::look_into(const node_buffer& buffer) {
  auto search = buffer_search{wish_, {node_, buffer.of.name, {}, {}, {}, 0, {}, {}}};
  auto how = recovery_options{buffer.directory};
  how.is_over = [this] { return is_over(); };
  how.on_chunk = [&](const recovered_record& found) { search.take(found); };
  const auto log = recover_log(real_file_system(), how);
  if (!log) found_.note("the buffer of " + buffer.of.name + " on " + node_ + " was not looked through to its end: " + log.failure().what);
  search.give(found_);
}

void node_search::look_into_files() {
  const auto seen = of_.here.observe();
  for (const auto& o : seen.actors) {
    if (o.tier != "collector") continue;
    for (const auto& f : o.files) look_into(o, f);
    if (o.files_left_out > 0) found_.note(many(o.files_left_out, "file", "files") + " more of " + o.component + " on " + node_ + " were not looked at");
  }
}

/// As it is when a line is read; operators may change it.
auto node_search::tag_of(const observation& o, const std::string& path) const -> std::string {
  const auto c = std::find_if(plan_->components.begin(), plan_->components.end(), [&](const auto& x) { return x.name == o.component; });
  const auto* written = c == plan_->components.end() ? nullptr : c->written.find("tag");
  auto tag = written != nullptr ? written->scalar : std::string{"{path}"};
  auto dotted = path.substr(path.starts_with('/') ? 1 : 0);
  std::replace(dotted.begin(), dotted.end(), '/', '.');
  for (const auto& [name, value] : {std::pair{std::string{"{path}"}, dotted}, {"{name}", std::filesystem::path{path}.filename().string()}})
    if (const auto at = tag.find(name); at != std::string::npos) tag.replace(at, name.size(), value);
  return tag;
}

void node_search::look_into(const observation& o, const file_figures& f) {
  const auto tag = tag_of(o, f.path);
  if (!wish_.tags.matches(tag)) return;
  const auto path = std::filesystem::absolute(f.path).lexically_normal().string();
  const auto lines = find_lines(f.path, {wish_.text, wish_.most, line_wish{}.bytes_max, until_});
  found_.has_more = found_.has_more || lines.has_more;
  if (lines.left_bytes > 0) found_.note("of " + path + " on " + node_ + " the first " + size_text(static_cast<double>(lines.left_bytes)) + " were not looked at");
  for (const auto& line : lines.lines) {
    auto place = place_in_file(of_, *plan_, o, f, line.offset);
    auto made = trace_finding{node_, o.component, path + ':' + std::to_string(line.offset), tag, finding_text(line.text), 0, {}, {place.hop}};
    if (place.hop.state == "read") made.target = std::move(place.target);
    found_.all.push_back(std::move(made));
  }
}

} // namespace

auto find_here(const trace_ground& of, const find_wish& wish) -> trace_findings {
  const auto until = system_clock().monotonic() + all_for;
  auto files = std::async(std::launch::async, [&] {
    auto search = node_search{of, wish, until};
    search.look_into_files();
    return search.take();
  });
  auto search = node_search{of, wish, until};
  search.look_into_stores();
  search.look_into_letters();
  search.look_into_buffers();
  auto all = search.take();
  auto more = files.get();
  std::move(more.all.begin(), more.all.end(), std::back_inserter(all.all));
  std::move(more.limits.begin(), more.limits.end(), std::back_inserter(all.limits));
  all.has_more = all.has_more || more.has_more;
  return all;
}

} // namespace weir::cli
