/// What status and console tell alike, as JSON; docs/operations.md has the keys.
#pragma once

#include "cli/health.hpp"
#include "cli/status/json_object.hpp"
#include "topology/node.hpp"

namespace weir::cli {

void write_actor(msgpack_writer& to, const observation& o);
void write_link(msgpack_writer& to, const linked_node& n);
/// "health" and "reasons".
void write_verdict(object& out, const verdict& found);
/// "balanced", "links" and "actors".
void write_figures(object& out, const node::node_report& seen);

} // namespace weir::cli
