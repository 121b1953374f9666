#include "runtime/parser/parsers.hpp"

#include <optional>

namespace weir {
namespace {

// What container engines put around each piece of output:
//
//  docker     {"log":"text\n","stream":"stdout","time":"2026-11-22T15:00:00.123456789Z"}   no line feed: it goes on
//  cri        2026-11-22T15:00:00.123456789Z stdout F text                                 P for F: it goes on
//
// Both give `log` without its line feed and `stream`; of what goes on also `partial`, which is true.

constexpr auto partial_key = std::string_view{"partial"};

class docker_parser final : public line_parser {
public:
  explicit docker_parser(std::unique_ptr<line_parser> json) : json_(std::move(json)) {}

  auto parse(std::string_view line, msgpack_writer& out) -> parsed_line override {
    fields_.clear();
    auto write = msgpack_writer{fields_};
    auto parsed = json_->parse(line, write);
    if (!parsed.ok()) return parsed;
    auto read = msgpack_reader{fields_.view()};
    auto has_log = false;
    auto is_partial = false;
    auto kept = std::uint32_t{0};
    for (std::uint32_t i = 0; i < parsed.fields; ++i) {
      const auto* const begin = read.at();
      auto key = std::string_view{};
      auto text = std::string_view{};
      if (!read.str(key) || key == partial_key) return {.problem = "the line is none of the json-file log of Docker"};
      const auto is_log = key == "log" && read.str(text);
      if (!is_log && !read.skip()) break;
      ++kept;
      if (!is_log) {
        out.raw({begin, static_cast<std::size_t>(read.at() - begin)});
        continue;
      }
      has_log = true;
      is_partial = !text.ends_with('\n');
      if (!is_partial) text.remove_suffix(1);
      out.str(key);
      out.str(text);
    }
    if (!has_log) return {.problem = "the line has no text in \"log\""};
    if (is_partial) out.str(partial_key), out.boolean(true);
    parsed.fields = kept + (is_partial ? 1U : 0U);
    return parsed;
  }

private:
  std::unique_ptr<line_parser> json_;
  byte_buffer fields_;
};

class cri_parser final : public line_parser {
public:
  explicit cri_parser(field_rules rules)
      : rules_(std::move(rules)),
        time_(make_column(rules_, "time")),
        stream_(make_column(rules_, "stream")),
        log_(make_column(rules_, "log")) {}

  auto parse(std::string_view line, msgpack_writer& out) -> parsed_line override {
    const auto time = word(line);
    const auto stream = word(line);
    const auto flags = word(line);
    const auto flag = flags.substr(0, flags.find(':'));
    const auto is_partial = flag == "P";
    if (time.empty() || (stream != "stdout" && stream != "stderr") || (!is_partial && flag != "F"))
      return {.problem = "the line does not begin with a time, stdout or stderr, and P or F"};
    auto fields = field_writer{rules_, out};
    fields.put(time_, time);
    fields.put(stream_, stream);
    fields.put(log_, line);
    auto done = fields.done();
    if (is_partial) out.str(partial_key), out.boolean(true), ++done.fields;
    return done;
  }

private:
  static auto word(std::string_view& line) -> std::string_view {
    const auto size = std::min(line.find(' '), line.size());
    const auto first = line.substr(0, size);
    line.remove_prefix(std::min(size + 1, line.size()));
    return first;
  }

  field_rules rules_;
  column time_;
  column stream_;
  column log_;
};

/// Of either kind, line by line.
class container_parser final : public line_parser {
public:
  container_parser(std::unique_ptr<line_parser> docker, std::unique_ptr<line_parser> cri)
      : docker_(std::move(docker)), cri_(std::move(cri)) {}
  auto parse(std::string_view line, msgpack_writer& out) -> parsed_line override {
    return (line.starts_with('{') ? docker_ : cri_)->parse(line, out);
  }

private:
  std::unique_ptr<line_parser> docker_;
  std::unique_ptr<line_parser> cri_;
};

} // namespace

auto make_docker_parser(const parser_settings& settings, const clock& now) -> made_parser {
  auto json = settings;
  if (json.time_key.empty()) json.time_key = "time";
  if (json.time_format.empty()) json.time_format = "iso8601";
  WEIR_TRY(auto made, make_json_parser(json, now));
  return std::unique_ptr<line_parser>{std::make_unique<docker_parser>(std::move(made))};
}

auto make_cri_parser(const parser_settings& settings, const clock& now) -> made_parser {
  WEIR_TRY(auto rules, field_rules::make(settings, {.time_key = "time", .time_format = "iso8601"}, now));
  WEIR_CHECK(rules.check_names({"time", "stream", "log"}));
  return std::unique_ptr<line_parser>{std::make_unique<cri_parser>(std::move(rules))};
}

auto make_container_parser(const parser_settings& settings, const clock& now) -> made_parser {
  WEIR_TRY(auto docker, make_docker_parser(settings, now));
  WEIR_TRY(auto cri, make_cri_parser(settings, now));
  return std::unique_ptr<line_parser>{std::make_unique<container_parser>(std::move(docker), std::move(cri))};
}

} // namespace weir
