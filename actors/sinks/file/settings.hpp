/// Settings of the file store.
#pragma once

#include "actors/sinks/format_settings.hpp"
#include "actors/sinks/name_zone.hpp"
#include "config/settings.hpp"
#include "runtime/codec/compression.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace weir {

enum class file_sync { always, os };

constexpr auto names_of(file_sync*) {
  return std::array<std::pair<std::string_view, file_sync>, 2>{
      {{"always", file_sync::always}, {"os", file_sync::os}}};
}

enum class file_finish { none, rename };

constexpr auto names_of(file_finish*) {
  return std::array<std::pair<std::string_view, file_finish>, 2>{
      {{"none", file_finish::none}, {"rename", file_finish::rename}}};
}

struct file_rotation {
  byte_count size{0};
  duration age{0};
};

struct file_retention {
  duration age{0};
  byte_count size{0};
};

struct file_settings {
  static constexpr auto example = std::string_view{R"(collectors:
  web: { type: tail, path: /var/log/nginx/access.log, tag: web.access, parse: { format: nginx } }
sinks:
  archive:
    type: file
    from: web
    path: "/srv/logs/{tag}/%Y-%m-%d.log.zst"
    compress: zstd
    rotate: { size: 1GiB }
    retention: { age: 30d, size: 200GiB }
)"};

  std::string path;
  std::string time_zone = "UTC";
  format_settings format;
  compression compress = compression::none;
  std::uint32_t max_open = 256;
  file_sync sync = file_sync::always;
  file_rotation rotate;
  file_finish finish = file_finish::none;
  file_retention retention;
  std::string ledger;
};

template <class Visitor> void describe(Visitor& v, file_rotation& s) {
  v.field("size", s.size, "A file that has grown to this is finished; 0: none is for its size.");
  v.field("age", s.age, "So is one whose first event was stored so long ago; 0: none is for its age.");
}

template <class Visitor> void describe(Visitor& v, file_retention& s) {
  v.field("age", s.age, "A file that nothing was written to for so long is deleted; 0: none is for its age.");
  v.field("size", s.size, "If all files have more than this, the oldest are deleted; 0: none is for that.");
}

template <class Visitor> void describe(Visitor& v, file_settings& s) {
  v.required("path", s.path,
             "Where to write; {tag}, {node}, {component} and strftime of the event time, as in "
             "%Y-%m-%d. The files are this sink's alone.");
  describe_name_zone(v, s.time_zone, "path");
  describe(v, s.format);
  v.field("compress", s.compress,
          "none, gzip or zstd; each commit appends whole members, so zcat reads the file at any time.");
  v.field("max_open", s.max_open, "Files open at the same time.");
  v.field("sync", s.sync,
          "always: a commit is on the device before it is acknowledged, and survives a power cut; os: the "
          "system writes when it likes, which is safe against the end of the process, not of the machine.");
  v.field("rotate", s.rotate,
          "When a file is finished: it gets the time behind its name (before .gz and .zst), as in "
          "app.log.20261122T150405Z, and the next event begins a new one.");
  v.field("finish", s.finish,
          "rename: a file is called PATH.part until it is finished, that is rotated, or of a time that is "
          "over, or the sink ends; none: it has its name from the beginning.");
  v.field("retention", s.retention,
          "How long files are kept: of those that this sink wrote, whole ones, never the one that is written. What was deleted is "
          "in the log, and counted as `expired files` in `noted`.");
  v.field("ledger", s.ledger,
          "The file that makes each event arrive once across crashes; empty: .weir-<component>.ledger in the "
          "directory that all paths begin with.");
}

void validate(const file_settings& s, config::settings_reader& reader);

} // namespace weir
