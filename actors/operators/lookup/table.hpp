/// A table in memory: of each key the fields that its row has.
#pragma once

#include "runtime/base/result.hpp"
#include "runtime/event/record_path.hpp"

#include <array>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace weir::lookup {

enum class table_format { csv, json, sqlite };

constexpr auto names_of(table_format*) {
  return std::array<std::pair<std::string_view, table_format>, 3>{
      {{"csv", table_format::csv}, {"json", table_format::json}, {"sqlite", table_format::sqlite}}};
}

struct table_settings {
  std::string file;
  table_format format = table_format::csv;
  std::string query;                ///< of sqlite
  std::string key;                  ///< the column
  std::vector<std::string> columns; ///< that a row gives; none: all but the key
  std::uint64_t rows_max = 0;
};

/// Values are compared as text: 5 finds "5". Of rows with the same key the last one counts.
class table {
public:
  /// Errors say what is wrong with the file or its content.
  static auto read(const table_settings& from) -> result<table>;

  auto size() const -> std::size_t { return rows_.size(); }
  /// The fields of a row; none if there is no such row. Valid until the table goes.
  auto find(std::string_view key) const -> record_fields;

private:
  struct text_hash {
    using is_transparent = void;
    auto operator()(std::string_view text) const -> std::size_t { return std::hash<std::string_view>{}(text); }
  };
  struct row {
    std::string bytes; ///< key-value pairs
    std::uint32_t count = 0;
  };
  class maker;

  std::unordered_map<std::string, row, text_hash, std::equal_to<>> rows_;
};

} // namespace weir::lookup
