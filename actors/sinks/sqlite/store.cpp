#include "actors/sinks/sqlite/connection.hpp"
#include "actors/sinks/sqlite/kept_rows.hpp"
#include "actors/sinks/sqlite/ledger.hpp"
#include "actors/sinks/sqlite/schema.hpp"
#include "actors/sinks/sqlite/text_index.hpp"
#include "actors/sinks/store.hpp"
#include "runtime/codec/event_writer.hpp"
#include "runtime/codec/json_writer.hpp"
#include "runtime/codec/time_text.hpp"
#include "runtime/os/own_files.hpp"
#include "runtime/os/paths.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <optional>

namespace weir {
namespace {

enum class sqlite_sync { os, always };

constexpr auto names_of(sqlite_sync*) {
  return std::array<std::pair<std::string_view, sqlite_sync>, 2>{
      {{"os", sqlite_sync::os}, {"always", sqlite_sync::always}}};
}

struct row_retention {
  duration age{0};
  byte_count size{0};
};

class sqlite_store final : public store {
public:
  struct settings {
    static constexpr auto example = std::string_view{R"(collectors:
  web: { type: tail, path: /var/log/nginx/access.log, tag: web.access, parse: { format: nginx } }
sinks:
  recent:
    type: sqlite
    from: web
    path: /srv/logs/recent.db
    columns: [code, path]
    full_text: [record]
    retention: { age: 7d, size: 20GiB }
)"};

    std::string path;
    std::string table = "events";
    std::vector<std::string> columns;
    std::vector<std::string> full_text;
    sqlite_sync sync = sqlite_sync::always;
    row_retention retention;
  };
  /// The database, its journal, what its readers share, and for a moment a directory and a temporary file.
  static auto descriptors(const settings&) -> descriptor_need { return {5, false}; }
  static auto promise(const settings& s) -> store_promise;
  static auto claims(const settings& s, const plugin_context&) -> plugin_claims;
  sqlite_store(settings s, const plugin_context& context)
      : settings_(std::move(s)), sink_(context.component), keep_(context.keep), clock_(*context.clock) {}

  auto open() -> result<void> override;
  auto commit(const commit_batch& batch) -> result<committed> override;
  auto knowledge(const std::string& source) -> result<stream_knowledge> override;
  auto known_ids(const std::vector<id_range>& asked) -> result<std::vector<id_range>> override;
  auto expire() -> result<expired> override;

private:
  /// What is open; statements go before their connection.
  struct session {
    sqlite_connection database;
    sqlite_statement begin, end, insert;
    sqlite_ledger ledger;
    std::optional<sqlite_text_writer> text = {}; ///< if there is an index
    ino_t inode = 0;
  };
  auto open_session() -> result<session>;
  auto is_open() const -> bool;
  auto keep_up() -> result<void>;
  auto add_batch(const commit_batch& batch, committed& done) -> result<void>;
  auto add_indexed(const commit_batch& batch, committed& done) -> result<void>;
  auto add_run(const event_run& run, committed& done) -> result<void>;
  auto insert(std::int64_t time_ns) -> result<std::string>;
  void note_row(std::int64_t row);

  settings settings_;
  std::string sink_;
  retention keep_;
  const clock& clock_;
  std::optional<session> session_;
  std::optional<std::pair<std::int64_t, std::int64_t>> rows_; ///< that the transaction inserted: the first and the last
  byte_buffer tag_;
  byte_buffer json_;
};

auto limits_of(const row_retention& kept) -> kept_limits { return {kept.age, kept.size.value}; }

auto sqlite_store::promise(const settings& s) -> store_promise {
  auto made = store_promise{.knows_by = store_promise::memory::ledger};
  made.expires_every = interval_of(limits_of(s.retention));
  if (s.sync != sqlite_sync::always)
    made.at_power_cut = {"\"sync: os\" acknowledges what is not on the device yet", "sync"};
  made.why_not_more = "a SQLite database takes one writer at a time";
  return made;
}

auto sqlite_store::claims(const settings& s, const plugin_context&) -> plugin_claims {
  if (s.path.empty()) return {};
  const auto query = "select tag, count(*) from \"" + s.table + "\" group by tag order by 2 desc limit 20";
  return {.held = {{claim::kind::file, s.path, "path"}},
          .writes = {s.path},
          .data = stored_data{s.path, {"sqlite3", s.path, query}, true}};
}

auto inode_of(const std::string& path) -> ino_t {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 ? status.st_ino : 0;
}

auto sqlite_store::open() -> result<void> {
  session_.reset();
  WEIR_TRY(auto opened, open_session());
  session_.emplace(std::move(opened));
  return {};
}

auto sqlite_store::open_session() -> result<session> {
  const auto is_synced = settings_.sync == sqlite_sync::always;
  // If that fails, SQLite says why it cannot open the file.
  (void)make_directories(real_file_system(), directory_of(settings_.path), is_synced);
  WEIR_TRY(auto database, sqlite_connection::open(settings_.path));
  WEIR_CHECK(database.execute("PRAGMA journal_mode = WAL"));
  own_files_here().add(settings_.path);
  WEIR_CHECK(database.execute(is_synced ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL"));
  WEIR_CHECK(prepare_event_table(database, settings_.table, settings_.columns));
  WEIR_CHECK(prepare_text_index(database, settings_.table, settings_.full_text));
  WEIR_TRY(auto ledger, sqlite_ledger::open(database, sink_, keep_, clock_));
  WEIR_TRY(auto begin, database.prepare("BEGIN IMMEDIATE"));
  WEIR_TRY(auto end, database.prepare("COMMIT"));
  WEIR_TRY(auto insert,
           database.prepare("INSERT INTO \"" + settings_.table + "\"(time, tag, record) VALUES(?1, ?2, ?3)"));
  auto text = std::optional<sqlite_text_writer>{};
  if (!settings_.full_text.empty()) {
    WEIR_TRY(text, sqlite_text_writer::open(database, settings_.table, settings_.full_text));
  }
  return session{std::move(database), std::move(begin), std::move(end), std::move(insert), std::move(ledger), std::move(text),
                 inode_of(settings_.path)};
}

/// A database that was deleted or replaced would go on taking events that nobody will ever see.
auto sqlite_store::is_open() const -> bool { return session_ && inode_of(settings_.path) == session_->inode; }

auto sqlite_store::commit(const commit_batch& batch) -> result<committed> {
  if (!is_open()) WEIR_CHECK(open());
  if (session_->ledger.begin()) WEIR_CHECK(keep_up());
  auto done = committed{};
  WEIR_CHECK(session_->begin.run());
  rows_.reset();
  auto state = add_indexed(batch, done);
  if (state && batch.confirm) state = batch.confirm(done.refused);
  if (state) state = session_->end.run();
  if (state) return done;
  session_->database.roll_back();
  return state.failure();
}

/// A batch that is rejected is tried in parts; no part of it is to blame for what the store keeps besides.
auto failure_of_own(const std::string& table, const error& why) -> error {
  return {why.code == errc::rejected ? errc::failed : why.code, table + ": " + why.what};
}
auto ledger_failure(const error& why) -> error { return failure_of_own("the ledger", why); }
auto text_failure(const error& why) -> error { return failure_of_own("the index of words", why); }

auto sqlite_store::keep_up() -> result<void> {
  WEIR_CHECK(session_->begin.run());
  if (const auto kept = session_->ledger.keep_up(); !kept) {
    session_->database.roll_back();
    return ledger_failure(kept.failure());
  }
  auto ended = session_->end.run();
  if (!ended) session_->database.roll_back();
  return ended;
}

auto sqlite_store::knowledge(const std::string& source) -> result<stream_knowledge> {
  if (!is_open()) WEIR_CHECK(open());
  return session_->ledger.knowledge(source);
}

auto sqlite_store::known_ids(const std::vector<id_range>& asked) -> result<std::vector<id_range>> {
  if (!is_open()) WEIR_CHECK(open());
  return session_->ledger.known_ids(asked);
}

auto expired_text(const row_retention& kept, const rows_gone& gone) -> std::string {
  auto text = "deleted " + std::to_string(gone.too_old + gone.too_much) + " rows:";
  if (gone.too_old > 0) text += ' ' + std::to_string(gone.too_old) + " older than " + to_text(kept.age);
  if (gone.too_much > 0)
    text += (gone.too_old > 0 ? ", " : " ") + std::to_string(gone.too_much) + " as the database had more than " + to_text(kept.size);
  auto latest = std::string(time_text_bytes, ' ');
  write_time_text(latest.data(), gone.up_to_ns);
  return text + "; the latest of them of " + latest;
}

auto sqlite_store::expire() -> result<expired> {
  if (!is_open()) WEIR_CHECK(open());
  WEIR_TRY(const auto gone, delete_rows_beyond(session_->database, settings_.table, limits_of(settings_.retention), clock_));
  const auto rows = gone.too_old + gone.too_much;
  return expired{rows, "expired rows", rows == 0 ? std::string{} : expired_text(settings_.retention, gone), gone.has_more};
}

/// With what is remembered of the rows besides; no event is to blame for that either.
auto sqlite_store::add_indexed(const commit_batch& batch, committed& done) -> result<void> {
  auto& text = session_->text;
  if (auto begun = text ? text->begin() : result<void>{}; !begun) return text_failure(begun.failure());
  WEIR_CHECK(add_batch(batch, done));
  if (auto noted = rows_ ? session_->ledger.add_rows(rows_->first, rows_->second) : result<void>{}; !noted) return ledger_failure(noted.failure());
  const auto indexed = text ? text->end() : result<void>{};
  return indexed ? result<void>{} : text_failure(indexed.failure());
}

auto sqlite_store::add_batch(const commit_batch& batch, committed& done) -> result<void> {
  done.forgotten_id_s = session_->ledger.crowded_out_s().value_or(0);
  for (std::size_t i = 0; i < batch.chunks.size(); ++i) {
    const auto fresh = session_->ledger.add(*batch.chunks[i]);
    if (!fresh) return ledger_failure(fresh.failure());
    if (!*fresh) {
      ++done.repeated_chunks;
      continue;
    }
    done.regrouped += session_->ledger.take_regrouped();
    auto state = result<void>{};
    for_each_run(batch, i, **fresh, [&](const event_run& run) {
      if (state) state = add_run(run, done);
    });
    WEIR_CHECK(state);
  }
  return {};
}

auto sqlite_store::add_run(const event_run& run, committed& done) -> result<void> {
  auto seen = std::uint64_t{0};
  auto time_ns = std::int64_t{0};
  auto entries = run.entries;
  tag_.clear();
  append_valid_text(tag_, run.tag);
  session_->insert.bind(2, tag_.view());
  for (; !entries.empty(); ++seen) {
    json_.clear();
    if (!take_entry_head(entries, time_ns) || msgpack_reader{entries}.peek() != msgpack_type::map) break;
    if (!take_json(json_, entries)) break;
    WEIR_TRY(const auto why_not, insert(time_ns));
    if (!why_not.empty()) {
      refuse(done, why_not, run, seen, 1);
      continue;
    }
    done.bytes += sizeof time_ns + tag_.size() + json_.size();
    ++done.events;
  }
  if (seen < run.events) refuse(done, "malformed entry", run, seen, run.events - seen);
  return {};
}

/// Empty, or why the table does not take this row; the others of the transaction stay.
auto sqlite_store::insert(std::int64_t time_ns) -> result<std::string> {
  auto& row = session_->insert;
  row.bind(1, time_ns);
  row.bind(3, json_.view());
  const auto done = row.run();
  if (done && session_->database.changes() == 0) return std::string{"rejected: the table ignores it"};
  if (done) return note_row(session_->database.last_row()), std::string{};
  if (done.failure().code != errc::rejected || !session_->database.is_in_transaction()) return done.failure();
  return "rejected: " + done.failure().what;
}

void sqlite_store::note_row(std::int64_t row) {
  if (!rows_) rows_.emplace(row, row);
  rows_->first = std::min(rows_->first, row);
  rows_->second = std::max(rows_->second, row);
}

template <class Visitor> void describe(Visitor& v, row_retention& s) {
  v.field("age", s.age, "Rows whose time is older than this are deleted; 0: none is for its age.");
  v.field("size", s.size, "While more than this is in use in the database the oldest rows are deleted; 0: none is for that.");
}

template <class Visitor> void describe(Visitor& v, sqlite_store::settings& s) {
  v.required("path", s.path, "The database; made if it is missing.");
  v.field("table", s.table, "One row an event: time (ns since 1970, UTC), tag and record (JSON).");
  v.field("columns", s.columns, "Fields of the record that are columns too; dotted paths for nested ones.");
  v.field("full_text", s.full_text,
          "Fields of the record whose words are indexed, so that the console searches them at once; record: all of it. An index "
          "of what is there already is made at the start.");
  v.field("sync", s.sync,
          "always: a commit is on the device before it is acknowledged, and survives a power cut; os: the "
          "system writes when it likes, which is safe against the end of the process, not of the machine.");
  v.field("retention", s.retention,
          "How long rows are kept. What was deleted is in the log, and counted as `expired rows` in `noted`; its room in the file is "
          "used again, and the file stays as large as it was.");
}

void validate(const sqlite_store::settings& s, config::settings_reader& reader) {
  if (reader.is_given("path") && s.path.empty()) reader.complain("path", "\"path\" is empty");
  if (const auto problem = problem_of_table(s.table); !problem.empty()) reader.complain("table", problem);
  if (const auto problem = problem_of_columns(s.columns); !problem.empty())
    reader.complain("columns", problem);
  if (const auto problem = problem_of_text(s.full_text); !problem.empty()) reader.complain("full_text", problem);
}

const register_store<sqlite_store> registered_sqlite{
    "sqlite", "Commits events to a SQLite database, each chunk exactly once."};

} // namespace
} // namespace weir
