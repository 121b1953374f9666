/// An event as a document: {"@timestamp":…,"tag":…, and the fields of the record}.
//
//  A field of the record that is called @timestamp or tag is written as record_@timestamp, record_tag.
//
//  With `ecs` the document follows the Elastic Common Schema: "ecs.version" is there, the tag is event.dataset, and
//  fields that have another name there get it, unless the record has a field of that name as well:
//    level, severity  log.level         remote, client   client.address     method   http.request.method
//    msg, log         message           user             user.name          code     http.response.status_code
//    host, hostname   host.hostname     path             url.original       size     http.response.body.bytes
//    pid              process.pid       agent            user_agent.original referer http.request.referrer
//    ident, appname   process.name      error            error.message      status   http.response.status_code
//  Other fields whose name is that of a group of the schema, and which are no map, are written as labels.NAME: a text and
//  a map of one name do not fit into one index.
#pragma once

#include "runtime/base/byte_buffer.hpp"

#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

namespace weir {

/// One thread's.
class document_writer {
public:
  explicit document_writer(bool ecs) : ecs_(ecs) { begin_tag({}); }

  /// What follows has this tag.
  void begin_tag(std::string_view tag);
  /// Appends the document and a line feed; takes the record, one msgpack map, from the front of `record`. False, and
  /// nothing appended, if it is malformed. Total.
  auto append(byte_buffer& out, std::int64_t time_ns, std::string_view& record) -> bool;

private:
  void set_time(std::int64_t time_ns);
  auto append_members(byte_buffer& out, std::string_view& record) -> bool;
  auto append_renamed(byte_buffer& out, std::string_view& record) -> bool;
  void append_key(byte_buffer& out, std::string_view key, std::string_view value) const;
  auto is_first_for(std::string_view name, std::string_view key) const -> bool;
  auto is_key(std::string_view name) const -> bool;

  bool ecs_;
  byte_buffer prefix_; ///< what a document begins with
  std::int64_t second_ = std::numeric_limits<std::int64_t>::min();
  std::vector<std::string_view> keys_; ///< of the record at hand, of its texts
};

} // namespace weir
