/// A real database server that a system stores in: started, hurt, and asked what it has.
#pragma once

#include "tests/chaos/stream.hpp"
#include "tests/chaos/tally.hpp"
#include "tests/support/process.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>

namespace weir::chaos {

enum class database { postgresql, mariadb };

/// Where one is; user, password and database are called weir.
struct server_place {
  database kind = database::postgresql;
  std::filesystem::path folder;
  std::uint16_t port = 0;
  auto name() const -> std::string { return kind == database::postgresql ? "postgresql" : "mariadb"; }
  /// Of the sink.
  auto type() const -> std::string { return kind == database::postgresql ? "postgresql" : "mysql"; }
};

inline constexpr std::string_view server_table = "chaos_lines";

/// What a statement prints: a line a row, columns with tabs in between. errc::unavailable: nobody answers.
auto ask(const server_place& server, const std::string& statement) -> result<std::string>;

class database_server {
public:
  explicit database_server(server_place at) : at_(std::move(at)) {}
  ~database_server();
  database_server(const database_server&) = delete;
  auto operator=(const database_server&) -> database_server& = delete;

  /// Returns when it answers, with the table that lines go to. errc::not_found: it is not on this machine.
  auto start() -> result<void>;
  /// kill -9 of all its processes; it comes back. False: it is hurt already.
  auto kill(steady_time back) -> bool;
  /// It answers nobody until then. False as above.
  auto freeze(steady_time until) -> bool;
  /// Does what is due.
  auto look(steady_time now) -> result<void>;
  /// It runs, and answers.
  auto heal() -> result<void>;

private:
  auto start_script() const -> std::vector<std::string>;
  void signal(int number) const;

  server_place at_;
  std::optional<steady_time> back_, awake_;
  std::optional<test::process> starting_;
};

/// The lines of the table, from where the last look ended. A transaction that is long under way commits rows with lower numbers
/// than others have that were seen: numbers that are missing are asked for again for a while.
class server_table_reader {
public:
  explicit server_table_reader(server_place at) : at_(std::move(at)) {}
  /// At most about `rows_max`; returns how many. A server that does not answer holds nothing new.
  auto read_on(std::uint64_t rows_max, steady_time now) -> result<std::uint64_t>;
  auto counted() const -> const tally& { return counted_; }

private:
  auto condition() const -> std::string;
  void note(std::int64_t id, steady_time now);

  server_place at_;
  std::int64_t last_ = 0;
  std::map<std::int64_t, std::pair<std::int64_t, steady_time>> gaps_; ///< by the first: behind the last, and since when
  tally counted_;
};

} // namespace weir::chaos
