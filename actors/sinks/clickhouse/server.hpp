/// A ClickHouse behind its HTTP interface: its version, and its tables as the store needs them.
#pragma once

#include "actors/sinks/clickhouse/settings.hpp"
#include "actors/sinks/clickhouse/types.hpp"
#include "actors/sinks/http/client.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir {

/// A table as rows are written to it.
struct clickhouse_table {
  enum class source : std::uint8_t { time, time_ns, tag, record, event_key, field };
  struct column {
    source from;
    clickhouse_type type;
    std::string path; ///< of a field
  };
  std::vector<column> columns;
  std::string insert; ///< path and query of an insert, as far as they are the same for all
};

/// One thread's. Errors are errc::unavailable, and name endpoint and reason.
class clickhouse_server {
public:
  /// `endpoint`: the only one that is asked.
  clickhouse_server(const clickhouse_settings& s, http_client& client, std::optional<std::size_t> endpoint = {})
      : settings_(s), client_(client), endpoint_(endpoint) {}

  /// Year and month, as 2403; of the old ones 1816.
  auto version() -> result<std::uint32_t>;
  /// As it is; makes it, and what it lacks, if that is wanted. `may_change`: else it says what is missing.
  auto table(const std::string& name, bool may_change) -> result<clickhouse_table>;

private:
  using named_types = std::vector<std::pair<std::string, std::string>>;
  auto ask(const std::string& query, std::string_view what) -> result<std::string>;
  auto columns_of(const std::string& name) -> result<std::optional<named_types>>;
  auto make_table(const std::string& name) -> result<void>;
  auto add_columns(const std::string& name, const named_types& there) -> result<void>;
  auto plan_of(const std::string& name, const named_types& there) const -> result<clickhouse_table>;
  auto full_name(const std::string& table) const -> std::string;

  const clickhouse_settings& settings_;
  http_client& client_;
  std::optional<std::size_t> endpoint_;
  std::uint32_t version_ = 0;
};

/// One line about an answer that is no success, behind the endpoint's name.
auto clickhouse_refusal(const http_answer& answer) -> std::string;

} // namespace weir
