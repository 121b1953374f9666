#include "cli/help/reference.hpp"

#include "topology/console_spec.hpp"
#include "topology/spec.hpp"

#include <array>

namespace weir::cli {
namespace {

template <class Interface> auto plugin_pages(const std::string& kind) -> std::vector<page> {
  auto pages = std::vector<page>{};
  for (const auto& p : plugin_registry<Interface>::all())
    pages.push_back({kind, p.name, p.help, p.fields, p.lacks, p.example});
  return pages;
}

constexpr auto help_of_format(line_format format) -> std::string_view {
  switch (format) {
  case line_format::none: return "The whole line as the field message.";
  case line_format::json: return "A line is a JSON object; its members become the fields.";
  case line_format::regex: return "Named groups of an RE2 expression become the fields.";
  case line_format::grok: return "Patterns by name, %{IPORHOST:client}, in an RE2 expression; patterns adds names.";
  case line_format::nginx: return "The combined access log of nginx.";
  case line_format::apache2: return "The common and combined access logs of Apache httpd.";
  case line_format::syslog: return "RFC 3164 and RFC 5424, told apart by line.";
  case line_format::ltsv: return "Labelled tab-separated values: label:value.";
  case line_format::logfmt: return "key=value pairs, values in quotes where they hold spaces.";
  case line_format::key_value: return "Pairs with the separators, quotes and prefix that the keys of those names say.";
  case line_format::csv: return "Values between separators, named by columns.";
  case line_format::cef: return "ArcSight's Common Event Format, also behind a syslog header: its header and extension.";
  case line_format::leef: return "IBM's Log Event Extended Format, 1.0 and 2.0: its header and attributes.";
  case line_format::klog: return "Lines of Kubernetes' own programs: level, id, file, line, message, and the time.";
  case line_format::xml: return "An XML document: elements are maps, attributes @name, several of one name a list.";
  case line_format::url: return "A URL, or from its path on: scheme, username, password, host, port, path, query, fragment.";
  case line_format::user_agent: return "HTTP's User-Agent: name, version, os, os_version, category.";
  case line_format::docker: return "Lines of Docker's json-file logs: log, stream; partial where a line goes on.";
  case line_format::cri: return "Lines of containerd and CRI-O: log, stream; partial where a line goes on.";
  case line_format::container: return "Either of docker and cri, line by line.";
  }
  return {};
}

/// Formats share one set of keys, so their pages carry none of their own.
auto parser_pages() -> std::vector<page> {
  auto pages = std::vector<page>{};
  for (const auto& [name, format] : names_of(static_cast<line_format*>(nullptr)))
    pages.push_back({"parser", std::string{name}, std::string{help_of_format(format)}, {}});
  return pages;
}

struct kind_help {
  std::string_view kind;
  std::string_view help;
};

constexpr auto kinds = std::array{
    kind_help{"collector", "Reads events from outside; under collectors:, by type."},
    kind_help{"parser", "Makes fields of a line; the format under parse:."},
    kind_help{"operator", "Filters and changes events; a list under process: of a collector, an aggregator or a sink."},
    kind_help{"aggregator",
              "Merges streams and buffers; under source_aggregators: and destination_aggregators:."},
    kind_help{"sink", "Commits events to a store; under sinks:, by type."},
    kind_help{"dead_letters", "Where is kept what cannot be stored or parsed; under dead_letters:."},
    kind_help{"retention", "How long is known what may come again; keys of the file itself."},
    kind_help{"cluster", "What all nodes have in common; under cluster:."},
    kind_help{"console", "Where a node shows what it does, to browsers and programs, and who may look; under console:."},
    kind_help{"node", "Where a process listens for the others; under nodes:, by name."},
};

void flatten_into(std::vector<config::field_info>& rows, const std::vector<config::field_info>& fields,
                  const std::string& prefix) {
  for (const auto& f : fields) {
    auto row = f;
    row.key = prefix + f.key;
    row.nested.clear();
    if (f.nested.empty())
      rows.push_back(std::move(row));
    else
      flatten_into(rows, f.nested, row.key + '.');
  }
}

} // namespace

auto page_kinds() -> std::vector<std::string> {
  auto names = std::vector<std::string>{};
  for (const auto& k : kinds) names.emplace_back(k.kind);
  return names;
}

auto help_of_kind(std::string_view kind) -> std::string {
  for (const auto& k : kinds)
    if (k.kind == kind) return std::string{k.help};
  return {};
}

auto pages_of(std::string_view kind) -> std::vector<page> {
  if (kind == "collector") return plugin_pages<source>("collector");
  if (kind == "operator") return plugin_pages<event_operator>("operator");
  if (kind == "sink") return plugin_pages<store>("sink");
  if (kind == "parser") return parser_pages();
  if (kind == "aggregator") return {{"aggregator", {}, {}, config::list_settings<aggregator_spec>()}};
  if (kind == "dead_letters") return {{"dead_letters", {}, {}, config::list_settings<dead_letters_spec>()}};
  if (kind == "retention") return {{"retention", {}, {}, config::list_settings<retention_spec>()}};
  if (kind == "cluster") return {{"cluster", {}, {}, config::list_settings<cluster_spec>()}};
  if (kind == "console") return {{"console", {}, {}, config::list_settings<console_spec>()}};
  if (kind == "node") return {{"node", {}, {}, config::list_settings<node_spec>()}};
  return {};
}

auto common_fields_of(std::string_view kind) -> std::vector<config::field_info> {
  if (kind == "operator")
    return {{"when", "expression", {}, "Only for events of which it is true (docs/expressions.md); others pass the operator by.", false, {}}};
  if (kind == "collector") return config::list_settings<collector_spec>();
  if (kind == "sink") return config::list_settings<sink_spec>();
  if (kind == "parser") return config::list_settings<parse_settings>();
  return {};
}

auto flatten(const std::vector<config::field_info>& fields) -> std::vector<config::field_info> {
  auto rows = std::vector<config::field_info>{};
  flatten_into(rows, fields, {});
  return rows;
}

auto default_of(const config::field_info& field) -> std::string {
  if (field.required) return "required";
  return field.default_text == "\"\"" ? "" : field.default_text;
}

} // namespace weir::cli
