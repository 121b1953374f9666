/// Tables of PostgreSQL, and rows into them by COPY in its binary form.
#pragma once

#include "actors/sinks/postgresql/connection.hpp"
#include "actors/sinks/postgresql/settings.hpp"
#include "actors/sinks/sql/driver.hpp"

#include <memory>
#include <set>
#include <string>
#include <utility>

namespace weir {

class postgresql_driver final : public sql_driver {
public:
  postgresql_driver(std::unique_ptr<postgresql_connection> connection, postgresql_partition parts)
      : connection_(std::move(connection)), parts_(parts) {}

  auto execute(const std::string& sql) -> result<void> override { return connection_->execute(sql); }
  auto query(const std::string& sql) -> result<sql_rows> override { return connection_->query(sql); }
  auto is_to_be_repeated() const -> bool override { return connection_->is_to_be_repeated(); }

  auto dialect() const -> const sql_dialect& override;
  auto shape_of(const std::string& table, const std::vector<field_column>& wanted) -> result<table_shape> override;
  auto make_table(const std::string& table, const std::vector<field_column>& wanted) -> result<void> override;
  auto add_columns(const std::string& table, const std::vector<field_column>& missing) -> result<void> override;
  auto missing_columns(const std::string& table, const std::vector<field_column>& wanted)
      -> result<std::vector<field_column>> override;
  void encode(const table_shape& table, const row_values& values, row_block& to) override;
  auto load(const table_shape& table, const row_block& rows, std::size_t first, std::size_t last)
      -> result<std::optional<rejected_rows>> override;
  auto lacking_rights(const std::string& table, bool is_there) -> result<std::string> override;
  auto prepare_for(const table_shape& table, std::int64_t time_min_ns, std::int64_t time_max_ns) -> result<void> override;

private:
  auto columns_of(const std::string& table) -> result<std::vector<table_column>>;
  /// execute(), without harm if somebody was faster.
  auto make(const std::string& sql) -> result<void>;
  auto make_partition(const std::string& table, std::int64_t begin_s) -> result<void>;
  void put_value(const table_column& column, const column_value& value, byte_buffer& to);

  std::unique_ptr<postgresql_connection> connection_;
  postgresql_partition parts_;
  std::set<std::pair<std::string, std::int64_t>> partitions_; ///< that are there, by table and begin
  byte_buffer scratch_;
};

} // namespace weir
