/// How plug-ins register: a name, a help sentence, their settings, and how to make one.
#pragma once

#include "config/settings.hpp"
#include "runtime/os/clock.hpp"

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace weir {

/// What every plug-in is told about where it runs.
struct plugin_context {
  std::string component; ///< name in the topology file
  std::string node;
  const class clock* clock = &system_clock();
  bool once = false; ///< --once: end when all that is there has been read
  /// With once: no collector here has an end of its own, so a listener waits for its first client.
  bool awaits_clients = false;
};

template <class Interface> struct plugin {
  /// Makes an instance; called again after every restart.
  using factory = std::function<std::unique_ptr<Interface>(const plugin_context&)>;

  std::string name;
  std::string help;
  std::vector<config::field_info> fields;
  bool listens = false; ///< has a `listens` member: its input has no end of its own
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

/// A namespace-scope constant of this type registers class `T`, which has a `settings` struct with
/// a describe(), and a constructor from (settings, const plugin_context&).
template <class Interface, class T> struct register_plugin {
  register_plugin(std::string name, std::string help) {
    auto& all = plugin_registry<Interface>::all();
    auto configure = [](const config::value& from, std::string owner, config::diagnostics& problems,
                        std::vector<std::string> ignored) -> typename plugin<Interface>::factory {
      auto settings =
          config::read_settings<typename T::settings>(from, std::move(owner), problems, std::move(ignored));
      return [settings](const plugin_context& context) { return std::make_unique<T>(settings, context); };
    };
    auto entry = plugin<Interface>{std::move(name), std::move(help),
                                   config::list_settings<typename T::settings>(), requires {T::listens;
  }
  , std::move(configure)
};
const auto at = std::find_if(all.begin(), all.end(), [&](const auto& p) { return p.name > entry.name; });
all.insert(at, std::move(entry));
} // namespace weir
}
;

} // namespace weir
