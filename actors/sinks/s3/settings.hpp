/// Settings of the store `s3`.
#pragma once

#include "actors/promise.hpp"
#include "actors/sinks/format_settings.hpp"
#include "actors/sinks/http/settings.hpp"
#include "actors/sinks/name_zone.hpp"
#include "runtime/codec/compression.hpp"

#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace weir {

enum class s3_style { automatic, path, host };

constexpr auto names_of(s3_style*) {
  return std::array<std::pair<std::string_view, s3_style>, 3>{
      {{"auto", s3_style::automatic}, {"path", s3_style::path}, {"host", s3_style::host}}};
}

struct s3_settings {
  static constexpr auto example = std::string_view{R"(collectors:
  web: { type: tail, path: /var/log/nginx/access.log, tag: web.access, parse: { format: nginx } }
sinks:
  archive:
    type: s3
    bucket: logs-of-the-shop
    region: eu-central-1
    prefix: "logs/{tag}/%Y/%m/%d/"
    compress: zstd
    batch: { max_size: 32MiB, max_delay: 30s }   # one object a batch, tag and day
)"};

  http_settings http;
  std::string bucket;
  std::string region = "us-east-1";
  s3_style style = s3_style::automatic;
  std::string prefix = "logs/{tag}/%Y/%m/%d/";
  std::string time_zone = "UTC";
  format_settings format;
  compression compress = compression::gzip;
  bool conditional = true;
  std::string storage_class;
  std::string server_side_encryption;
  config::string_map tags;
  std::string ledger;
};

inline constexpr auto s3_help =
    std::string_view{"Commits events to a bucket of S3 or of what speaks its protocol, each exactly once: one object a batch."};
inline constexpr auto s3_port = std::uint16_t{443};

template <class Visitor> void describe(Visitor& v, s3_settings& s) {
  describe_http(v, s.http,
                "Where the bucket is if not at Amazon, as http://127.0.0.1:7070; several take turns. None: "
                "https://s3.REGION.amazonaws.com. Under auth, user is the access key, password its secret and token that of "
                "a session; without them the environment, the shared credentials file, a web identity or the instance says "
                "who it is.");
  v.required("bucket", s.bucket, "Its name; it has to be there.");
  v.field("region", s.region, "Where it is; also part of each signature.");
  v.field("style", s.style, "path: https://host/bucket/key, host: https://bucket.host/key; auto: host at Amazon, path elsewhere.");
  v.field("prefix", s.prefix,
          "What keys begin with; {tag}, {node}, {component} and strftime of the event time. What a name may not have is "
          "replaced: docs/stores.md. Behind it stand the sink's name and a number.");
  describe_name_zone(v, s.time_zone, "prefix");
  describe(v, s.format);
  v.field("compress", s.compress, "none, gzip or zstd: each object as a whole, with .gz or .zst behind its name.");
  v.field("conditional", s.conditional,
          "Whether the server takes If-None-Match: * (Amazon does), which each event once rests on. false: without a ledger; "
          "what was under way at a kill may be in two objects.");
  v.field("storage_class", s.storage_class, "Of the objects with events, as STANDARD_IA; empty: the bucket's.");
  v.field("server_side_encryption", s.server_side_encryption, "AES256 or aws:kms; empty: as the bucket has it.");
  v.field("tags", s.tags, "Tags of the objects with events: names and values, ten at most.");
  v.field("ledger", s.ledger,
          "Under what name the sink remembers what it has stored, at PREFIX/_weir/NAME/; sinks of that name share the memory, "
          "also those of other systems that write there. Empty: its own name.");
}

void validate(const s3_settings& s, config::settings_reader& reader);

} // namespace weir
