#include "actors/operators/lookup/table.hpp"
#include "actors/operators/operator.hpp"
#include "actors/operators/patterns.hpp"
#include "actors/operators/watched_file.hpp"
#include "runtime/event/msgpack.hpp"
#include "runtime/event/repeated_keys.hpp"

#include <spdlog/spdlog.h>

namespace weir {
namespace {

class lookup_operator final : public event_operator {
public:
  struct settings {
    lookup::table_settings table;
    std::string field;
    std::string to;
    item_count rows_max{1'000'000};
  };

  lookup_operator(const settings& s, const plugin_context& context)
      : settings_(s), clock_(*context.clock), name_(context.node + '/' + context.component), file_(s.table.file) {
    settings_.table.rows_max = s.rows_max.value;
    if (file_.has_changed(clock_.monotonic()))
      reload();
    else
      spdlog::warn("{}: lookup: {} is not there yet", name_, s.table.file);
  }

  void apply(const event_view& in, event_output& out) override {
    if (file_.has_changed(clock_.monotonic())) reload();
    const auto value = find_path(in.record, settings_.field);
    if (value.empty()) return out.put(in);
    const auto found = table_.find(text_of_value(value, text_));
    if (found.count == 0) return out.put(in);
    record_.clear();
    if (settings_.to.empty()) {
      append_map_with(record_, in.record, found.bytes, found.count);
      repeated_.resolve(record_);
    } else {
      row_.clear();
      msgpack_writer{row_}.map(found.count);
      row_.append(found.bytes);
      append_with_path(record_, in.record, settings_.to, row_.view());
    }
    out.put(in.with(record_.view()));
  }

private:
  /// A table that cannot be read leaves the one before in its place.
  void reload() {
    if (auto read = lookup::table::read(settings_.table))
      table_ = std::move(*read);
    else
      spdlog::warn("{}: lookup: {}; the rows of before stay, {}", name_, read.failure().what, table_.size());
  }

  settings settings_;
  const clock& clock_;
  std::string name_;
  watched_file file_;
  lookup::table table_;
  repeated_keys repeated_;
  byte_buffer text_;
  byte_buffer row_;
  byte_buffer record_;
};

template <class Visitor> void describe(Visitor& v, lookup_operator::settings& s) {
  v.required("file", s.table.file, "The table. It is read again when it changes; replace it by a rename.");
  v.field("format", s.table.format,
          "csv: names of columns in the first line; json: a list of rows, a map of keys to rows, or a row a line; sqlite.");
  v.field("query", s.table.query, "For sqlite: the SELECT that gives the rows.");
  v.required("key", s.table.key, "The column that is compared with the field, as text.");
  v.required("field", s.field, "The event's field, by path.");
  v.field("columns", s.table.columns, "What an event gets of its row; default: all but the key.");
  v.field("to", s.to, "The path of a map for it; default: fields of the record, in place of its own of those names.");
  v.field("rows_max", s.rows_max, "A table with more is not taken.");
}

void validate(const lookup_operator::settings& s, config::settings_reader& reader) {
  check_written_path("to", s.to, reader);
  const auto is_sqlite = s.table.format == lookup::table_format::sqlite;
  if (is_sqlite && s.table.query.empty()) reader.complain("query", "sqlite wants a \"query\", such as SELECT id, name FROM hosts");
  if (!is_sqlite) reader.refuse_useless("query", "it is for the format sqlite");
  if (s.rows_max.value == 0) reader.complain("rows_max", "\"rows_max\" wants at least 1");
  auto checked = s.table;
  checked.rows_max = s.rows_max.value;
  if (reader.is_given("file") && reader.is_given("key") && (!is_sqlite || !s.table.query.empty()))
    if (const auto read = lookup::table::read(checked); !read) reader.warn("file", "\"file\": " + read.failure().what);
}

const register_operator<lookup_operator> registered_lookup{"lookup", "Adds what a table has about a field's value."};

} // namespace
} // namespace weir
