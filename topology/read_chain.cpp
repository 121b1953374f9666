#include "topology/read_chain.hpp"

#include "actors/operators/multiline/settings.hpp"
#include "config/expressions.hpp"
#include "topology/conditional.hpp"
#include "topology/draft.hpp"

#include <algorithm>

namespace weir {
namespace {

using config::value;

/// One operator as written.
struct step {
  std::string type;
  value settings;
  std::optional<value> when = {};
};

/// Where an operator stands: what it meets there, and what it may do.
enum class station { lines, events, passage };

class chain_reader {
public:
  chain_reader(const std::string& owner, config::diagnostics& problems, station at)
      : owner_(owner), problems_(problems), at_(at) {}

  auto steps_of(const value& component) -> std::vector<step> {
    auto steps = std::vector<step>{};
    const auto* parse = at_ == station::passage ? nullptr : component.find("parse");
    const auto* multiline = at_ == station::passage ? nullptr : component.find("multiline");
    if (multiline != nullptr) add(steps, "multiline", *multiline);
    if (parse != nullptr) add(steps, "parse", *parse);
    if (at_ == station::lines && multiline != nullptr && steps.front().type == "multiline") join_before_parsing(steps);
    const auto* process = component.find("process");
    if (process == nullptr) return steps;
    if (!process->is_sequence()) {
      complain(process->where, "\"process\" wants a list of operators, not " + process->describe(),
               "such as: process: [parse: {format: json}]");
      return steps;
    }
    for (const auto& item : process->items) add_item(steps, item);
    return steps;
  }

  void join_pieces(std::vector<step>& steps, const config::place& where) {
    auto settings = empty_map(where);
    set(settings, "presets", "docker");
    steps.insert(steps.begin(), {"multiline", std::move(settings)});
  }

  /// Without a `parse` of raw lines; that goes to `of_lines`.
  auto read(const std::vector<step>& steps, std::optional<parse_settings>& of_lines) -> process_plan {
    auto out = process_plan{};
    for (const auto& s : steps) {
      const auto of_line = s.type == "parse" && s.settings.find("field") == nullptr;
      if (!of_line)
        add_operator(s, out);
      else if (at_ != station::lines)
        complain(s.settings.where,
                 std::string{"\"parse\" without \"field\" reads raw lines, and "}
                     + (at_ == station::events ? "this source gives events that have none" : "here come events that have none"),
                 "name the field to parse: parse: {format: json, field: message}");
      else if (&s != &steps.front())
        complain(s.settings.where,
                 "\"parse\" without \"field\" reads the raw line, so it must be the first operator",
                 "put it first, or name the field to parse");
      else if (s.when)
        complain(s.when->where, "\"when\" does nothing at a \"parse\" of raw lines: there are no fields yet");
      else
        of_lines = read_parse(s);
    }
    return out;
  }

private:
  /// Lines are joined before they are parsed, but what container engines put around them is read before that.
  void join_before_parsing(std::vector<step>& steps) {
    const auto envelope = envelope_of(steps);
    if (!envelope.empty() && steps.size() > 1 && format_of(steps.back()) == envelope) return std::swap(steps.front(), steps.back());
    if (steps.size() > 1 && steps.back().settings.find("field") == nullptr)
      set(steps.back().settings, "field", envelope.empty() ? "message" : "log");
    if (envelope.empty()) return;
    auto settings = empty_map(steps.front().settings.where);
    set(settings, "format", envelope);
    steps.insert(steps.begin(), {"parse", std::move(settings)});
  }

  /// The format in which a container engine has written the lines; empty: none has.
  static auto envelope_of(const std::vector<step>& steps) -> std::string {
    if (const auto format = format_of(steps.back()); format == "docker" || format == "cri" || format == "container") return format;
    auto none = config::diagnostics{}; // the operator reports them
    const auto joins = config::read_settings<multiline_settings>(steps.front().settings, {}, none, {"type"});
    if (joins.has_preset("docker") && joins.has_preset("cri")) return "container";
    return joins.has_preset("docker") ? "docker" : joins.has_preset("cri") ? "cri" : "";
  }

  static auto format_of(const step& s) -> std::string {
    const auto* format = s.type == "parse" ? s.settings.find("format") : nullptr;
    return format != nullptr && format->is_scalar() ? format->scalar : std::string{};
  }

  static void set(value& map, std::string key, std::string text) {
    auto scalar = value{};
    scalar.type = value::kind::scalar;
    scalar.where = map.where;
    scalar.scalar = std::move(text);
    map.members.push_back({std::move(key), map.where, std::move(scalar)});
  }

  /// `when` stands among the settings, or beside the operator.
  void add_item(std::vector<step>& steps, const value& item) {
    const auto* when = item.find("when");
    if (item.is_scalar()) return add(steps, item.scalar, empty_map(item.where));
    if (const auto* type = item.find("type")) {
      if (type->is_scalar()) return add(steps, type->scalar, item);
      return complain(type->where, "\"type\" wants the name of an operator, not " + type->describe());
    }
    if (item.members.size() == (when != nullptr ? 2 : 1)) {
      const auto& m = item.members[&item.members.front().content == when ? 1 : 0];
      return add(steps, m.key, m.content.type == value::kind::null ? empty_map(m.where) : m.content, when);
    }
    complain(item.where, "\"process\" wants one operator an item, such as - grep: {...}, not "
                             + item.describe()
                             + (item.is_map() ? " of " + std::to_string(item.members.size()) + " keys" : ""));
  }

  /// `parse: json` is short for `parse: {format: json}`, and `multiline: [java]` for `multiline: {presets: [java]}`.
  void add(std::vector<step>& steps, const std::string& type, value settings, const value* when = nullptr) {
    const auto* known = plugin_registry<event_operator>::find(type);
    const auto is_short = settings.is_scalar() || (settings.is_sequence() && type == "multiline");
    if (known != nullptr && !known->shorthand.empty() && is_short) {
      auto map = empty_map(settings.where);
      const auto where = settings.where;
      map.members.push_back({known->shorthand, where, std::move(settings)});
      settings = std::move(map);
    }
    if (!settings.is_map())
      return complain(settings.where, '"' + type + "\" wants a map of settings, not " + settings.describe());
    const auto* inside = settings.find("when");
    if (inside != nullptr && when != nullptr)
      complain(when->where, "\"when\" is there twice; the other in line " + std::to_string(inside->where.line));
    const auto* given = inside != nullptr ? inside : when;
    auto condition = given != nullptr && check_condition(*given) ? std::optional{*given} : std::nullopt;
    steps.push_back({type, std::move(settings), std::move(condition)});
  }

  auto check_condition(const value& when) -> bool {
    const auto findings = config::findings_of_expression(when, config::expression_use::condition);
    for (const auto& f : findings) complain(f.where, "\"when\": " + f.what, f.hint);
    return findings.empty();
  }

  auto read_parse(const step& s) -> parse_settings {
    return config::read_settings<parse_settings>(s.settings, owner_ + ": parse", problems_, {"type", "when"});
  }

  void add_operator(const step& s, process_plan& out) {
    if (const auto* found = plugin_registry<event_operator>::find(s.type)) {
      check_station(s, *found);
      out.holds_events = out.holds_events || found->holds_events;
      auto made = found->configure(s.settings, owner_ + ": " + s.type, problems_, {"type", "when"});
      out.operators.push_back(s.when ? only_when(s.when->scalar, std::move(made)) : std::move(made));
      if (found->changes_tags) add_retag(s, *found, out);
      return;
    }
    const auto names = plugin_registry<event_operator>::names();
    const auto* type = s.settings.find("type");
    complain(type ? type->where : s.settings.where,
             "unknown operator \"" + s.type + "\"; wants one of " + list_names(names),
             did_you_mean(s.type, names));
  }

  /// With `when`, tags may stay as they are.
  static void add_retag(const step& s, const operator_plugin& found, process_plan& out) {
    out.retags.push_back([change = found.retags, written = s.settings, is_conditional = s.when.has_value()](tag_shapes before) {
      auto after = change(written, before);
      if (is_conditional) after.insert(after.end(), before.begin(), before.end());
      return after;
    });
  }

  void check_station(const step& s, const operator_plugin& found) {
    if (at_ != station::passage) return;
    if (found.holds_events)
      complain(s.settings.where, '"' + s.type + "\" holds events, which only a collector can: what is held when it dies "
                                                "is read again, as nothing says that it was passed on",
               "put it under \"process\" of the collector");
    else if (found.makes_several)
      complain(s.settings.where, '"' + s.type + "\" makes several events of one, which only a collector can: there each "
                                                "gets an ordinal, by which stores know it again",
               "put it under \"process\" of the collector");
    else if (found.remembers)
      complain(s.settings.where, '"' + s.type + "\" remembers events, which only a collector can: what is passed on a second "
                                                "time would be taken for another one",
               "put it under \"process\" of the collector");
  }

  static auto empty_map(const config::place& where) -> value {
    auto map = value{};
    map.type = value::kind::map;
    map.where = where;
    return map;
  }

  void complain(const config::place& where, std::string what, std::string hint = {}) {
    problems_.push_back(
        {config::diagnostic::severity::error, where, owner_ + ": " + std::move(what), std::move(hint)});
  }

  const std::string& owner_;
  config::diagnostics& problems_;
  station at_;
};

} // namespace

void read_chain(const value& collector, const std::string& owner, config::diagnostics& problems,
                collector_plan& out, source_gift given) {
  auto reader = chain_reader{owner, problems, given == source_gift::lines ? station::lines : station::events};
  auto steps = reader.steps_of(collector);
  if (given == source_gift::pieces) reader.join_pieces(steps, collector.where);
  auto process = reader.read(steps, out.parse);
  out.tags = process.retagged(std::move(out.tags));
  out.operators = std::move(process.operators);
  out.holds_events = process.holds_events;
}

auto read_process(const value& component, const std::string& owner, config::diagnostics& problems) -> process_plan {
  auto reader = chain_reader{owner, problems, station::passage};
  auto none = std::optional<parse_settings>{};
  return reader.read(reader.steps_of(component), none);
}

} // namespace weir
