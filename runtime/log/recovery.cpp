#include "runtime/log/recovery.hpp"

#include "runtime/log/log_directory.hpp"
#include "runtime/log/segment_scanner.hpp"

#include <algorithm>
#include <set>

namespace weir {
namespace {

constexpr auto scan_step = std::size_t{256} << 10;

/// What may be damage or, if nothing intact follows, a torn tail.
struct suspect {
  log_finding finding;
  std::shared_ptr<chunk> head; ///< the body is damaged, the head is not
};

class recovery {
public:
  recovery(log_directory directory, const recovery_options& options)
      : from_(std::move(directory)), options_(options) {
    found_.log_id = from_.log_id;
    found_.foreign = std::move(from_.foreign);
    found_.next_segment = from_.next_segment;
    if (from_.cursors) found_.durable = from_.cursors->durable;
    place_readers();
  }

  auto run(file_system& files) -> result<recovered_log> {
    for (const auto& s : from_.segments) WEIR_CHECK(take_segment(files, s));
    end_tail(0);
    found_.last = last_;
    found_.next_number = std::max(last_, found_.durable) + 1;
    for (const auto& reader : found_.readers)
      found_.next_number = std::max(found_.next_number, reader.highest() + 1);
    add_late_readers();
    return std::move(found_);
  }

private:
  void place_readers() {
    auto known = from_.cursors ? std::move(from_.cursors->readers) : std::vector<reader_cursor>{};
    for (const auto& reader : known) in_cursors_.insert(reader.name());
    if (!from_.cursors_failure.empty())
      note({cursor_path(options_.path), 0, 0, 0,
            "all readers begin at the oldest record: " + from_.cursors_failure});
    if (!options_.readers) {
      found_.readers = std::move(known);
      return;
    }
    const auto& wanted = *options_.readers;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      const auto& name = wanted[i];
      const auto at =
          std::find_if(known.begin(), known.end(), [&](const reader_cursor& r) { return r.name() == name; });
      const auto is_new = from_.cursors && at == known.end();
      if (is_new) watch(reader_cursor{name}, true);
      if (is_new && contains(options_.from_now, name))
        late_readers_.push_back(i);
      else
        found_.readers.push_back(at == known.end() ? reader_cursor{name} : *at);
    }
    for (auto& reader : known)
      if (!contains(wanted, reader.name())) watch(std::move(reader), false);
  }

  static auto contains(const std::vector<std::string>& names, const std::string& name) -> bool {
    return std::find(names.begin(), names.end(), name) != names.end();
  }

  /// Counts what the log has for a reader that comes or goes.
  void watch(reader_cursor cursor, bool is_new) {
    found_.changes.push_back({cursor.name(), is_new, 0, 0});
    changing_.push_back(std::move(cursor));
  }
  void count_changes(std::uint64_t number, std::uint64_t events, const chunk& head) {
    for (std::size_t i = 0; i < changing_.size(); ++i) {
      if (changing_[i].has_settled(number)) continue;
      if (found_.changes[i].events == 0) found_.changes[i].since_ns = head.closed_ns;
      found_.changes[i].events += events;
    }
  }

  /// They have no part in what was found, so they come when all is found.
  void add_late_readers() {
    for (const auto at : late_readers_) {
      auto reader = reader_cursor{(*options_.readers)[at]};
      if (found_.next_number > 1) reader.settle(1, found_.next_number - 1);
      found_.readers.insert(found_.readers.begin() + static_cast<std::ptrdiff_t>(at), std::move(reader));
    }
  }

  void note(log_finding finding) {
    if (found_.findings.size() < findings_max)
      found_.findings.push_back(std::move(finding));
    else
      ++found_.findings_left_out;
  }
  auto has_passed(std::uint64_t number) const -> bool {
    return !found_.readers.empty()
           && std::all_of(found_.readers.begin(), found_.readers.end(),
                          [&](const reader_cursor& r) { return r.has_settled(number); });
  }
  auto have_passed_all(std::uint64_t first, std::uint64_t last) const -> bool {
    return !found_.readers.empty()
           && std::all_of(found_.readers.begin(), found_.readers.end(),
                          [&](const reader_cursor& r) { return r.next_unsettled(first - 1) > last; });
  }
  void settle_for_all(std::uint64_t first, std::uint64_t last) {
    for (auto& reader : found_.readers) reader.settle(first, last);
  }

  /// Counts first..last as lost to damage.
  void lose(std::uint64_t first, std::uint64_t last) {
    found_.damaged_records += last - first + 1;
    settle_for_all(first, last);
  }
  void give_up(const suspect& s) {
    if (has_passed(s.finding.number))
      found_.memory.add(*s.head, options_.now_s);
    else
      found_.lost.push_back({s.finding.path, s.finding.offset});
  }
  /// An intact record with this number follows.
  void end_damage(std::uint64_t number) {
    const auto missing = number - last_ - 1;
    for (auto& s : suspects_) {
      if (s.head) give_up(s);
      note(std::move(s.finding));
    }
    if (missing > 0 && suspects_.empty() && have_passed_all(last_ + 1, number - 1)) {
      // Segments that went, but one of them came back with the power.
    } else if (missing > 0) {
      if (suspects_.empty())
        note({path_, 0, 0, last_ + 1,
              std::to_string(missing) + " records are missing before " + std::to_string(number)});
      lose(last_ + 1, number - 1);
    } else if (!suspects_.empty()) {
      ++found_.damaged_records;
    }
    suspects_.clear();
  }
  /// The log, or what was on the device of it, ended before these. `lost` of them are known to have existed.
  void end_tail(std::uint64_t lost) {
    if (suspects_.empty() && lost == 0) return;
    ++found_.cut_tails;
    for (auto& s : suspects_) {
      if (s.head && has_passed(s.finding.number)) found_.memory.add(*s.head, options_.now_s);
      s.finding.what = "a torn tail was cut: " + s.finding.what;
      note(std::move(s.finding));
    }
    suspects_.clear();
  }

  /// The first record of all that are left. Segments go behind the cursors, unless somebody else took them.
  void begin_with(std::uint64_t first) {
    has_begun_ = true;
    last_ = first - 1;
    for (const auto& reader : found_.readers)
      if (in_cursors_.contains(reader.name()) && reader.first_unsettled() < first && !overclaims_)
        note({path_, 0, 0, first,
              "the log begins with it: by the cursors, " + reader.name() + " had not settled "
                  + std::to_string(reader.first_unsettled())
                  + " and what follows; segments are missing, or the " + "cursors are older"});
    settle_for_all(1, last_);
  }
  /// What a new segment says of the records before it.
  void enter(const segment_header& header) {
    found_.durable = std::max(found_.durable, header.durable);
    // A file that is gone is damage; records that are gone may never have reached the device.
    const auto is_next = header.identity.segment - 1 - header.unused <= segment_;
    if (!has_begun_) {
      // An empty file right before it: the log began there, and nothing was safe yet.
      overclaims_ = segment_ != 0 && is_next && header.durable == 0 && header.follows > 0;
      if (overclaims_) end_tail(header.follows);
      has_memory_ = overclaims_;
      return begin_with(header.first);
    }
    const auto durable = is_next ? std::min(header.durable, header.follows) : header.follows;
    // The memory of segments that went is in the snapshots behind them: one that came back with the power,
    // or that could not be removed, does not know what was between. But what is missing at the end of the
    // segment right before was never safe, and the snapshot must not say that it was.
    if (header.follows > last_ && !is_next) has_memory_ = false;
    // Nothing was safe yet when it was made: all there is to remember was found, also without a snapshot.
    if (header.durable == 0) has_memory_ = true;
    if (durable > last_) end_damage(durable + 1);
    last_ = std::max(last_, durable);
    if (header.follows > last_) {
      overclaims_ = true;
      end_tail(header.follows - last_);
    }
    suspects_.clear(); // what was torn and written again elsewhere
    if (header.first - 1 <= last_) return;
    settle_for_all(last_ + 1, header.first - 1);
    last_ = header.first - 1;
  }

  auto take_segment(file_system& files, const segment_file& from) -> result<void> {
    if (from.header && from.header->first >= from.superseded_from)
      return segment_ = from.segment, found_.superfluous.push_back(from.path), result<void>{};
    WEIR_TRY(const auto opened, files.open(from.path, open_mode::read));
    path_ = from.path;
    auto s = segment{};
    s.path = from.path;
    s.bytes = from.bytes;
    s.header.identity = {from_.log_id, from.segment};
    s.header.first = 0;
    known_ = last_;
    if (from.header) enter(s.header = *from.header);
    segment_ = from.segment;
    const auto is_wrong = overclaims_ && from.header;
    const auto before = is_wrong ? std::optional{found_.memory} : std::nullopt;
    if (is_wrong) s.header.follows = s.header.durable = known_;
    WEIR_CHECK(scan(*opened, from, s));
    if (before) found_.snapshots.emplace(from.segment, *before);
    // One that was begun and never written to: its header comes last. With others behind it, it stays as a
    // sign that it was there: what was in it never was safe.
    const auto has_records = s.last != 0;
    const auto is_last = &from == &from_.segments.back();
    const auto is_spare = s.header.first != 0 && s.header.first <= last_; // all of it is elsewhere, too
    if (!has_records && (is_spare || (s.header.first == 0 && !s.is_anchored && is_last)))
      found_.superfluous.push_back(from.path);
    else
      keep(std::move(s));
    return {};
  }
  void keep(segment s) {
    if (s.header.first == 0) s.header.first = last_ + 1; // it has no record, and only its snapshot is left
    s.last = std::max(s.last, s.header.first - 1);
    s.used = std::max(s.used, std::uint64_t{segment_header_bytes});
    s.safe_end = s.used;
    found_.segments.push_back(std::move(s));
  }

  auto scan(const file& opened, const segment_file& from, segment& to) -> result<void> {
    const auto begin = from.header ? std::uint64_t{segment_header_bytes} : 0;
    auto scanner = segment_scanner{opened, to.header.identity, {begin, from.bytes}, scan_step};
    if (from.header_is_copy) lose_header(from.path);
    for (auto is_first = true;; is_first = false) {
      if (options_.is_over && options_.is_over()) return error{errc::limit, "it took too long"};
      WEIR_TRY(auto found, scanner.next());
      if (found.what == scanned::kind::end) return {};
      if (!from.header && is_first && found.what == scanned::kind::junk && found.end > found.offset)
        found.offset = 0;
      if (found.what == scanned::kind::junk)
        suspect_bytes(found, "no record begins here");
      else
        WEIR_CHECK(take(scanner, found, from, to));
    }
  }
  void lose_header(const std::string& path) {
    ++found_.damaged_records;
    note({path, 0, segment_header_bytes, 0, "the segment header is damaged, its copy is not"});
  }
  void suspect_bytes(const scanned& found, std::string what, std::shared_ptr<chunk> head = nullptr) {
    suspects_.push_back(
        {{path_, found.offset, found.end, found.header.number, std::move(what)}, std::move(head)});
  }

  auto take(segment_scanner& scanner, const scanned& found, const segment_file& from, segment& to)
      -> result<void> {
    if (found.header.type == record_type::snapshot) return take_snapshot(scanner, found, to), result<void>{};
    const auto number = found.header.number;
    if ((has_begun_ && number <= last_) || number >= from.superseded_from) return {};
    if (found.what == scanned::kind::torn)
      return suspect_bytes(found, "the file ends in a record"), result<void>{};
    auto head = found.what == scanned::kind::record ? decode_record_head(found.header, scanner.head())
                                                    : error{errc::malformed, {}};
    if (!head) return suspect_bytes(found, "the head of a record is damaged"), result<void>{};
    // What all have passed is only remembered, not read again.
    if (options_.all_bodies || !has_passed(number)) {
      WEIR_TRY(const auto is_intact, scanner.body_is_intact(found));
      if (!is_intact) return suspect_bytes(found, "the body of a record is damaged", *head), result<void>{};
    }
    accept(found, **head, to);
    return {};
  }

  void take_snapshot(const segment_scanner& scanner, const scanned& found, segment& to) {
    auto snapshot =
        found.what == scanned::kind::record ? decode_snapshot(scanner.head()) : result<log_snapshot>{error{}};
    if (!snapshot) {
      ++found_.damaged_records;
      note({path_, found.offset, found.end, 0, "the snapshot is damaged"});
    } else if (!has_memory_) {
      found_.memory = std::move(snapshot->memory);
      found_.memory.seen.note_unknown_seen(options_.now_s);
      has_memory_ = true;
    }
    to.is_anchored = bool{snapshot};
    to.begin = to.used = found.end;
  }

  /// The log begins with records of a segment without header; the first of them may be damaged.
  void begin_at(std::uint64_t number) {
    for (const auto& s : suspects_)
      if (s.finding.number != 0) number = std::min(number, s.finding.number);
    begin_with(number);
  }

  void accept(const scanned& found, const chunk& head, segment& to) {
    const auto number = found.header.number;
    if (!has_begun_) begin_at(number);
    end_damage(number);
    last_ = number;
    found_.memory.add(head, options_.now_s);
    if (to.last == 0) to.header.first = number; // what it begins with may be elsewhere, too
    to.index.add({found.offset, found.header});
    to.used = found.end;
    to.last = number;
    if (found.header.type == record_type::chunk && options_.on_chunk)
      options_.on_chunk({path_, {found.offset, found.header}, head, found_.readers});
    if (found.header.type == record_type::chunk) count_changes(number, found.header.events, head);
    if (found.header.type == record_type::dropped) {
      settle_for_all(number, number);
    } else if (!found_.readers.empty() && !has_passed(number)) {
      ++found_.unsettled.chunks;
      found_.unsettled.events += found.header.events;
      found_.unsettled.bytes += found.header.body_bytes;
    }
  }

  log_directory from_;
  const recovery_options& options_;
  recovered_log found_;
  std::set<std::string> in_cursors_; ///< names of the readers that it told of
  std::vector<reader_cursor> changing_;   ///< of found_.changes, in their order
  std::vector<std::size_t> late_readers_; ///< places of those that begin behind the last record
  std::vector<suspect> suspects_;
  std::string path_;          ///< of the segment at hand
  std::uint64_t segment_ = 0; ///< its number; that of the one before while it is entered
  std::uint64_t last_ = 0;    ///< record that was taken, or given up, last
  std::uint64_t known_ = 0;   ///< what last_ was before the segment at hand
  bool overclaims_ = false;   ///< from here on snapshots tell of records that never were safe
  bool has_begun_ = false;    ///< last_ means something
  bool has_memory_ = false;   ///< a snapshot was taken
};

} // namespace

auto recover_log(file_system& files, const recovery_options& options) -> result<recovered_log> {
  WEIR_TRY(auto directory, read_log_directory(files, options.path));
  return recovery{std::move(directory), options}.run(files);
}

} // namespace weir
