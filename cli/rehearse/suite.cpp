#include "cli/rehearse/suite.hpp"

#include "cli/rehearse/values.hpp"
#include "config/settings.hpp"
#include "config/yaml.hpp"
#include "runtime/parser/time_format.hpp"
#include "topology/make_plan.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>

namespace weir::cli {
namespace {

using config::value;

struct given_spec {
  std::string line;
  std::string tag;
  std::string time;
  value record;
};

template <class Visitor> void describe(Visitor& v, given_spec& s) {
  v.field("line", s.line, "A line, for a collector that reads lines.");
  v.field("tag", s.tag, "Its tag; without, that of the collector.");
  v.field("time", s.time, "Its time, ISO 8601; without, that of the clock of tests.");
  v.field("record", s.record, "Its fields.");
}

struct expected_spec {
  std::string tag;
  std::string time;
  value record;
  value contains;
};

template <class Visitor> void describe(Visitor& v, expected_spec& s) {
  v.field("tag", s.tag, "Its tag; without, any.");
  v.field("time", s.time, "Its time, ISO 8601; without, any.");
  v.field("record", s.record, "All its fields.");
  v.field("contains", s.contains, "Some of its fields.");
}

void validate(const given_spec& s, config::settings_reader& reader) {
  if (reader.is_given("line") == reader.is_given("record")) reader.complain({}, "wants either \"line\" or \"record\"");
  if (reader.is_given("record") && !s.record.is_map()) reader.complain("record", "\"record\" wants a map of fields, not " + s.record.describe());
}

void validate(const expected_spec& s, config::settings_reader& reader) {
  for (const auto& [key, from] : {std::pair{"record", &s.record}, {"contains", &s.contains}})
    if (reader.is_given(key) && !from->is_map())
      reader.complain(key, '"' + std::string{key} + "\" wants a map of fields, not " + from->describe());
  if (reader.is_given("record")) reader.refuse_useless("contains", "\"record\" says all of it");
}

auto packed_text(const value& v) -> std::string {
  auto out = byte_buffer{};
  pack_value(out, v);
  return std::string{out.view()};
}

class suite_reader {
public:
  suite_reader(const topology_plan& plan, config::diagnostics& problems) : plan_(plan), problems_(problems) {}

  auto read(const value& tests) -> std::vector<test_case> {
    auto cases = std::vector<test_case>{};
    if (!tests.is_map() || tests.members.empty())
      return complain(tests.where, "\"tests\" wants a map of names to tests, not " + tests.describe()), cases;
    for (const auto& m : tests.members) cases.push_back(read_case(m));
    return cases;
  }

private:
  auto read_case(const value::member& m) -> test_case {
    auto made = test_case{m.key, m.where, {}, {}};
    owner_ = "test \"" + m.key + '"';
    const auto* give = m.content.find("give");
    const auto* expect = m.content.find("expect");
    for (const auto& key : m.content.members)
      if (key.key != "give" && key.key != "expect") complain(key.where, "unknown key \"" + key.key + "\"; wants \"give\" and \"expect\"");
    if (give == nullptr || !give->is_map() || expect == nullptr || !expect->is_map() || expect->members.empty())
      return complain(m.where, "wants \"give\", a map of collectors to lines or events, and \"expect\", one of sinks to events"), made;
    for (const auto& g : give->members) read_given(g, made);
    for (const auto& e : expect->members) read_expected(e, made);
    return made;
  }

  void read_given(const value::member& m, test_case& to) {
    check_component(m, tier::collector);
    if (!m.content.is_sequence()) return complain(m.content.where, "wants a list of lines or events, not " + m.content.describe());
    for (const auto& item : m.content.items) {
      auto& made = to.given.emplace_back();
      made.collector = m.key;
      if (item.is_scalar()) {
        made.line = item.scalar;
        continue;
      }
      const auto spec = config::read_settings<given_spec>(item, owner_, problems_);
      if (item.find("line") != nullptr) made.line = spec.line;
      made.tag = spec.tag;
      made.time_ns = time_of(item, spec.time);
      made.record = packed_text(spec.record);
    }
  }

  void read_expected(const value::member& m, test_case& to) {
    check_component(m, tier::sink);
    auto& made = to.expected.emplace_back();
    made.sink = m.key;
    made.where = m.where;
    if (m.content.is_scalar()) return void(made.count = count_of(m.content));
    if (!m.content.is_sequence()) return complain(m.content.where, "wants a list of events or their number, not " + m.content.describe());
    for (const auto& item : m.content.items) {
      auto& event = made.events.emplace_back();
      const auto spec = config::read_settings<expected_spec>(item, owner_, problems_);
      if (item.find("tag") != nullptr) event.tag = spec.tag;
      event.time_ns = time_of(item, spec.time);
      if (item.find("record") != nullptr) event.record = packed_text(spec.record);
      if (item.find("contains") != nullptr) event.contains = packed_text(spec.contains);
    }
  }

  auto count_of(const value& v) -> std::uint64_t {
    auto count = std::uint64_t{0};
    const auto* end = v.scalar.data() + v.scalar.size();
    const auto [rest, ec] = std::from_chars(v.scalar.data(), end, count);
    if (ec != std::errc{} || rest != end) complain(v.where, "wants a list of events or their number, not " + v.describe());
    return count;
  }

  auto time_of(const value& item, const std::string& text) -> std::optional<std::int64_t> {
    const auto* written = item.find("time");
    if (written == nullptr) return std::nullopt;
    const auto parser = time_parser::compile("iso8601", {}, system_clock());
    const auto time = parser ? parser->parse(text) : std::nullopt;
    if (!time) complain(written->where, "\"time\" wants one such as 2026-12-01T16:00:00Z, not " + written->describe());
    return time;
  }

  void check_component(const value::member& m, tier wanted) {
    auto names = std::vector<std::string>{};
    for (const auto& c : plan_.components)
      if (c.in == wanted && c.letters_of.empty()) names.push_back(c.name);
    if (std::find(names.begin(), names.end(), m.key) != names.end()) return;
    const auto meant = config::nearest(m.key, names);
    complain(m.where, std::string{"there is no "} + (wanted == tier::sink ? "sink" : "collector") + " \"" + m.key + '"',
             meant ? "did you mean \"" + *meant + "\"?" : "");
  }

  void complain(const config::place& where, std::string what, std::string hint = {}) {
    problems_.push_back({config::diagnostic::severity::error, where, (owner_.empty() ? "" : owner_ + ": ") + std::move(what), std::move(hint)});
  }

  const topology_plan& plan_;
  config::diagnostics& problems_;
  std::string owner_;
};

/// The topology that a file of tests is about, or the file itself.
auto plan_of(const value& root, const std::string& path, config::diagnostics& problems) -> std::optional<topology_plan> {
  const auto* other = root.find("topology");
  if (other == nullptr) return make_plan(root, problems);
  for (const auto& m : root.members)
    if (m.key != "topology" && m.key != "tests")
      problems.push_back({config::diagnostic::severity::error, m.where, "unknown section \"" + m.key + "\" beside \"topology\" and \"tests\"", {}});
  return load_plan((std::filesystem::path{path}.parent_path() / other->scalar).string(), problems);
}

} // namespace

auto load_suite(const std::string& path, config::diagnostics& problems) -> std::optional<test_suite> {
  const auto root = config::load_file(path, problems);
  if (!root || config::has_errors(problems)) return std::nullopt;
  const auto* tests = root->find("tests");
  if (tests == nullptr) {
    problems.push_back({config::diagnostic::severity::error, root->where, "has no \"tests\"", "docs/testing.md shows some"});
    return std::nullopt;
  }
  auto plan = plan_of(*root, path, problems);
  if (!plan) return std::nullopt;
  auto cases = suite_reader{*plan, problems}.read(*tests);
  if (config::has_errors(problems)) return std::nullopt;
  return test_suite{std::move(*plan), std::move(cases)};
}

} // namespace weir::cli
