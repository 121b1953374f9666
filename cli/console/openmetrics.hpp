/// Figures as Prometheus and its like read them.
#pragma once

#include "topology/node.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace weir::cli {

enum class metrics_format { text, openmetrics };

/// By an Accept field: OpenMetrics 1.0 where it is named, else the text format 0.0.4 of Prometheus.
auto metrics_format_of(std::string_view accept) -> metrics_format;
auto type_of(metrics_format format) -> std::string;

/// What the actors of these nodes show. A family is weir_TIER_NOUN_UNIT: weir_sink_in_events_total; its samples have the labels
/// node, component, type and actor. Names that come from outside (tags, reasons) are bounded where they are counted.
auto metrics_of(const std::vector<node::node_report>& nodes, metrics_format format) -> std::string;

} // namespace weir::cli
