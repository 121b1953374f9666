/// Settings of the kubernetes_events source.
#pragma once

#include "actors/collectors/kubernetes/api_settings.hpp"
#include "config/settings.hpp"

#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace weir {

enum class events_start { beginning, end };

constexpr auto names_of(events_start*) {
  return std::array<std::pair<std::string_view, events_start>, 2>{
      {{"beginning", events_start::beginning}, {"end", events_start::end}}};
}

struct kubernetes_events_settings {
  static constexpr std::string_view help = "Watches the events of a Kubernetes cluster: what its controllers and nodes report.";

  std::string space;
  events_start start = events_start::beginning;
  std::string tag = "kube.events";
  kubernetes_api_settings api;
};

template <class Visitor> void describe(Visitor& v, kubernetes_events_settings& s) {
  v.field("namespace", s.space, "Only events of this namespace; empty: of all.");
  v.field("start", s.start, "At the first start: with all events that the server still has, or with later ones.");
  v.field("tag", s.tag, "{namespace}: that of the event.");
  v.field("api", s.api, "The API server.");
}

void validate(const kubernetes_events_settings& settings, config::settings_reader& reader);

} // namespace weir
