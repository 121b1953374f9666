/// The store of rows: events and the ledger's rows in one transaction, whatever the database (actors/sinks/sql/driver.hpp).
#pragma once

#include "actors/sinks/network/endpoint_choice.hpp"
#include "actors/sinks/sql/driver.hpp"
#include "actors/sinks/sql/ledger.hpp"
#include "actors/sinks/sql/settings.hpp"
#include "actors/sinks/store.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>

namespace weir {

class sql_store : public store {
public:
  sql_store(sql_settings settings, const plugin_context& context);

  auto open() -> result<void> final;
  auto commit(const commit_batch& batch) -> result<committed> final;
  auto knowledge(const std::string& source) -> result<stream_knowledge> final;
  auto known_ids(const std::vector<id_range>& asked) -> result<std::vector<id_range>> final;
  auto examine() -> std::optional<std::vector<std::string>> final;

  static auto promise() -> store_promise;

protected:
  /// Logged in, and ready to write. The error says what is wrong, without the endpoint.
  virtual auto connect(const std::string& endpoint) -> result<std::unique_ptr<sql_driver>> = 0;
  auto configured() const -> const sql_settings& { return settings_; }

private:
  /// Rows of one table, and the times of their events.
  struct table_rows {
    row_block rows;
    std::int64_t time_min_ns = INT64_MAX;
    std::int64_t time_max_ns = INT64_MIN;
  };
  using rows_by_table = std::map<std::string, table_rows>;

  auto open_endpoint(std::size_t number) -> result<void>;
  /// Adds what is wrong with the host.
  void examine(const std::string& endpoint, std::vector<std::string>& wrong);
  /// `what` failed: so did its host perhaps. With its name.
  auto blamed(error why) -> error;
  /// Runs `work` on the database, which is opened anew once if its connection has ended meanwhile.
  template <class Work> auto with_session(Work&& work) -> decltype(work(std::declval<sql_driver&>()));
  /// In a transaction, which is committed if `work` says so and taken back otherwise.
  template <class Work> auto in_transaction(Work&& work) -> result<void>;

  auto keep_up() -> result<void>;
  /// Nothing: others have put in some of it meanwhile, or were in the way; it is to be tried again.
  auto try_commit(const commit_batch& batch) -> result<std::optional<committed>>;
  auto fill(const commit_batch& batch, const ledger_plan& plan, rows_by_table& tables, committed& done) -> result<void>;
  auto add_run(const event_run& run, rows_by_table& tables, committed& done) -> result<void>;
  auto shape_of(const std::string& table) -> result<const table_shape*>;
  auto find_shape(const std::string& table) -> result<table_shape>;
  auto load(const rows_by_table& tables, committed& done) -> result<void>;

  sql_settings settings_;
  std::vector<field_column> columns_;
  const clock& clock_;
  std::string ledger_name_;
  retention keep_;
  endpoint_choice endpoints_;
  result<table_names> names_;
  std::size_t endpoint_ = 0; ///< of the latest connection
  std::unique_ptr<sql_driver> database_; ///< null: it is to be opened
  std::optional<sql_ledger> ledger_;
  std::map<std::string, table_shape> shapes_;
  byte_buffer tag_;
  byte_buffer json_;
};

} // namespace weir
