#include "runtime/ledger/ledger_state.hpp"

#include "runtime/base/binary.hpp"
#include "runtime/base/fields.hpp"
#include "runtime/flow/trim.hpp"

#include <algorithm>
#include <iterator>

namespace weir {
namespace {

constexpr auto forget_all = std::uint8_t{1};
constexpr auto has_made = std::uint8_t{2};
constexpr auto is_in_use = std::uint8_t{1};
constexpr auto is_created = std::uint8_t{2};

// Fields of a record.
constexpr auto settled_field = std::uint16_t{1};
constexpr auto time_field = std::uint16_t{2};
constexpr auto client_ids_field = std::uint16_t{3};
constexpr auto ended_field = std::uint16_t{4};
constexpr auto origins_field = std::uint16_t{5};
constexpr auto commits_field = std::uint16_t{6};

auto bytes_of(std::int64_t number) -> std::string {
  auto bytes = std::string{};
  put_number(bytes, number);
  return bytes;
}

using source_position = std::pair<std::string, position_range>;

void put_id(std::string& out, const id_range& r) {
  put_number(out, r.origin);
  put_number(out, r.first);
  put_number(out, r.last);
}

void put_position(std::string& out, const std::string& source, const position_range& p) {
  put_text(out, source);
  put_text(out, p.stream);
  put_number(out, p.begin);
  put_number(out, p.end);
}

void put_file(std::string& out, const file_mark& f) {
  put_text(out, f.path);
  put_number(out, f.inode);
  put_number(out, f.length);
  put_number(out, f.tail_crc);
  const auto in_use = f.in_use ? is_in_use : std::uint8_t{0};
  const auto created = f.is_created ? is_created : std::uint8_t{0};
  put_number(out, static_cast<std::uint8_t>(in_use | created));
  put_number(out, f.begun_ns);
  put_number(out, f.period_end_ns);
}

template <class Files> void put_made(std::string& out, const Files& made) {
  if (made.empty()) return;
  put_number(out, static_cast<std::uint32_t>(made.size()));
  for (const auto& one : made) {
    put_number(out, one.inode);
    put_number(out, one.birth_ns);
    put_text(out, one.path);
  }
}

auto take_made(binary_reader& from) -> made_file {
  const auto inode = from.number<std::uint64_t>();
  const auto birth_ns = from.number<std::int64_t>();
  return {inode, birth_ns, from.text()};
}

void put_given(std::string& out, std::uint16_t type, std::string_view bytes) {
  if (!bytes.empty()) put_field(out, type, bytes);
}

void put_commits(std::string& record, const commit_times& times) {
  auto bytes = std::string{};
  for (const auto& t : times.all()) {
    put_text(bytes, t.source);
    put_text(bytes, t.stream);
    put_number(bytes, t.first);
    put_number(bytes, t.end);
    put_number(bytes, t.at_s);
  }
  put_given(record, commits_field, bytes);
}

auto take_commit(binary_reader& from) -> commit_time {
  auto one = commit_time{};
  one.source = from.text();
  one.stream = from.text();
  one.first = from.number<std::uint64_t>();
  one.end = from.number<std::uint64_t>();
  one.at_s = from.number<std::int64_t>();
  return one;
}

auto take_id(binary_reader& from) -> id_range {
  const auto origin = from.number<std::uint64_t>();
  const auto first = from.number<std::uint64_t>();
  return {origin, first, from.number<std::uint64_t>()};
}

auto take_position(binary_reader& from) -> position_range {
  auto stream = from.text();
  const auto begin = from.number<std::uint64_t>();
  return {std::move(stream), begin, from.number<std::uint64_t>()};
}

auto take_source_position(binary_reader& from) -> source_position {
  auto source = from.text();
  return {std::move(source), take_position(from)};
}

/// Calls `visit(reader)` until all is read; whether it could be.
template <class Visitor> auto read_all(std::string_view bytes, Visitor&& visit) -> bool {
  auto from = binary_reader{bytes};
  while (!from.at_end() && !from.failed()) visit(from);
  return !from.failed();
}

/// What the fields of a record say.
struct more {
  std::vector<source_position> settled;
  std::int64_t time_s = 0;
  std::string_view client_ids;
  std::vector<std::pair<source_position, std::int64_t>> ended;
  std::vector<std::pair<std::uint64_t, std::int64_t>> origins;
  std::vector<commit_time> commits;
};

auto take_ended(binary_reader& from) -> std::pair<source_position, std::int64_t> {
  auto source = from.text();
  auto stream = from.text();
  return {{std::move(source), {std::move(stream), 0, end_of_stream}}, from.number<std::int64_t>()};
}

auto take_origin(binary_reader& from) -> std::pair<std::uint64_t, std::int64_t> {
  const auto origin = from.number<std::uint64_t>();
  return {origin, from.number<std::int64_t>()};
}

auto take_fields(binary_reader& from, more& to) -> bool {
  auto is_whole = true;
  const auto are_known = read_fields(from, [&](std::uint16_t type, std::string_view bytes) {
    const auto into = [&](auto& list, auto* take) {
      is_whole = is_whole && read_all(bytes, [&](binary_reader& read) { list.push_back(take(read)); });
      return true;
    };
    switch (type) {
    case settled_field: return into(to.settled, take_source_position);
    case time_field: return is_whole = read_all(bytes, [&](auto& read) { to.time_s = read.template number<std::int64_t>(); });
    case client_ids_field: return to.client_ids = bytes, true;
    case ended_field: return into(to.ended, take_ended);
    case origins_field: return into(to.origins, take_origin);
    case commits_field: return into(to.commits, take_commit);
    default: return false;
    }
  });
  return are_known && is_whole;
}

auto take_file(binary_reader& from) -> file_mark {
  auto f = file_mark{};
  f.path = from.text();
  f.inode = from.number<std::uint64_t>();
  f.length = from.number<std::uint64_t>();
  f.tail_crc = from.number<std::uint32_t>();
  const auto flags = from.number<std::uint8_t>();
  f.in_use = (flags & is_in_use) != 0;
  f.is_created = (flags & is_created) != 0;
  f.begun_ns = from.number<std::int64_t>();
  f.period_end_ns = from.number<std::int64_t>();
  return f;
}

/// Calls `visit` as often as the count in front says, while there is something to read.
template <class Visitor> void repeat(binary_reader& from, Visitor&& visit) {
  for (auto count = from.number<std::uint32_t>(); count > 0 && !from.failed(); --count) visit();
}

} // namespace

auto ledger_state::has(const chunk& c) const -> bool {
  return c.id.sequence != 0 && ids_.contains(c.id);
}

auto ledger_state::add(const chunk& c, std::int64_t now_s) -> std::optional<std::vector<index_range>> {
  if (has(c)) return std::nullopt;
  now_s_ = std::max(now_s_, now_s);
  auto fresh = trimmed(c);
  note(c);
  if (fresh.empty() && c.count > 0) return std::nullopt;
  note_times(c);
  return fresh;
}

auto ledger_state::trimmed(const chunk& c) -> std::vector<index_range> {
  const auto is_window = [](const position_range& p) { return is_window_stream(p.stream); };
  if (std::none_of(c.positions.begin(), c.positions.end(), is_window)) return trim(c, positions_, regrouped_);
  auto known = position_index{SIZE_MAX};
  for (const auto& p : c.positions) {
    if (is_window(p)) client_ids_.find(c.source, p, known);
    for (const auto& part : positions_.common(c.source, p)) known.add(c.source, part);
  }
  return trim(c, known, regrouped_);
}

auto ledger_state::part_for(std::span<const chunk_ptr> chunks) const -> ledger_state {
  auto part = ledger_state{keep_};
  part.now_s_ = now_s_;
  auto clients = position_index{SIZE_MAX};
  for (const auto& c : chunks) {
    if (part.ids_.of(c->id.origin).empty())
      for (const auto& r : ids_.of(c->id.origin)) part.ids_.insert(r, now_s_);
    for (const auto& p : c->positions) {
      const auto is_window = is_window_stream(p.stream);
      if (is_window) client_ids_.find(c->source, p, clients);
      for (const auto& known : (is_window ? clients : positions_).common(c->source, p)) part.add_position(c->source, known);
    }
    for (const auto& p : c->settled)
      for (const auto& known : settled_.common(c->source, p)) part.settled_.add(c->source, known);
  }
  return part;
}

void ledger_state::add_position(const std::string& source, const position_range& p) {
  if (!is_window_stream(p.stream))
    positions_.add(source, p, now_s_);
  else if (p.end != end_of_stream)
    client_ids_.add(source, p, now_s_);
}

void ledger_state::forget(std::int64_t now_s) {
  const auto before_s = now_s - seconds_of(keep_.streams);
  positions_.forget_ended(before_s);
  ids_.forget(before_s, origins_max);
  client_ids_.forget(now_s);
}

void ledger_state::note(const chunk& c) {
  if (c.id.sequence != 0) {
    ids_.insert(c.id, now_s_);
    // What is below never comes again.
    if (c.settled_below > 1) ids_.insert({c.id.origin, 1, c.settled_below - 1});
    noted_.push_back(c.id);
  }
  for (const auto& p : c.positions) {
    add_position(c.source, p);
    put_position(noted_positions_, c.source, positions_.covering(c.source, p));
    ++noted_positions_count_;
  }
  for (const auto& p : c.settled) {
    settled_.add(c.source, p);
    put_position(noted_settled_, c.source, settled_.covering(c.source, p));
  }
}

void ledger_state::note_times(const chunk& c) {
  for (auto& t : times_of(c, now_s_)) {
    noted_times_.add(t);
    times_.add(std::move(t));
  }
}

auto ledger_state::find(const std::string& path) const -> const file_mark* {
  const auto at = files_.find(path);
  return at == files_.end() ? nullptr : &at->second;
}

auto ledger_state::add_made(made_file one) -> bool {
  if (!made_known_.insert(one).second) return false;
  made_.push_back(std::move(one));
  if (made_.size() <= made_files_max) return true;
  made_known_.erase(made_.front());
  made_.pop_front();
  return true;
}

auto ledger_state::note_made(std::span<const file_mark> marks) -> std::vector<made_file> {
  auto fresh = std::vector<made_file>{};
  for (const auto& m : marks) {
    auto one = made_file{m.inode, m.birth_ns, m.birth_ns == 0 ? m.path : std::string{}};
    if (add_made(one)) fresh.push_back(std::move(one));
  }
  return fresh;
}

auto ledger_state::take_record(std::span<const file_mark> files, std::span<const std::string> gone,
                               const std::vector<made_file>& made) -> std::string {
  auto ranges = std::vector<id_range>{};
  for (const auto& id : noted_) {
    const auto& last = ranges.empty() ? id_range{} : ranges.back();
    if (last.origin == id.origin && last.first <= id.sequence && id.sequence <= last.last) continue;
    ranges.push_back(ids_.around(id));
  }
  noted_.clear();
  auto record = std::string{};
  put_number(record, made.empty() ? std::uint8_t{0} : has_made);
  put_number(record, static_cast<std::uint32_t>(ranges.size()));
  for (const auto& r : ranges) put_id(record, r);
  put_number(record, std::exchange(noted_positions_count_, 0));
  record += noted_positions_;
  noted_positions_.clear();
  put_number(record, static_cast<std::uint32_t>(files.size()));
  for (const auto& f : files) put_file(record, f);
  put_number(record, static_cast<std::uint32_t>(gone.size()));
  for (const auto& path : gone) put_text(record, path);
  put_made(record, made);
  put_given(record, settled_field, std::exchange(noted_settled_, {}));
  put_commits(record, std::exchange(noted_times_, commit_times{commit_times_kept}));
  if (now_s_ != 0) put_field(record, time_field, bytes_of(now_s_));
  return record;
}

/// When what is in a record of all came.
void ledger_state::put_times(std::string& record) const {
  put_commits(record, times_);
  if (now_s_ != 0) put_field(record, time_field, bytes_of(now_s_));
  put_given(record, client_ids_field, client_ids_.encode());
  auto ended = std::string{};
  positions_.for_each_ended([&](const std::string& source, const std::string& stream, std::int64_t since_s) {
    put_text(ended, source);
    put_text(ended, stream);
    put_number(ended, since_s);
  });
  put_given(record, ended_field, ended);
  auto origins = std::string{};
  ids_.for_each_origin([&](std::uint64_t origin, std::int64_t seen_s) {
    put_number(origins, origin);
    put_number(origins, seen_s);
  });
  put_given(record, origins_field, origins);
}

auto ledger_state::snapshot() const -> std::string {
  auto record = std::string{};
  put_number(record, static_cast<std::uint8_t>(made_.empty() ? forget_all : forget_all | has_made));
  put_number(record, static_cast<std::uint32_t>(ids_.size()));
  ids_.for_each([&](const id_range& r) { put_id(record, r); });
  auto positions = std::string{};
  auto count = std::uint32_t{0};
  positions_.for_each([&](const std::string& source, const position_range& p) {
    put_position(positions, source, p);
    ++count;
  });
  put_number(record, count);
  record += positions;
  put_number(record, static_cast<std::uint32_t>(files_.size()));
  for (const auto& [path, f] : files_) put_file(record, f);
  put_number(record, std::uint32_t{0});
  put_made(record, made_);
  auto settled = std::string{};
  settled_.for_each([&](const std::string& source, const position_range& p) { put_position(settled, source, p); });
  put_given(record, settled_field, settled);
  put_times(record);
  return record;
}

auto ledger_state::apply(std::string_view record, std::int64_t now_s) -> bool {
  auto from = binary_reader{record};
  auto ids = std::vector<id_range>{};
  auto positions = std::vector<source_position>{};
  auto files = std::vector<file_mark>{};
  auto gone = std::vector<std::string>{};
  auto made = std::vector<made_file>{};
  auto found = more{};
  const auto flags = from.number<std::uint8_t>();
  repeat(from, [&] { ids.push_back(take_id(from)); });
  repeat(from, [&] { positions.push_back(take_source_position(from)); });
  repeat(from, [&] { files.push_back(take_file(from)); });
  repeat(from, [&] { gone.push_back(from.text()); });
  if ((flags & has_made) != 0) repeat(from, [&] { made.push_back(take_made(from)); });
  if (from.failed() || !take_fields(from, found)) return false;
  auto client_ids = id_memory{keep_};
  if (!client_ids.decode(found.client_ids)) return false;
  const auto is_all = (flags & forget_all) != 0;
  if (is_all) {
    clear();
    client_ids_ = std::move(client_ids);
  }
  now_s_ = std::max(now_s_, found.time_s != 0 ? found.time_s : now_s);
  for (const auto& r : ids) ids_.insert(r, is_all && !found.origins.empty() ? 0 : now_s_);
  for (const auto& [origin, seen_s] : found.origins) ids_.note_seen(origin, seen_s);
  for (const auto& [ended, since_s] : found.ended) positions_.add(ended.first, ended.second, since_s);
  for (const auto& [source, p] : positions) add_position(source, p);
  for (const auto& [source, p] : found.settled) settled_.add(source, p);
  for (const auto& f : files) set(f);
  for (const auto& path : gone) forget(path);
  for (auto& one : made) add_made(std::move(one));
  for (auto& t : found.commits) times_.add(std::move(t));
  return true;
}

void ledger_state::release_files(bool keep) {
  for (auto at = files_.begin(); at != files_.end();) {
    at->second.in_use = false;
    at = keep && !at->second.is_created ? std::next(at) : files_.erase(at);
  }
}

} // namespace weir
