/// A connection to MySQL or MariaDB that waits no longer than it is told; mysql.h stays in the source file.
#pragma once

#include "actors/sinks/network/settings.hpp"
#include "actors/sinks/sql/session.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

struct st_mysql;

namespace weir {

class mysql_connection final : public sql_session {
public:
  struct place {
    std::string host; ///< empty: `socket`
    std::uint16_t port = 0;
    std::string socket; ///< path
    std::string database;
  };
  static auto open(const place& where, const network_settings& how) -> result<std::unique_ptr<mysql_connection>>;

  auto execute(const std::string& sql) -> result<void> override;
  auto query(const std::string& sql) -> result<sql_rows> override;
  auto is_to_be_repeated() const -> bool override;

  /// LOAD DATA LOCAL with these bytes as the file; the number of warnings: what does not fit is changed and told by one.
  auto load(const std::string& sql, std::string_view bytes) -> result<std::uint64_t>;
  /// Number of the last failure; 0: it was none of the database's.
  auto number() const -> unsigned { return number_; }
  /// Whether the last failure is what the database answered; else it may be gone.
  auto has_answered() const -> bool { return number_ >= 1000 && number_ < 2000; }
  /// The row that the last failure was about, from 1; 0: it did not say.
  auto rejected_row() const -> std::size_t { return rejected_row_; }

private:
  struct finish {
    void operator()(st_mysql* c) const noexcept;
  };
  auto failure() -> error;

  std::unique_ptr<st_mysql, finish> connection_;
  unsigned number_ = 0;
  std::size_t rejected_row_ = 0;
};

} // namespace weir
