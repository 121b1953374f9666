#include "cli/status/json_object.hpp"
#include "cli/status/json_parts.hpp"
#include "cli/status/node_status.hpp"

namespace weir::cli {
namespace {

void write_scaled(object& out, const scaled_numbers& numbers) {
  auto all = object{out.key("scaled")};
  for (const auto& [component, n] : numbers) {
    auto one = object{all.key(component)};
    one.count("instances", n.instances);
    one.count("file", n.written);
  }
}

void write_identity(object& out, const node_status& s) {
  out.text("node", s.of.node);
  out.text("cluster", s.of.cluster);
  out.text("version", s.of.version);
  out.key("pid").integer(s.of.pid);
  out.key("uptime_seconds").real(std::chrono::duration<double>(s.uptime).count());
}

} // namespace

auto status_json(const node_status& s) -> std::string {
  return line_of([&](msgpack_writer& to) {
    auto out = object{to};
    write_identity(out, s);
    write_verdict(out, judge(s.seen));
    write_scaled(out, s.scaled);
    write_figures(out, s.seen);
  });
}

auto cluster_json(const node_status& s, const std::vector<node::node_report>& nodes) -> std::string {
  return line_of([&](msgpack_writer& to) {
    auto out = object{to};
    write_identity(out, s);
    write_verdict(out, judge_all(nodes));
    out.key("nodes").array(static_cast<std::uint32_t>(nodes.size()));
    for (const auto& n : nodes) {
      auto entry = object{to};
      entry.text("node", n.name);
      entry.text("problem", n.problem);
      write_verdict(entry, judge(n));
      write_figures(entry, n);
    }
  });
}

} // namespace weir::cli
