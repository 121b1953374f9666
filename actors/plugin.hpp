/// How plug-ins register: a name, a help sentence, their settings, and how to make one.
#pragma once

#include "actors/promise.hpp"
#include "config/settings.hpp"
#include "runtime/event/tag_shape.hpp"
#include "runtime/flow/retention.hpp"
#include "runtime/os/clock.hpp"
#include "runtime/os/descriptor_budget.hpp"
#include "runtime/os/file_system.hpp"

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace weir {

namespace net {
class kept_sockets;
}

/// What every plug-in is told about where it runs.
struct plugin_context {
  std::string component; ///< name in the topology file
  std::string node;
  const class clock* clock = &system_clock();
  file_system* files = &real_file_system(); ///< for what has to be durable
  descriptor_budget* descriptors = nullptr; ///< for files and connections by their number; null: unbounded
  net::kept_sockets* doors = nullptr;       ///< that listeners take and leave; null: each has its own
  bool once = false;                        ///< --once: end when all that is there has been read
  /// With once: no collector here has an end of its own, so a listener waits for its first client.
  bool awaits_clients = false;
  retention keep = {}; ///< for ledgers
};

template <class Interface> struct plugin {
  /// Makes an instance; called again after every restart.
  using factory = std::function<std::unique_ptr<Interface>(const plugin_context&)>;

  std::string name;
  std::string help;
  std::vector<config::field_info> fields;
  /// The Debian package that was not there when this was built, so that nothing is made of it; empty: it is whole.
  std::string lacks;
  std::string example; ///< a whole topology file that uses it, from `example` of its settings; empty: none
  std::string shorthand; ///< the key of what stands there instead of a map, from its `shorthand` member; empty: none
  bool listens = false; ///< has a `listens` member: its input has no end of its own
  bool resumes = false; ///< has a `resumes` member: a source whose positions mean the same to a later process
  bool gives_events = false; ///< has a `gives_events` member: a source of events, not of lines to be parsed
  bool makes_several = false; ///< has a `makes_several` member: an operator that makes several events of one
  bool remembers = false; ///< has a `remembers` member: an operator whose answer depends on the events before
  bool holds_events = false; ///< has a `holds_events` member: an operator that keeps events back
  bool changes_tags = false; ///< has a `retags` function
  /// From `promise(settings)`, of a store; without: nothing.
  std::function<store_promise(const config::value&)> promise = [](const auto&) { return store_promise{}; };
  /// From `clients(settings)`, of a source that others connect to; without: nobody does.
  std::function<std::optional<client_promise>(const config::value&)> clients = [](const auto&) {
    return std::optional<client_promise>{};
  };
  /// From `claims(settings, context)`, of which component and node count; without: nothing.
  std::function<plugin_claims(const config::value&, const plugin_context&)> claims =
      [](const auto&, const auto&) { return plugin_claims{}; };
  /// From `descriptors(settings)`; some that nearly every plug-in has.
  std::function<descriptor_need(const config::value&)> descriptors = [](const auto&) {
    return descriptor_need{};
  };
  /// What tags the events of a source with these settings can have, from `tags(settings)`; without: any.
  std::function<std::vector<tag_shape>(const config::value&)> tags = [](const auto&) {
    return std::vector<tag_shape>{{}};
  };
  /// What an operator makes of such tags, from `retags(settings, tags)`; without: nothing else.
  std::function<std::vector<tag_shape>(const config::value&, std::vector<tag_shape>)> retags =
      [](const auto&, auto before) { return before; };
  /// Reads and validates settings; findings go to `problems`. `ignored`: keys that are not the plug-in's.
  std::function<factory(const config::value&, std::string owner, config::diagnostics& problems,
                        std::vector<std::string> ignored)>
      configure;
};

/// All plug-ins of one kind, sorted by name. Filled before main() by the objects below.
template <class Interface> class plugin_registry {
public:
  static auto all() -> std::vector<plugin<Interface>>& {
    static auto plugins = std::vector<plugin<Interface>>{};
    return plugins;
  }
  static void add(plugin<Interface> entry) {
    const auto at = std::find_if(all().begin(), all().end(), [&](const auto& p) { return p.name > entry.name; });
    all().insert(at, std::move(entry));
  }
  static auto find(std::string_view name) -> const plugin<Interface>* {
    for (const auto& p : all())
      if (p.name == name) return &p;
    return nullptr;
  }
  static auto names() -> std::vector<std::string> {
    auto result = std::vector<std::string>{};
    for (const auto& p : all()) result.push_back(p.name);
    return result;
  }
};

/// What a plug-in class says of itself by having a member of that name.
template <class T>
concept has_listens = requires {
  T::listens;
};
template <class T>
concept has_resumes = requires {
  T::resumes;
};
template <class T>
concept has_tags = requires(const typename T::settings& s) {
  T::tags(s);
};
template <class T>
concept has_retags = requires(const typename T::settings& s) {
  T::retags(s, {});
};
template <class T>
concept promises = requires(const typename T::settings& s) {
  T::promise(s);
};
template <class T>
concept has_clients = requires(const typename T::settings& s) {
  T::clients(s);
};
template <class T>
concept makes_claims = requires(const typename T::settings& s, const plugin_context& where) {
  T::claims(s, where);
};

template <class T>
concept holds_descriptors = requires(const typename T::settings& s) {
  T::descriptors(s);
};

template <class Settings> auto example_of() -> std::string {
  if constexpr (requires { Settings::example; })
    return std::string{Settings::example};
  else
    return {};
}

/// A namespace-scope constant of this type registers class `T`, which has a `settings` struct with
/// a describe(), and a constructor from (settings, const plugin_context&).
template <class Interface, class T> struct register_plugin {
  register_plugin(std::string name, std::string help) {
    auto entry = plugin<Interface>{};
    entry.name = std::move(name);
    entry.help = std::move(help);
    entry.fields = config::list_settings<typename T::settings>();
    entry.example = example_of<typename T::settings>();
    if constexpr (requires { T::shorthand; }) entry.shorthand = T::shorthand;
    entry.listens = has_listens<T>;
    entry.resumes = has_resumes<T>;
    entry.gives_events = requires { T::gives_events; };
    entry.makes_several = requires { T::makes_several; };
    entry.remembers = requires { T::remembers; };
    entry.holds_events = requires { T::holds_events; };
    entry.changes_tags = has_retags<T>;
    if constexpr (promises<T>) entry.promise = [](const auto& from) { return T::promise(settings_of(from)); };
    if constexpr (has_clients<T>)
      entry.clients = [](const auto& from) { return std::optional{T::clients(settings_of(from))}; };
    if constexpr (makes_claims<T>)
      entry.claims = [](const auto& from, const auto& where) { return T::claims(settings_of(from), where); };
    if constexpr (holds_descriptors<T>) entry.descriptors = descriptors;
    if constexpr (has_tags<T>) entry.tags = [](const auto& from) { return T::tags(settings_of(from)); };
    if constexpr (has_retags<T>)
      entry.retags = [](const auto& from, auto before) { return T::retags(settings_of(from), std::move(before)); };
    entry.configure = configure;
    plugin_registry<Interface>::add(std::move(entry));
  }

private:
  static auto descriptors(const config::value& from) -> descriptor_need {
    return T::descriptors(settings_of(from));
  }

  static auto settings_of(const config::value& from) -> typename T::settings {
    auto reported = config::diagnostics{}; // by configure(), and by its owner what is not ours
    return config::read_settings<typename T::settings>(from, {}, reported, {});
  }

  static auto configure(const config::value& from, std::string owner, config::diagnostics& problems,
                        std::vector<std::string> ignored) -> typename plugin<Interface>::factory {
    auto settings =
        config::read_settings<typename T::settings>(from, std::move(owner), problems, std::move(ignored));
    return [settings](const plugin_context& context) { return std::make_unique<T>(settings, context); };
  }
};

} // namespace weir
