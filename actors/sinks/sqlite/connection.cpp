#include "actors/sinks/sqlite/connection.hpp"

#include <sqlite3.h>

namespace weir {
namespace {

auto failure_of(sqlite3* database) -> error {
  const auto code = sqlite3_errcode(database) & 0xff;
  const auto* file = sqlite3_db_filename(database, "main");
  const auto name = "\"" + std::string{file != nullptr ? file : ""} + '"';
  const auto text = std::string{sqlite3_errmsg(database)};
  switch (code) {
  case SQLITE_NOTADB: return {errc::failed, name + " is not a SQLite database"};
  case SQLITE_CORRUPT:
    return {errc::failed, name + " is damaged; sqlite3 with .recover may save what is in it"};
  case SQLITE_CONSTRAINT:
  case SQLITE_MISMATCH:
  case SQLITE_TOOBIG: return {errc::rejected, text};
  case SQLITE_BUSY:
  case SQLITE_LOCKED: return {errc::unavailable, name + " is in use by another program: " + text};
  case SQLITE_INTERRUPT: return {errc::limit, "it took too long"};
  case SQLITE_FULL:
  case SQLITE_IOERR:
  case SQLITE_CANTOPEN:
  case SQLITE_READONLY:
  case SQLITE_PERM:
  case SQLITE_NOMEM: {
    const auto number = sqlite3_system_errno(database);
    return {errc::unavailable,
            "cannot write " + name + ": " + text + (number != 0 ? ", " + describe_errno(number) : "")};
  }
  default: return {errc::failed, name + ": " + text};
  }
}

} // namespace

void sqlite_statement::finalize::operator()(sqlite3_stmt* statement) const noexcept {
  sqlite3_finalize(statement);
}

void sqlite_statement::bind(int parameter, std::int64_t value) {
  sqlite3_bind_int64(statement_.get(), parameter, value);
}

void sqlite_statement::bind(int parameter, std::string_view text) {
  // A null pointer would be NULL, not an empty text.
  const auto* bytes = text.data() != nullptr ? text.data() : "";
  sqlite3_bind_text64(statement_.get(), parameter, bytes, text.size(), SQLITE_STATIC, SQLITE_UTF8);
}

auto sqlite_statement::step() -> result<bool> {
  const auto code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return sqlite3_reset(statement_.get()), result<bool>{false};
  auto why = failure_of(sqlite3_db_handle(statement_.get()));
  sqlite3_reset(statement_.get());
  return why;
}

auto sqlite_statement::run() -> result<void> {
  const auto row = step();
  if (!row) return row.failure();
  if (*row) reset();
  return {};
}

void sqlite_statement::reset() { sqlite3_reset(statement_.get()); }

auto sqlite_statement::integer(int column) const -> std::int64_t {
  return sqlite3_column_int64(statement_.get(), column);
}

auto sqlite_statement::text(int column) const -> std::string {
  const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column));
  return bytes != nullptr ? std::string{bytes, size} : std::string{};
}

void sqlite_connection::close::operator()(sqlite3* database) const noexcept { sqlite3_close_v2(database); }

auto sqlite_connection::open(const std::string& path) -> result<sqlite_connection> {
  constexpr auto busy_ms = 5000;
  return open(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, busy_ms);
}

auto sqlite_connection::open_to_read(const std::string& path) -> result<sqlite_connection> {
  constexpr auto busy_ms = 200;
  constexpr auto steps_between_looks = 2000; // of SQLite's machine: well below a millisecond
  WEIR_TRY(auto made, open(path, SQLITE_OPEN_READONLY, busy_ms));
  auto* database = made.database_.get();
  // What somebody has put into the file as its schema must not do more than a table does.
  sqlite3_db_config(database, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(database, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  WEIR_CHECK(made.execute("PRAGMA query_only = ON"));
  made.ends_at_ = std::make_unique<monotonic_time>(monotonic_time::max());
  const auto is_over = [](void* when) { return *static_cast<monotonic_time*>(when) <= system_clock().monotonic() ? 1 : 0; };
  sqlite3_progress_handler(database, steps_between_looks, is_over, made.ends_at_.get());
  return made;
}

auto sqlite_connection::define(const char* name, predicate f) -> result<void> {
  const auto call = [](sqlite3_context* of, int, sqlite3_value** values) {
    const auto* text = reinterpret_cast<const char*>(sqlite3_value_text(values[0]));
    const auto size = static_cast<std::size_t>(sqlite3_value_bytes(values[0]));
    const auto& says = *static_cast<const predicate*>(sqlite3_user_data(of));
    sqlite3_result_int(of, text != nullptr && says({text, size}) ? 1 : 0);
  };
  const auto& kept = predicates_.emplace_back(std::make_unique<predicate>(std::move(f)));
  constexpr auto kind = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY;
  const auto code = sqlite3_create_function_v2(database_.get(), name, 1, kind, kept.get(), call, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return failure_of(database_.get());
  return {};
}

auto sqlite_connection::open(const std::string& path, int flags, int busy_ms) -> result<sqlite_connection> {
  auto made = sqlite_connection{};
  auto* database = static_cast<sqlite3*>(nullptr);
  const auto code = sqlite3_open_v2(path.c_str(), &database, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  made.database_.reset(database);
  if (database == nullptr) return error{errc::unavailable, "no memory to open \"" + path + '"'};
  if (code != SQLITE_OK)
    return error{errc::unavailable,
                 "cannot open \"" + path + "\": " + describe_errno(sqlite3_system_errno(database))};
  sqlite3_busy_timeout(database, busy_ms);
  return made;
}

auto sqlite_connection::prepare(std::string_view sql) -> result<sqlite_statement> {
  auto made = sqlite_statement{};
  auto* statement = static_cast<sqlite3_stmt*>(nullptr);
  const auto code = sqlite3_prepare_v3(database_.get(), sql.data(), static_cast<int>(sql.size()),
                                       SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  made.statement_.reset(statement);
  if (code != SQLITE_OK) return failure_of(database_.get());
  return made;
}

auto sqlite_connection::execute(const std::string& sql) -> result<void> {
  if (sqlite3_exec(database_.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
    return failure_of(database_.get());
  return {};
}

auto sqlite_connection::changes() const -> std::int64_t { return sqlite3_changes64(database_.get()); }

auto sqlite_connection::last_row() const -> std::int64_t { return sqlite3_last_insert_rowid(database_.get()); }

auto sqlite_connection::is_in_transaction() const -> bool {
  return sqlite3_get_autocommit(database_.get()) == 0;
}

void sqlite_connection::roll_back() noexcept {
  if (database_ && sqlite3_get_autocommit(database_.get()) == 0)
    sqlite3_exec(database_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
}

auto sqlite_has_full_text() -> bool {
  auto nowhere = sqlite_connection::open(":memory:");
  if (!nowhere) return false;
  auto list = nowhere->prepare("SELECT 1 FROM pragma_module_list WHERE name = 'fts5'");
  const auto is_there = list ? list->step() : result<bool>{list.failure()};
  return is_there && *is_there;
}

} // namespace weir
