/// Settings of the store `hdfs`.
#pragma once

#include "actors/promise.hpp"
#include "actors/sinks/format_settings.hpp"
#include "actors/sinks/http/settings.hpp"
#include "actors/sinks/name_zone.hpp"
#include "runtime/codec/compression.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace weir {

struct hdfs_rotation {
  byte_count size{0};
  duration age{0};
};

struct hdfs_settings {
  static constexpr auto example = std::string_view{R"(collectors:
  web: { type: tail, path: /var/log/nginx/access.log, tag: web.access, parse: { format: nginx } }
sinks:
  archive:
    type: hdfs
    endpoints: ["http://namenode-1:9870", "http://namenode-2:9870"]
    auth: { user: weir }
    path: "/logs/{tag}/%Y/%m/%d/"
    compress: zstd
    batch: { max_size: 32MiB, max_delay: 30s }   # one file a batch, tag and day
)"};

  http_settings http;
  bool spnego = false;
  std::string path;
  std::string time_zone = "UTC";
  format_settings format;
  compression compress = compression::gzip;
  std::uint32_t replication = 0;
  std::string permission;
  hdfs_rotation rotate;
  std::string ledger;
};

inline constexpr auto hdfs_help =
    std::string_view{"Commits events to files of HDFS, by WebHDFS or HttpFS, each exactly once: one file a batch, or files that grow."};
inline constexpr auto hdfs_port = std::uint16_t{9870};

template <class Visitor> void describe(Visitor& v, hdfs_rotation& s) {
  v.field("size", s.size, "One that has grown to this is finished; 0: none is for its size.");
  v.field("age", s.age, "So is one that was begun so long ago; 0: each batch has files of its own.");
}

template <class Visitor> void describe(Visitor& v, hdfs_settings& s) {
  describe_http(v, s.http,
                "The name nodes, as http://namenode-1:9870 (https: 9871), of which the active one is found, or servers of HttpFS, "
                "as http://gateway:14000. None: http://127.0.0.1:9870. Under auth, user is who the files belong to and token a "
                "delegation token; a password is for gateways that want one.");
  v.field("spnego", s.spnego, "Logs in by Kerberos, with the ticket that the process has (kinit, KRB5CCNAME).");
  v.required("path", s.path,
             "The directory of an event's file; {tag}, {node}, {component} and strftime of the event time. What a name may "
             "not have is replaced: docs/stores.md. In it stand the sink's name and a number.");
  describe_name_zone(v, s.time_zone, "path");
  describe(v, s.format);
  v.field("compress", s.compress, "none, gzip or zstd: each file as a whole, with .gz or .zst behind its name.");
  v.field("replication", s.replication, "How often the blocks of files with events are kept; 0: as the cluster has it.");
  v.field("permission", s.permission, "Of files with events, as \"640\"; empty: as the cluster has it.");
  v.field("rotate", s.rotate,
          "With an age, batches are appended to one file for each path and writer, which is below PATH/_weir until it is finished, "
          "and gets its name then.");
  v.field("ledger", s.ledger,
          "Under what name the sink remembers what it has stored, at PATH/_weir/NAME/; sinks of that name share the memory, also "
          "those of other systems that write there. Empty: its own name.");
}

void validate(const hdfs_settings& s, config::settings_reader& reader);

/// As object_prefixes has it: without the slash that it begins with, and with one at its end.
auto prefix_of_hdfs_path(const std::string& path) -> std::string;
/// Why this is no path; empty if there is nothing to say.
auto problem_of_hdfs_path(const std::string& path) -> std::string;

} // namespace weir
