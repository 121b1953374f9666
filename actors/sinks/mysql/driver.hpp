/// Tables of MySQL and MariaDB, and rows into them: LOAD DATA LOCAL where the server lets us, else INSERT of many rows.
#pragma once

#include "actors/sinks/mysql/connection.hpp"
#include "actors/sinks/sql/driver.hpp"

#include <memory>
#include <string>

namespace weir {

class mysql_driver final : public sql_driver {
public:
  /// `packet_bytes`: max_allowed_packet of the server.
  mysql_driver(std::unique_ptr<mysql_connection> connection, std::size_t packet_bytes, bool loads)
      : connection_(std::move(connection)), packet_bytes_(packet_bytes), loads_(loads) {}

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
  auto prepare_for(const table_shape&, std::int64_t, std::int64_t) -> result<void> override { return {}; }

private:
  /// So that what comes next can be taken back.
  auto save() -> result<void>;
  /// errc::rejected where that is not possible: the whole transaction is to be.
  auto take_back(const std::string& why) -> result<void>;
  auto columns_of(const std::string& table) -> result<std::vector<table_column>>;
  /// Whether all rows went in as they are; if not, none is.
  auto load_as_file(const table_shape& table, std::string_view rows) -> result<bool>;
  auto insert(const table_shape& table, const row_block& rows, std::size_t first, std::size_t last)
      -> result<std::optional<rejected_rows>>;

  std::unique_ptr<mysql_connection> connection_;
  std::size_t packet_bytes_;
  bool loads_;
  bool saves_ = true; ///< it knows savepoints
  byte_buffer scratch_;
};

} // namespace weir
