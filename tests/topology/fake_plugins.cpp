/// Plug-ins with the settings that topologies speak of and no behaviour, so that plans can be tested alone.
#include "actors/collectors/source.hpp"
#include "actors/operators/multiline/settings.hpp"
#include "actors/operators/operator.hpp"
#include "actors/operators/parse.hpp"
#include "actors/sinks/store.hpp"

namespace weir {

void validate(const parse_settings& settings, config::settings_reader& reader) {
  if (settings.parser.format == line_format::regex && settings.parser.expression.empty())
    reader.complain("format", "\"expression\" is missing; regex wants one");
}

void validate(const multiline_settings&, config::settings_reader&) {}

namespace {

struct fake_source : source {
  auto open(const resume_info&) -> result<void> override { return {}; }
  auto read(intake&, std::size_t) -> result<read_status> override { return read_status::finished; }
};

struct fake_tail final : fake_source {
  static constexpr bool resumes = true;
  struct settings {
    std::vector<std::string> path;
    std::vector<std::string> exclude;
    std::string tag = "{path}";
    bool follow = true;
    byte_count max_line{1 << 20};
  };
  static auto descriptors(const settings&) -> descriptor_need { return {2, true}; }
  static auto claims(const settings& s, const plugin_context&) -> plugin_claims {
    return {.reads = {s.path, s.exclude, "path"}};
  }
  fake_tail(const settings&, const plugin_context&) {}
};
template <class Visitor> void describe(Visitor& v, fake_tail::settings& s) {
  v.required("path", s.path, "Files to read; * and ** work.");
  v.field("exclude", s.exclude, "Files to leave out.");
  v.field("tag", s.tag, "Tag of the events.");
  v.field("follow", s.follow, "Wait for more at the end.");
  v.field("max_line", s.max_line, "Longer lines are cut.");
}

struct fake_forward final : fake_source {
  static constexpr bool resumes = true;
  static constexpr bool listens = true;
  struct settings {
    std::vector<std::string> listen{"127.0.0.1:24224"};
    config::secret shared_key;
  };
  static auto descriptors(const settings& s) -> descriptor_need { return {1 + 2 * s.listen.size(), true}; }
  static auto clients(const settings&) -> client_promise { return {true, true, true, {}, {"for clients that ask for acks"}}; }
  static auto claims(const settings& s, const plugin_context&) -> plugin_claims {
    auto made = plugin_claims{};
    for (const auto& address : s.listen) made.held.push_back({claim::kind::address, address, "listen"});
    return made;
  }
  fake_forward(const settings&, const plugin_context&) {}
};
template <class Visitor> void describe(Visitor& v, fake_forward::settings& s) {
  v.field("listen", s.listen, "host:port to listen at.");
  v.field("shared_key", s.shared_key, "What senders must know.");
}

/// Cannot read anything again.
struct fake_once final : fake_source {
  struct settings {
    std::string tag;
  };
  static auto tags(const settings& s) -> std::vector<tag_shape> {
    if (s.tag.empty()) return {tag_shape{}};
    if (s.tag.ends_with('*')) return {{{s.tag.substr(0, s.tag.size() - 1), {}}}};
    return {exact_tag(s.tag)};
  }
  fake_once(const settings&, const plugin_context&) {}
};
template <class Visitor> void describe(Visitor& v, fake_once::settings& s) {
  v.field("tag", s.tag, "Tag of the events; with a * at its end it begins so, without one it may be any.");
}

struct fake_store : store {
  auto open() -> result<void> override { return {}; }
  auto commit(const commit_batch&) -> result<committed> override { return committed{}; }
};

enum class file_format { json, raw };
constexpr auto names_of(file_format*) {
  return std::array<std::pair<std::string_view, file_format>, 2>{
      {{"json", file_format::json}, {"raw", file_format::raw}}};
}

struct fake_file final : fake_store {
  struct settings {
    std::string path;
    file_format format = file_format::json;
    std::string sync = "always";
    std::string ledger;
  };
  static auto promise(const settings& s) -> store_promise {
    auto made = store_promise{.why_not_more = "there is one file"};
    if (s.path == "device")
      made.why_none = "\"device\" takes nothing back";
    else
      made.knows_by = store_promise::memory::ledger;
    if (made.has_memory() && s.sync != "always")
      made.at_power_cut = {"\"sync: " + s.sync + "\" acknowledges what is not on the device yet", "sync"};
    if (s.path == "distracted") made.repeats = {"what was under way is written again", "path"};
    if (s.path == "careless") made.loses = {"nobody looks whether it was written", "path"};
    return made;
  }
  static auto claims(const settings& s, const plugin_context&) -> plugin_claims {
    auto made = plugin_claims{.held = {{claim::kind::file, s.path, "path"}}, .writes = {s.path, s.path + ".lock"}};
    if (!s.ledger.empty()) made.held.push_back({claim::kind::file, s.ledger, "ledger"});
    return made;
  }
  fake_file(const settings&, const plugin_context&) {}
};
template <class Visitor> void describe(Visitor& v, fake_file::settings& s) {
  v.required("path", s.path, "Where to write.");
  v.field("format", s.format, "What to write.");
  v.field("sync", s.sync, "When it is written.");
  v.field("ledger", s.ledger, "What is remembered.");
}

struct fake_null final : fake_store {
  struct settings {};
  fake_null(const settings&, const plugin_context&) {}
};
template <class Visitor> void describe(Visitor&, fake_null::settings&) {}

/// A database that all nodes write to, side by side; some of its files are its own.
struct fake_base final : fake_store {
  struct settings {
    std::string directory;
    std::string spool;
  };
  static auto promise(const settings&) -> store_promise {
    return {.knows_by = store_promise::memory::shared_ledger,
            .writers_max = 16,
            .why_not_more = "it has 16 connections",
            .batch_bytes = std::uint64_t{1} << 20};
  }
  static auto claims(const settings& s, const plugin_context&) -> plugin_claims {
    auto made = plugin_claims{};
    if (!s.directory.empty()) made.held.push_back({claim::kind::directory, s.directory, "directory"});
    if (!s.spool.empty()) made.held.push_back({claim::kind::directory, s.spool, "spool", true});
    return made;
  }
  static auto descriptors(const settings&) -> descriptor_need { return {2, false}; }
  fake_base(const settings&, const plugin_context&) {}
};
template <class Visitor> void describe(Visitor& v, fake_base::settings& s) {
  v.field("directory", s.directory, "What is this sink's alone.");
  v.field("spool", s.spool, "What several sinks use.");
}

struct fake_grep final : event_operator {
  struct settings {
    std::string field;
    std::string keep;
  };
  fake_grep(const settings&, const plugin_context&) {}
  void apply(const event_view&, event_output&) override {}
};
template <class Visitor> void describe(Visitor& v, fake_grep::settings& s) {
  v.required("field", s.field, "Which field to look at.");
  v.field("keep", s.keep, "Regular expression of what stays.");
}

struct fake_parse final : event_operator {
  using settings = parse_settings;
  static constexpr auto shorthand = std::string_view{"format"};
  fake_parse(const settings&, const plugin_context&) {}
  void apply(const event_view&, event_output&) override {}
};

struct fake_retag final : event_operator {
  struct settings {
    std::string tag;
    std::string match;
  };
  /// A tag without a dot is none that "match" is about; with a ? in "match" some may stay.
  static auto retags(const settings& s, std::vector<tag_shape> before) -> std::vector<tag_shape> {
    if (s.match.find('?') == std::string::npos)
      std::erase_if(before, [](const tag_shape& t) { return t.parts.front().find('.') != std::string::npos; });
    before.push_back(exact_tag(s.tag));
    return before;
  }
  fake_retag(const settings&, const plugin_context&) {}
  void apply(const event_view&, event_output&) override {}
};
template <class Visitor> void describe(Visitor& v, fake_retag::settings& s) {
  v.field("tag", s.tag, "The new tag.");
  v.field("match", s.match, "Whose.");
}

struct fake_split final : event_operator {
  static constexpr bool makes_several = true;
  struct settings {};
  fake_split(const settings&, const plugin_context&) {}
  void apply(const event_view&, event_output&) override {}
};
template <class Visitor> void describe(Visitor&, fake_split::settings&) {}

struct fake_join final : event_operator {
  static constexpr bool holds_events = true;
  struct settings {};
  fake_join(const settings&, const plugin_context&) {}
  void apply(const event_view&, event_output&) override {}
};
template <class Visitor> void describe(Visitor&, fake_join::settings&) {}

struct fake_recall final : event_operator {
  static constexpr bool remembers = true;
  struct settings {};
  fake_recall(const settings&, const plugin_context&) {}
  void apply(const event_view&, event_output&) override {}
};
template <class Visitor> void describe(Visitor&, fake_recall::settings&) {}

const register_source<fake_tail> tail{"tail", "Reads files."};
const register_source<fake_forward> forward{"forward", "Listens for the forward protocol."};
const register_source<fake_once> once{"once", "Reads what comes once."};
const register_store<fake_file> file{"file", "Appends events to files."};
const register_store<fake_null> null{"null", "Counts events."};
const register_store<fake_base> base{"base", "Commits to a database."};
const register_operator<fake_grep> grep{"grep", "Keeps or drops events."};
const register_operator<fake_parse> parse{"parse", "Parses a field."};
const register_operator<fake_retag> retag{"retag", "Gives another tag."};
const register_operator<fake_split> split{"split", "Makes several events of one."};
const register_operator<fake_join> join{"join", "Makes one event of several."};
const register_operator<fake_recall> recall{"recall", "Knows events again."};

} // namespace
} // namespace weir
