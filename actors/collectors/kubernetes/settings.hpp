/// Settings of the kubernetes source.
#pragma once

#include "actors/collectors/kubernetes/api_settings.hpp"
#include "actors/collectors/kubernetes/record_fields.hpp"
#include "config/settings.hpp"

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir {

enum class pod_logs_start { beginning, end };

constexpr auto names_of(pod_logs_start*) {
  return std::array<std::pair<std::string_view, pod_logs_start>, 2>{
      {{"beginning", pod_logs_start::beginning}, {"end", pod_logs_start::end}}};
}

struct kubernetes_settings {
  static constexpr std::string_view help = "Reads the logs of a node's containers, with what the API server knows of their pods.";

  std::string path = "/var/log/containers";
  std::vector<std::string> namespaces;
  std::vector<std::string> exclude_namespaces;
  bool only_included = false;
  pod_logs_start start = pod_logs_start::beginning;
  std::string tag = "kube.{namespace}.{pod}.{container}";
  std::string key = "message";
  byte_count max_line{1 << 20};
  duration partial_timeout = std::chrono::seconds{10};
  bool metadata = true;
  duration metadata_wait = std::chrono::seconds{5};
  std::vector<std::string> omit;
  std::string cache;
  duration cache_time = std::chrono::hours{1};
  std::string node;
  kubernetes_api_settings api;
  duration refresh_interval = std::chrono::seconds{10};
};

template <class Visitor> void describe(Visitor& v, kubernetes_settings& s) {
  v.field("path", s.path, "Directory of the links that a kubelet makes to the logs of containers.");
  v.field("namespaces", s.namespaces, "Only pods of these namespaces.");
  v.field("exclude_namespaces", s.exclude_namespaces, "No pods of these namespaces.");
  v.field("only_included", s.only_included, "true: only pods with the annotation weir.io/include: \"true\".");
  v.field("start", s.start, "Where to begin with files that are there at the first start.");
  v.field("tag", s.tag, "{namespace}, {pod}, {container} and {node}, with _ for their dots.");
  v.field("key", s.key, "Field of the text; Fluent Bit calls it log.");
  v.field("max_line", s.max_line, "Longer lines are delivered in parts, marked with partial: true.");
  v.field("partial_timeout", s.partial_timeout, "How long the rest of a line is waited for.");
  v.field("metadata", s.metadata, "false: only what the path says of a pod; no API server is asked.");
  v.field("metadata_wait", s.metadata_wait,
          "How long a file waits until its pod is known; then its records are marked with incomplete: true.");
  v.field("omit", s.omit, "Parts of the metadata that records do without: labels, annotations, namespace_labels, owner.");
  v.field("cache", s.cache, "File that keeps what is known of pods over restarts; empty: none.");
  v.field("cache_time", s.cache_time, "How long pods that are gone stay known; longer while lines of theirs are not safe.");
  v.field("node", s.node, "Name of the node in the cluster; default: $NODE_NAME, or else the machine's.");
  v.field("api", s.api, "The API server.");
  v.field("refresh_interval", s.refresh_interval, "Time between looks at all files, beside what inotify tells.");
}

void validate(const kubernetes_settings& settings, config::settings_reader& reader);

auto wanted_of(const kubernetes_settings& settings) -> wanted_metadata;
/// The name that pods are asked for by.
auto node_name_of(const kubernetes_settings& settings) -> std::string;
/// Patterns of the links that are read, and of those left out.
auto patterns_of(const kubernetes_settings& settings) -> std::vector<std::string>;
auto excluded_patterns_of(const kubernetes_settings& settings) -> std::vector<std::string>;

} // namespace weir
