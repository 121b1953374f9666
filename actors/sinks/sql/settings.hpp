/// The settings that stores of rows share.
#pragma once

#include "actors/sinks/name_zone.hpp"
#include "actors/sinks/network/settings.hpp"
#include "actors/sinks/sql/columns.hpp"
#include "actors/sinks/sql/table_names.hpp"

#include <string>

namespace weir {

struct sql_settings {
  network_settings network;
  std::string database;
  std::string table = "events";
  std::string time_zone = "UTC";
  config::value columns;
  bool create = true;
  bool evolve = false;
  std::string ledger;
};

template <class Visitor> void describe_sql(Visitor& v, sql_settings& s, std::string_view endpoints_help) {
  describe_network(v, s.network, endpoints_help);
  v.required("database", s.database, "Its name; it has to be there.");
  v.field("table", s.table,
          "One row an event; {tag} and strftime of the event time make several. Letters become small ones, and what is no "
          "letter, digit or _ becomes _.");
  describe_name_zone(v, s.time_zone, "table");
  v.field("columns", s.columns,
          "Fields of the record that are columns too: a list of dotted paths, or a map of columns to paths. What does not fit "
          "the column's type is NULL there, and in the record all the same.");
  v.field("create", s.create, "Whether a table that is missing is made; the ledger's two tables always are.");
  v.field("evolve", s.evolve, "Whether a table that lacks one of the columns gets it.");
  v.field("ledger", s.ledger,
          "Under what name the sink remembers what it has stored; sinks of that name share the memory, also those of other "
          "systems that write to this database. Empty: its own name.");
}

inline void validate_sql(const sql_settings& s, config::settings_reader& reader) {
  validate_name_zone(s.time_zone, s.table, reader);
  if (reader.is_given("database") && s.database.empty()) reader.complain("database", "\"database\" is empty");
  if (const auto problem = problem_of_table_name(s.table); !problem.empty()) reader.complain("table", problem);
  if (s.ledger.size() > 64) reader.complain("ledger", "\"ledger\" wants a name of up to 64 bytes");
  check_columns(s.columns, reader);
}

} // namespace weir
