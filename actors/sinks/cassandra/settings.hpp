/// Settings of the store `cassandra`.
#pragma once

#include "actors/sinks/cassandra/requests.hpp"
#include "actors/sinks/name_zone.hpp"
#include "actors/sinks/network/settings.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace weir {

struct cassandra_settings {
  static constexpr auto example = std::string_view{R"(collectors:
  web: { type: tail, path: /var/log/nginx/access.log, tag: web.access, parse: { format: nginx } }
sinks:
  store:
    type: cassandra                      # or a ScyllaDB
    endpoints: [cassandra-1, cassandra-2]
    auth: { user: weir, password: changeme }   # better {file: PATH} or ${VARIABLE}
    keyspace: logs
    table: "logs_{tag}"
    ttl: 30d
    writers: 2
)"};

  network_settings network;
  std::string keyspace;
  std::string table = "events";
  std::string time_zone = "UTC";
  config::value columns;
  bool create = true;
  bool evolve = false;
  cql_consistency consistency = cql_consistency::local_quorum;
  duration ttl{0};
  std::uint32_t buckets = 16;
  bool ask_first = true;
  bool discover = true;
};

inline constexpr auto cassandra_port = std::uint16_t{9042};
/// So many nodes of a data center a writer connects to.
inline constexpr auto cassandra_nodes_max = std::size_t{32};
/// Of a table's or keyspace's name.
inline constexpr auto cassandra_name_bytes_max = std::size_t{48};

template <class Visitor> void describe(Visitor& v, cassandra_settings& s) {
  describe_network(v, s.network, "host:port (9042 if none is given) of some nodes, of one data center; the first that answers tells of the others.");
  v.required("keyspace", s.keyspace, "Its name; it has to be there.");
  v.field("table", s.table,
          "One row an event; {tag} and strftime of the event time make several. Letters become small ones, and what is no "
          "letter, digit or _ becomes _.");
  describe_name_zone(v, s.time_zone, "table");
  v.field("columns", s.columns,
          "Fields of the record that are columns too: a list of dotted paths, or a map of columns to paths. What does not fit "
          "the column's type is null there, and in the record all the same.");
  v.field("create", s.create, "Whether a table that is missing is made.");
  v.field("evolve", s.evolve, "Whether a table that lacks one of the columns gets it.");
  v.field("consistency", s.consistency, "How many replicas have a row before it counts as stored.");
  v.field("ttl", s.ttl, "How long rows are kept, from when they are written; 0: for ever, or as the table says.");
  v.field("buckets", s.buckets, "Partitions of a day, 1..4096. With another number than before, what comes again is stored again.");
  v.field("ask_first", s.ask_first,
          "Keeps, in the table weir_times, when events without a time of their own were read first, so that they are the same rows "
          "if they are read again. false: spares that; such an event may come twice after a kill.");
  v.field("discover", s.discover, "Whether rows go to all nodes of the data center, as the first one knows them; false: to the endpoints alone.");
}

void validate(const cassandra_settings& s, config::settings_reader& reader);

} // namespace weir
