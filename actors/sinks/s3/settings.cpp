#include "actors/sinks/s3/settings.hpp"

#include "actors/sinks/objects/object_names.hpp"

#include <algorithm>
#include <cctype>

namespace weir {
namespace {

/// What a header or a name of a bucket may have without being encoded.
auto is_plain_word(const std::string& text) -> bool {
  return std::all_of(text.begin(), text.end(), [](char byte) {
    return std::isalnum(static_cast<unsigned char>(byte)) != 0 || std::string_view{"-_.:"}.find(byte) != std::string_view::npos;
  });
}

} // namespace

void validate(const s3_settings& s, config::settings_reader& reader) {
  validate_name_zone(s.time_zone, s.prefix, reader);
  validate(s.format, reader);
  auto http = s.http;
  http.auth.token = {};
  validate_http(http, reader, s3_port);
  if (s.http.auth.user.empty() != s.http.auth.password.value.empty() || (s.http.auth.user.empty() && !s.http.auth.token.value.empty()))
    reader.complain("auth", "\"auth\" wants a user, which is the access key, and a password, which is its secret");
  if (reader.is_given("bucket") && (s.bucket.size() < 3 || s.bucket.size() > 63 || !is_plain_word(s.bucket)))
    reader.complain("bucket", "\"bucket\" wants 3..63 letters, digits, dots and hyphens, not \"" + s.bucket + '"');
  if (s.region.empty() || !is_plain_word(s.region)) reader.complain("region", "\"region\" wants a name as eu-central-1");
  for (const auto& [key, word] : {std::pair{"storage_class", s.storage_class}, std::pair{"server_side_encryption", s.server_side_encryption}})
    if (!is_plain_word(word)) reader.complain(key, '"' + std::string{key} + "\" wants one word");
  if (s.tags.size() > 10) reader.complain("tags", "\"tags\" wants ten at most");
  if (const auto problem = problem_of_object_prefix(s.prefix); !problem.empty())
    reader.complain("prefix", "\"prefix\" makes no keys: " + problem);
  if (s.ledger.size() > 64) reader.complain("ledger", "\"ledger\" wants a name of up to 64 bytes");
  if (!s.conditional) reader.refuse_useless("ledger", "with \"conditional: false\" there is none");
}

} // namespace weir
