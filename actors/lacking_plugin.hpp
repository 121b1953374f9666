/// Plug-ins whose library was not there when this was built.
#pragma once

#include "actors/plugin.hpp"

namespace weir {

/// As register_plugin: it has its place in help, reference and schema, and its settings are checked, but whoever uses it is
/// told what is missing. `Settings` is what its class has as `settings`, in a header that does without the library.
/// Compiled in place of the class: weir_needs() in cmake/WeirBuild.cmake.
template <class Interface, class Settings> struct register_lacking_plugin {
  register_lacking_plugin(std::string name, std::string help, std::string package) {
    auto entry = plugin<Interface>{};
    entry.name = name;
    entry.help = std::move(help);
    entry.fields = config::list_settings<Settings>();
    entry.example = example_of<Settings>();
    entry.lacks = package;
    entry.configure = [name, package](const config::value& from, std::string owner, config::diagnostics& problems,
                                      std::vector<std::string> ignored) -> typename plugin<Interface>::factory {
      const auto* type = from.find("type");
      problems.push_back({config::diagnostic::severity::error, type == nullptr ? from.where : type->where,
                          owner + ": this build has no \"" + name + "\": " + package + " was not there when it was made",
                          "install " + package + ", configure and build again"});
      (void)config::read_settings<Settings>(from, std::move(owner), problems, std::move(ignored));
      return {};
    };
    // One complaint is enough.
    entry.promise = [](const auto&) { return store_promise{.knows_by = store_promise::memory::event_keys, .writers_max = store_writers_max}; };
    plugin_registry<Interface>::add(std::move(entry));
  }
};

} // namespace weir
