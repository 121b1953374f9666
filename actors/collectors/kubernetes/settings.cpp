#include "actors/collectors/kubernetes/settings.hpp"

#include "actors/collectors/kubernetes/events_settings.hpp"
#include "runtime/os/host_name.hpp"

#include <algorithm>
#include <cstdlib>

namespace weir {
namespace {

constexpr auto omitted_names = std::array<std::string_view, 4>{"labels", "annotations", "namespace_labels", "owner"};

auto is_in(const std::vector<std::string>& list, std::string_view name) -> bool {
  return std::find(list.begin(), list.end(), name) != list.end();
}

/// Of a DNS label, which a namespace is: it has none of the bytes that mean something in a pattern.
auto is_namespace(std::string_view name) -> bool {
  return !name.empty() && name.size() <= 63 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

void check_namespaces(const kubernetes_settings& s, config::settings_reader& reader) {
  for (const auto& [key, names] : {std::pair{"namespaces", &s.namespaces}, {"exclude_namespaces", &s.exclude_namespaces}})
    for (const auto& name : *names)
      if (!is_namespace(name))
        reader.complain(key, '"' + std::string{key} + "\" wants names of lower-case letters, digits and -, not \"" + name + '"');
  if (!s.namespaces.empty()) reader.refuse_useless("exclude_namespaces", "\"namespaces\" names those that are read");
}

void check_metadata(const kubernetes_settings& s, config::settings_reader& reader) {
  for (const auto& name : s.omit)
    if (std::find(omitted_names.begin(), omitted_names.end(), name) == omitted_names.end())
      reader.complain("omit", "\"omit\" wants labels, annotations, namespace_labels or owner, not \"" + name + '"');
  if (s.metadata_wait < duration::zero())
    reader.complain("metadata_wait", "\"metadata_wait\" wants 0s or more, not " + to_text(s.metadata_wait));
  if (s.metadata) return;
  for (const auto* key : {"metadata_wait", "omit", "cache", "cache_time", "api", "only_included"})
    reader.refuse_useless(key, "with \"metadata: false\" nothing is known of pods but their paths");
}

} // namespace

void validate(const kubernetes_settings& s, config::settings_reader& reader) {
  if (!s.path.starts_with('/')) reader.complain("path", "\"path\" wants an absolute path, not \"" + s.path + '"');
  if (s.path.find_first_of("*?[]{}\\") != std::string::npos)
    reader.complain("path", "\"path\" wants a directory, not a pattern", "all *.log in it are read");
  if (s.tag.empty()) reader.complain("tag", "\"tag\" is empty, a tag or a template such as kube.{namespace}.{pod} was wanted");
  if (s.key.empty() || s.key == "stream" || s.key == "kubernetes")
    reader.complain("key", "\"key\" wants a name that is not stream or kubernetes, not \"" + s.key + '"');
  if (s.max_line.value < 1024 || s.max_line.value > (16U << 20U))
    reader.complain("max_line", "\"max_line\" wants 1KiB..16MiB, not " + to_text(s.max_line));
  for (const auto& [key, interval] : {std::pair{"refresh_interval", s.refresh_interval}, {"partial_timeout", s.partial_timeout}})
    if (interval < std::chrono::milliseconds{10})
      reader.complain(key, '"' + std::string{key} + "\" wants 10ms or more, not " + to_text(interval));
  check_namespaces(s, reader);
  check_metadata(s, reader);
}

void validate(const kubernetes_events_settings& s, config::settings_reader& reader) {
  if (s.tag.empty()) reader.complain("tag", "\"tag\" is empty, a tag or a template such as kube.events.{namespace} was wanted");
  if (!s.space.empty() && !is_namespace(s.space))
    reader.complain("namespace", "\"namespace\" wants lower-case letters, digits and -, not \"" + s.space + '"');
}

auto wanted_of(const kubernetes_settings& s) -> wanted_metadata {
  return {!is_in(s.omit, "labels"), !is_in(s.omit, "annotations"), !is_in(s.omit, "namespace_labels"), !is_in(s.omit, "owner")};
}

auto node_name_of(const kubernetes_settings& s) -> std::string {
  if (!s.node.empty()) return s.node;
  const auto* given = std::getenv("NODE_NAME");
  return given != nullptr && *given != '\0' ? std::string{given} : own_host_name();
}

auto patterns_of(const kubernetes_settings& s) -> std::vector<std::string> {
  if (s.namespaces.empty()) return {s.path + "/*.log"};
  auto patterns = std::vector<std::string>{};
  for (const auto& name : s.namespaces) patterns.push_back(s.path + "/*_" + name + "_*.log");
  return patterns;
}

auto excluded_patterns_of(const kubernetes_settings& s) -> std::vector<std::string> {
  auto patterns = std::vector<std::string>{};
  for (const auto& name : s.exclude_namespaces) patterns.push_back("*_" + name + "_*.log");
  return patterns;
}

} // namespace weir
