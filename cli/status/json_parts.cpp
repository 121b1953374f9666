#include "cli/status/json_parts.hpp"

#include <algorithm>

namespace weir::cli {
namespace {

void write_counts(object& out, std::string_view name, const counts_by_name& counts) {
  auto to = object{out.key(name)};
  for (const auto& [what, events] : counts) to.count(what, events);
}

void write_file(msgpack_writer& to, const file_figures& f) {
  auto out = object{to};
  out.text("path", f.path);
  out.count("offset", f.offset);
  out.count("size", f.size);
  out.count("unread_bytes", f.size - std::min(f.offset, f.size));
  out.text("last_event_at", time_text(f.last_event_ns));
  out.text("problem", f.problem);
}

void write_link_figures(msgpack_writer& to, const link_figures& l) {
  auto out = object{to};
  out.text("peer", l.peer);
  out.count("credit_bytes", l.credit_bytes);
  out.count("in_flight_bytes", l.in_flight_bytes);
  out.count("sent_chunks", l.sent_chunks);
}

auto in_seconds(std::uint64_t ns) -> double { return static_cast<double>(ns) / 1e9; }

void write_spread(object& out, std::string_view name, const histogram& h) {
  auto to = object{out.key(name)};
  to.count("count", h.count());
  to.key("sum").real(in_seconds(h.sum()));
  to.key("p50").real(in_seconds(h.quantile(0.5)));
  to.key("p99").real(in_seconds(h.quantile(0.99)));
  to.key("max").real(in_seconds(h.max()));
}

void write_measure(object& out, const actor_measure& m, const observation& o) {
  if (m.spread != nullptr)
    write_spread(out, m.name, o.*m.spread);
  else if (m.unit == measure_unit::seconds)
    out.key(m.name).real(in_seconds(o.*m.value));
  else
    out.count(m.name, o.*m.value);
}

} // namespace

void write_actor(msgpack_writer& to, const observation& o) {
  auto out = object{to};
  out.text("address", o.address);
  out.text("component", o.component);
  out.text("tier", o.tier);
  out.text("type", o.type);
  out.text("state", o.state);
  out.text("detail", o.detail);
  for (const auto& m : measures_of(o.tier)) write_measure(out, m, o);
  out.text("busy_with", o.busy_with);
  out.key("busy_with_seconds").real(in_seconds(o.busy_with_ns));
  out.text("last_error", o.last_error);
  out.text("last_error_at", time_text(o.last_error_ns));
  out.key("answers").boolean(o.answers);
  out.text("seen_at", time_text(o.seen_ns));
  write_texts(out, "problems", o.problems);
  for (const auto& c : counts_measures) write_counts(out, c.name, o.*c.counts);
  write_texts(out, "senders", o.senders);
  out.count("senders_left_out", o.senders_left_out);
  out.count("links_left_out", o.links_left_out);
  auto& links = out.key("links");
  links.array(static_cast<std::uint32_t>(o.links.size()));
  for (const auto& l : o.links) write_link_figures(links, l);
  out.count("files_left_out", o.files_left_out);
  auto& files = out.key("files");
  files.array(static_cast<std::uint32_t>(o.files.size()));
  for (const auto& f : o.files) write_file(files, f);
}

void write_link(msgpack_writer& to, const linked_node& n) {
  auto out = object{to};
  out.text("node", n.node);
  out.key("dialled").boolean(n.is_dialled);
  out.key("connected").boolean(n.is_connected);
  out.text("since", time_text(n.since_ns));
  out.text("heard_at", time_text(n.heard_ns));
  out.text("problem", n.problem);
}

void write_verdict(object& out, const verdict& found) {
  out.text("health", name_of(found.state));
  write_texts(out, "reasons", found.reasons);
}

void write_figures(object& out, const node::node_report& seen) {
  const auto balance = balance_of(seen);
  if (balance)
    out.key("balanced").boolean(*balance);
  else
    out.key("balanced").nil();
  auto& to = out.key("links");
  to.array(static_cast<std::uint32_t>(seen.links.size()));
  for (const auto& n : seen.links) write_link(to, n);
  auto& all = out.key("actors");
  all.array(static_cast<std::uint32_t>(seen.actors.size()));
  for (const auto& o : seen.actors) write_actor(all, o);
}

} // namespace weir::cli
