/// A connection to PostgreSQL that waits no longer than it is told; libpq-fe.h stays in the source file.
#pragma once

#include "actors/sinks/network/settings.hpp"
#include "actors/sinks/sql/session.hpp"
#include "runtime/os/clock.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

struct pg_conn;
struct pg_result;

namespace weir {

class postgresql_connection final : public sql_session {
public:
  /// Key words and values as libpq has them.
  using parameters = std::vector<std::pair<std::string, std::string>>;
  static auto open(const parameters& how, const store_timeouts& patience) -> result<std::unique_ptr<postgresql_connection>>;

  auto execute(const std::string& sql) -> result<void> override;
  auto query(const std::string& sql) -> result<sql_rows> override;
  auto is_to_be_repeated() const -> bool override;

  /// COPY … FROM STDIN with these bytes, one behind the other.
  auto copy(const std::string& sql, const std::vector<std::string_view>& parts) -> result<void>;
  /// The number of the line that the server did not take in the copy that failed last, from 1; 0: it did not say.
  auto rejected_line() const -> std::size_t { return rejected_line_; }
  /// SQLSTATE of the last failure; empty: it was none of the server's.
  auto state() const -> const std::string& { return state_; }

private:
  struct finish {
    void operator()(pg_conn* c) const noexcept;
  };
  struct clear {
    void operator()(pg_result* r) const noexcept;
  };
  using answer = std::unique_ptr<pg_result, clear>;

  auto log_in(monotonic_time until) -> result<void>;
  auto send(const std::string& sql) -> result<monotonic_time>;
  auto flush(monotonic_time until) -> result<void>;
  auto wait(short events, monotonic_time until) -> result<void>;
  /// The last answer to what was sent.
  auto take(monotonic_time until) -> result<answer>;
  auto next_answer(monotonic_time until) -> result<answer>;
  auto put(std::string_view bytes, monotonic_time until) -> result<void>;
  auto lost() -> error;
  auto failure_of(const pg_result* r) -> error;

  std::unique_ptr<pg_conn, finish> connection_;
  duration patience_{};
  std::string state_;
  std::size_t rejected_line_ = 0;
};

} // namespace weir
