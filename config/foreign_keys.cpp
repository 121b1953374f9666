#include "config/foreign_keys.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace weir::config {
namespace {

struct foreign_key {
  std::string_view key; ///< in small letters
  std::string_view whose;
  std::string_view here;
};

constexpr auto fluentd = std::string_view{"Fluentd"};
constexpr auto fluent_bit = std::string_view{"Fluent Bit"};
constexpr auto vector = std::string_view{"Vector"};
constexpr auto rsyslog = std::string_view{"rsyslog"};

/// By key.
constexpr auto foreign_keys = std::array{
    foreign_key{"@id", fluentd, "the name of a component is the key that it stands under"},
    foreign_key{"@label", fluentd, "who reads from whom says \"from\" of the reader"},
    foreign_key{"@type", fluentd, "\"type\""},
    foreign_key{"acknowledgements", vector, "nothing has to be set: answers wait as \"ack\" of the collector says"},
    foreign_key{"action.resumeretrycount", rsyslog, "\"retry\" of the sink, which is for ever by default"},
    foreign_key{"addmetadata", rsyslog, "\"metadata\""},
    foreign_key{"auto_create_table", fluent_bit, "\"create\""},
    foreign_key{"bind", fluentd, "\"listen: HOST:PORT\""},
    foreign_key{"buffer_chunk_size", fluent_bit, "\"max_message\" or \"max_line\" bounds what one message may have"},
    foreign_key{"buffer_max_size", fluent_bit, "\"max_message\" or \"max_line\" bounds what one message may have"},
    foreign_key{"bulk", vector, "\"index\" of the sink itself"},
    foreign_key{"chunk_limit_size", fluentd, "\"batch: {max_size}\""},
    foreign_key{"data_dir", vector, "\"buffer: {path}\"; positions are kept by those who receive"},
    foreign_key{"db", fluent_bit, "nothing has to be set: positions are kept by those who receive"},
    foreign_key{"db.sync", fluent_bit, "nothing has to be set: positions are kept by those who receive"},
    foreign_key{"docker_mode", fluent_bit, "\"multiline: [docker]\", or a collector of the type docker"},
    foreign_key{"emit_unmatched_lines", fluentd, "\"parse: {on_error}\", which keeps them by default"},
    foreign_key{"exclude_path", fluentd, "\"exclude\""},
    foreign_key{"file_key", vector, "\"metadata: {path}\""},
    foreign_key{"fingerprint", vector, "nothing has to be set: a file is known by its inode and its head"},
    foreign_key{"flush_interval", fluentd, "\"batch: {max_delay}\""},
    foreign_key{"flush_mode", fluentd, "\"batch: {max_delay}\""},
    foreign_key{"flush_thread_count", fluentd, "\"writers\""},
    foreign_key{"freshmstail", rsyslog, "\"start: end\""},
    foreign_key{"glob_minimum_cooldown_ms", vector, "\"refresh_interval\""},
    foreign_key{"healthcheck", vector, "`weir check --connect` asks the store"},
    foreign_key{"hostname_key", fluent_bit, "\"labels\", or \"source_hostname_key\" of a collector of the type forward"},
    foreign_key{"ignore_older_secs", vector, "\"ignore_older: 10m\""},
    foreign_key{"include", vector, "\"path\""},
    foreign_key{"inputs", vector, "\"from\""},
    foreign_key{"kube_tag_prefix", fluent_bit, "\"tag\""},
    foreign_key{"kube_url", fluent_bit, "\"api: {url}\""},
    foreign_key{"limit_recently_modified", fluentd, "\"ignore_older\""},
    foreign_key{"logstash_format", fluent_bit, "\"index: 'logs-%Y.%m.%d'\""},
    foreign_key{"logstash_prefix", fluent_bit, "\"index: 'PREFIX-%Y.%m.%d'\""},
    foreign_key{"match_regex", fluent_bit, "\"match\" with *, ** and {a,b}"},
    foreign_key{"max_line_bytes", vector, "\"max_line\""},
    foreign_key{"max_line_size", fluentd, "\"max_line\""},
    foreign_key{"max_retry_wait", fluentd, "\"retry: {max}\""},
    foreign_key{"mem_buf_limit", fluent_bit, "\"buffer: {max_size}\" of an aggregator; demand bounds collectors"},
    foreign_key{"multiline.parser", fluent_bit, "\"multiline: [java, python]\""},
    foreign_key{"multiline_flush_interval", fluentd, "\"multiline: {timeout}\""},
    foreign_key{"num_threads", fluentd, "\"writers\""},
    foreign_key{"offset_key", fluent_bit, "\"metadata: {offset}\""},
    foreign_key{"overflow_action", fluentd, "\"buffer: {when_full}\""},
    foreign_key{"parser", fluent_bit, "\"parse: {format}\""},
    foreign_key{"parser_firstline", fluent_bit, "\"multiline: {start}\""},
    foreign_key{"path_key", fluent_bit, "\"metadata: {path}\""},
    foreign_key{"pos_file", fluentd, "nothing has to be set: positions are kept by those who receive"},
    foreign_key{"queue.filename", rsyslog, "\"buffer: {path}\" of an aggregator"},
    foreign_key{"queue.maxdiskspace", rsyslog, "\"buffer: {max_size}\" of an aggregator"},
    foreign_key{"queue.size", rsyslog, "\"buffer: {max_size}\" of an aggregator"},
    foreign_key{"queue_limit_length", fluentd, "\"buffer: {max_size}\" of an aggregator"},
    foreign_key{"read_from", vector, "\"start: beginning\" or \"start: end\""},
    foreign_key{"read_from_head", fluentd, "\"start: beginning\", which is the default"},
    foreign_key{"remove_after_secs", vector, "\"delete_after_read\""},
    foreign_key{"require_ack_response", fluentd, "\"require_ack\""},
    foreign_key{"retry_forever", fluentd, "\"retry: {give_up_after: never}\", which is the default"},
    foreign_key{"retry_limit", fluent_bit, "\"retry: {give_up_after}\", which is never by default"},
    foreign_key{"retry_max_interval", fluentd, "\"retry: {max}\""},
    foreign_key{"retry_timeout", fluentd, "\"retry: {give_up_after}\""},
    foreign_key{"retry_wait", fluentd, "\"retry: {first}\""},
    foreign_key{"rotate_wait", fluentd, "nothing has to be set: a rotated file is read to its end"},
    foreign_key{"ruleset", rsyslog, "\"from\" of those who read from it"},
    foreign_key{"skip_long_lines", fluent_bit, "\"max_line\": longer ones come in pieces"},
    foreign_key{"startmsg.regex", rsyslog, "\"multiline: {start}\""},
    foreign_key{"storage.type", fluent_bit, "\"buffer: {type: disk, path}\" of an aggregator"},
    foreign_key{"strategy", vector, "\"writers\" and \"retry\""},
    foreign_key{"tag_key", fluent_bit, "\"process: [record: {add: {tag: '{tag}'}}]\""},
    foreign_key{"time_slice_format", fluentd, "strftime in \"path\", \"index\" or \"prefix\""},
    foreign_key{"total_limit_size", fluentd, "\"buffer: {max_size}\" of an aggregator"},
    foreign_key{"when_full", vector, "\"buffer: {when_full}\" of an aggregator"},
    foreign_key{"workers", fluentd, "\"instances\" of an aggregator, or \"writers\" of a sink"},
};

constexpr auto is_before(const foreign_key& a, const foreign_key& b) -> bool { return a.key < b.key; }
static_assert(std::is_sorted(foreign_keys.begin(), foreign_keys.end(), is_before));

} // namespace

auto hint_of_foreign_key(std::string_view key) -> std::optional<std::string> {
  auto small = std::string{key};
  for (auto& c : small) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  const auto at = std::lower_bound(foreign_keys.begin(), foreign_keys.end(), foreign_key{small, {}, {}}, is_before);
  if (at == foreign_keys.end() || at->key != small) return std::nullopt;
  const auto is_needless = at->here.starts_with("nothing ");
  return std::string{at->whose} + " calls it so; here" + (is_needless ? " " : ": ") + std::string{at->here};
}

} // namespace weir::config
