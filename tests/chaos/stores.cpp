#include "tests/chaos/stores.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <vector>

namespace weir::chaos {

namespace {

constexpr auto block_bytes = std::size_t{1} << 20;

struct descriptor {
  int number = -1;
  ~descriptor() {
    if (number >= 0) ::close(number);
  }
};

using database_handle = std::unique_ptr<sqlite3, decltype([](sqlite3* d) { sqlite3_close(d); })>;
using statement_handle =
    std::unique_ptr<sqlite3_stmt, decltype([](sqlite3_stmt* s) { sqlite3_finalize(s); })>;

/// While a killed writer is replaced, the table may be missing or locked.
auto is_passing(int code) -> bool {
  return code == SQLITE_BUSY || code == SQLITE_LOCKED || code == SQLITE_CANTOPEN || code == SQLITE_ERROR;
}

auto sqlite_error(const std::string& path, sqlite3* database) -> error {
  return {errc::failed, path + ": " + sqlite3_errmsg(database)};
}

} // namespace

/// No two lines are equal.
auto file_reader::goes_on(int file, std::uint64_t size) const -> bool {
  if (size < offset_) return false;
  auto there = std::string(last_.size(), '\0');
  const auto got = ::pread(file, there.data(), there.size(), static_cast<off_t>(offset_ - last_.size()));
  return got == static_cast<ssize_t>(last_.size()) && there == last_;
}

auto file_reader::read_on() -> result<void> {
  const auto file = descriptor{::open(path_.c_str(), O_RDONLY | O_CLOEXEC)};
  if (file.number < 0 && errno == ENOENT) return {};
  if (file.number < 0) return error_from_errno("cannot open " + path_, errno);
  struct stat status {};
  if (::fstat(file.number, &status) != 0) return error_from_errno("cannot stat " + path_, errno);
  if (!goes_on(file.number, static_cast<std::uint64_t>(status.st_size))) {
    offset_ = 0;
    last_.clear();
    counted_ = {};
  }
  auto block = std::vector<char>(block_bytes);
  for (;;) {
    const auto got = ::pread(file.number, block.data(), block.size(), static_cast<off_t>(offset_));
    if (got < 0) return error_from_errno("cannot read " + path_, errno);
    auto text = std::string_view{block.data(), static_cast<std::size_t>(got)};
    rest_ = text.size();
    for (auto end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
      counted_.add(text.substr(0, end));
      last_.assign(text.substr(0, end + 1));
      text.remove_prefix(end + 1);
    }
    if (rest_ == text.size() && text.size() == block.size())
      return error{errc::malformed, path_ + " holds a line of more than a MiB"};
    if (rest_ == text.size()) return {};
    offset_ += rest_ - text.size();
    rest_ = text.size();
  }
}

auto table_reader::read_on(std::uint64_t rows_max) -> result<std::uint64_t> {
  sqlite3* opened = nullptr;
  auto code = sqlite3_open_v2(path_.c_str(), &opened, SQLITE_OPEN_READONLY, nullptr);
  const auto database = database_handle{opened};
  if (code != SQLITE_OK) return std::uint64_t{0};
  sqlite3_stmt* prepared = nullptr;
  code = sqlite3_prepare_v2(database.get(),
                            "SELECT rowid, record FROM events WHERE rowid > ?1 ORDER BY rowid LIMIT ?2", -1,
                            &prepared, nullptr);
  const auto query = statement_handle{prepared};
  if (is_passing(code)) return std::uint64_t{0};
  if (code != SQLITE_OK) return sqlite_error(path_, database.get());
  sqlite3_bind_int64(query.get(), 1, last_row_);
  sqlite3_bind_int64(query.get(), 2, static_cast<sqlite3_int64>(rows_max));
  auto rows = std::uint64_t{0};
  while ((code = sqlite3_step(query.get())) == SQLITE_ROW) {
    last_row_ = sqlite3_column_int64(query.get(), 0);
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(query.get(), 1));
    counted_.add({text, static_cast<std::size_t>(sqlite3_column_bytes(query.get(), 1))});
    ++rows;
  }
  if (code != SQLITE_DONE && !is_passing(code)) return sqlite_error(path_, database.get());
  return rows;
}

} // namespace weir::chaos
