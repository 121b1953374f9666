#include "actors/operators/lookup/table.hpp"

#include "runtime/base/utf8.hpp"
#include "runtime/event/msgpack.hpp"
#include "runtime/os/whole_file.hpp"
#include "runtime/parser/parser_settings.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <filesystem>
#include <memory>

namespace weir::lookup {
namespace {

constexpr auto table_bytes_max = std::uint64_t{256} << 20;
constexpr auto table_columns_max = std::size_t{1000};

auto wrong(std::string what) -> error { return {errc::failed, std::move(what)}; }

auto take_line(std::string_view& text) -> std::string_view {
  auto line = text.substr(0, text.find('\n'));
  text.remove_prefix(std::min(line.size() + 1, text.size()));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

/// A parser that is given texts without padding behind them.
class padded_parser {
public:
  explicit padded_parser(std::unique_ptr<line_parser> parser) : parser_(std::move(parser)) {}

  /// The text as one map; empty if it does not parse, see problem().
  auto parse(std::string_view text) -> std::string_view {
    padded_.assign(text).append(line_padding, '\0');
    record_.clear();
    auto write = msgpack_writer{record_};
    const auto mark = write.open();
    const auto parsed = parser_->parse(std::string_view{padded_}.substr(0, text.size()), write);
    problem_ = parsed.problem;
    if (!parsed.ok()) return {};
    write.close_map(mark, parsed.fields);
    return record_.view();
  }
  auto problem() const -> const std::string& { return problem_; }

private:
  std::unique_ptr<line_parser> parser_;
  std::string padded_;
  std::string problem_;
  byte_buffer record_;
};

struct close_database {
  void operator()(sqlite3* database) const { sqlite3_close(database); }
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};

} // namespace

class table::maker {
public:
  explicit maker(const table_settings& from) : from_(from) {}

  auto make() -> result<table> {
    auto failed = std::error_code{};
    const auto bytes = std::filesystem::file_size(from_.file, failed);
    if (failed) return wrong(from_.file + ": " + failed.message());
    if (bytes > table_bytes_max) return wrong(from_.file + ": has more than 256 MiB");
    const auto read = from_.format == table_format::sqlite ? read_sqlite() : read_text();
    if (!read) return wrong(from_.file + ": " + read.failure().what);
    return std::move(made_);
  }

private:
  auto read_text() -> result<void> {
    WEIR_TRY(const auto content, read_whole(from_.file));
    auto text = std::string_view{content};
    if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
    return from_.format == table_format::csv ? read_csv(text) : read_json(text);
  }

  auto read_csv(std::string_view text) -> result<void> {
    WEIR_TRY(const auto columns, columns_of(take_line(text)));
    WEIR_TRY(auto parser, make_parser({.format = line_format::csv, .columns = columns}));
    auto rows = padded_parser{std::move(parser)};
    for (auto number = 2; !text.empty(); ++number) {
      const auto line = take_line(text);
      if (line.empty()) continue;
      const auto row = rows.parse(line);
      if (row.empty()) return wrong("line " + std::to_string(number) + ": " + rows.problem());
      WEIR_CHECK(add(row, {}));
    }
    return {};
  }

  auto columns_of(std::string_view header) -> result<std::vector<std::string>> {
    auto numbers = std::vector<std::string>{};
    for (std::size_t i = 0; i < table_columns_max; ++i) numbers.push_back(std::to_string(i));
    WEIR_TRY(auto parser, make_parser({.format = line_format::csv, .columns = numbers}));
    auto reader = padded_parser{std::move(parser)};
    const auto fields = fields_of(reader.parse(header));
    auto read = msgpack_reader{fields.bytes};
    auto names = std::vector<std::string>{};
    for (std::uint32_t i = 0; i < fields.count; ++i) {
      auto name = std::string_view{};
      if (!read.skip() || !read.str(name)) break;
      names.emplace_back(name);
    }
    if (std::find(names.begin(), names.end(), from_.key) == names.end())
      return wrong("its first line has no column \"" + from_.key + '"');
    return names;
  }

  /// A list of rows, a map of keys to rows, or a row a line.
  auto read_json(std::string_view text) -> result<void> {
    WEIR_TRY(auto parser, make_parser({.format = line_format::json}));
    auto reader = padded_parser{std::move(parser)};
    const auto whole = reader.parse("{\"rows\":" + std::string{text} + '}');
    const auto rows = find_field(whole, "rows");
    auto read = msgpack_reader{rows};
    auto count = std::uint32_t{0};
    if (read.array(count)) return add_all(read, count, false);
    if (fields_of(whole).count == 1 && has_rows(rows) && read.map(count)) return add_all(read, count, true);
    for (auto number = 1; !text.empty(); ++number) {
      const auto line = take_line(text);
      if (line.find_first_not_of(" \t") == std::string_view::npos) continue;
      const auto row = reader.parse(line);
      if (row.empty()) return wrong("line " + std::to_string(number) + ": " + reader.problem());
      WEIR_CHECK(add(row, {}));
    }
    return {};
  }

  /// Whether the map's first value is a row; else the map is one itself.
  static auto has_rows(std::string_view map) -> bool {
    auto read = msgpack_reader{fields_of(map).bytes};
    return read.skip() && read.peek() == msgpack_type::map;
  }

  auto add_all(msgpack_reader& read, std::uint32_t count, bool has_keys) -> result<void> {
    for (; count > 0; --count) {
      auto key = std::string_view{};
      auto row = std::string_view{};
      if ((has_keys && !read.str(key)) || !read.value(row)) break;
      if (msgpack_reader{row}.peek() != msgpack_type::map) return wrong("a row is no map of columns");
      WEIR_CHECK(add(row, key));
    }
    return {};
  }

  auto read_sqlite() -> result<void> {
    sqlite3* opened = nullptr;
    const auto status = sqlite3_open_v2(from_.file.c_str(), &opened, SQLITE_OPEN_READONLY, nullptr);
    const auto database = std::unique_ptr<sqlite3, close_database>{opened};
    sqlite3_stmt* prepared = nullptr;
    if (status != SQLITE_OK || sqlite3_prepare_v2(opened, from_.query.c_str(), -1, &prepared, nullptr) != SQLITE_OK)
      return wrong(sqlite3_errmsg(opened));
    const auto statement = std::unique_ptr<sqlite3_stmt, close_database>{prepared};
    if (prepared == nullptr || sqlite3_stmt_readonly(prepared) == 0) return wrong("\"query\" is no SELECT");
    auto row = byte_buffer{};
    auto step = SQLITE_ROW;
    while ((step = sqlite3_step(prepared)) == SQLITE_ROW) {
      row.clear();
      put_row(prepared, row);
      WEIR_CHECK(add(row.view(), {}));
    }
    if (step != SQLITE_DONE) return wrong(sqlite3_errmsg(opened));
    return {};
  }

  static void put_row(sqlite3_stmt* from, byte_buffer& out) {
    auto write = msgpack_writer{out};
    const auto columns = sqlite3_column_count(from);
    write.map(static_cast<std::uint32_t>(columns));
    for (auto i = 0; i < columns; ++i) {
      write.str(sqlite3_column_name(from, i));
      const auto* const bytes = static_cast<const char*>(sqlite3_column_blob(from, i));
      switch (sqlite3_column_type(from, i)) {
      case SQLITE_INTEGER: write.integer(sqlite3_column_int64(from, i)); break;
      case SQLITE_FLOAT: write.real(sqlite3_column_double(from, i)); break;
      case SQLITE_NULL: write.nil(); break;
      case SQLITE_BLOB: write.bin({bytes, static_cast<std::size_t>(sqlite3_column_bytes(from, i))}); break;
      default:
        write.str({reinterpret_cast<const char*>(sqlite3_column_text(from, i)),
                   static_cast<std::size_t>(sqlite3_column_bytes(from, i))});
      }
    }
  }

  /// `key`: of a map of rows; else the row has it.
  auto add(std::string_view map, std::string_view key) -> result<void> {
    const auto value = find_field(map, from_.key);
    if (key.empty() && value.empty()) return wrong("a row has no \"" + from_.key + '"');
    const auto text = key.empty() ? text_of_value(value, text_) : key;
    if (made_.rows_.size() >= from_.rows_max && !made_.rows_.contains(text))
      return wrong("has more than " + std::to_string(from_.rows_max) + " rows (\"rows_max\")");
    auto& row = made_.rows_[std::string{text}];
    row = {};
    const auto fields = fields_of(map);
    auto read = msgpack_reader{fields.bytes};
    for (std::uint32_t i = 0; i < fields.count; ++i) {
      const auto* const begin = read.at();
      auto name = std::string_view{};
      if (!read.str(name) || !read.skip()) break;
      const auto is_wanted = from_.columns.empty() ? name != from_.key
                                                   : std::find(from_.columns.begin(), from_.columns.end(), name) != from_.columns.end();
      if (!is_wanted) continue;
      row.bytes.append(begin, read.at());
      ++row.count;
    }
    return {};
  }

  const table_settings& from_;
  table made_;
  byte_buffer text_;
};

auto table::read(const table_settings& from) -> result<table> { return maker{from}.make(); }

auto table::find(std::string_view key) const -> record_fields {
  const auto found = rows_.find(key);
  return found == rows_.end() ? record_fields{} : record_fields{found->second.bytes, found->second.count};
}

} // namespace weir::lookup
