#include "cli/figures.hpp"
#include "cli/status/json_object.hpp"
#include "cli/status/node_status.hpp"
#include "cli/text_table.hpp"

#include <array>
#include <cstdio>

namespace weir::cli {
namespace {

auto fingerprint_text(std::uint64_t topology) -> std::string {
  auto text = std::array<char, 17>{};
  std::snprintf(text.data(), text.size(), "%08llx", static_cast<unsigned long long>(topology));
  return text.data();
}

auto phi_text(const member_view& seen) -> std::string {
  if (!seen.is_linked) return "-";
  auto text = std::array<char, 32>{};
  std::snprintf(text.data(), text.size(), "%.1f", seen.phi);
  return text.data();
}

auto offset_text(const member_view& seen) -> std::string {
  if (!seen.clock_offset_ns) return "-";
  const auto ns = *seen.clock_offset_ns;
  return (ns < 0 ? "-" : "+") + age_text(std::chrono::nanoseconds{ns < 0 ? -ns : ns});
}

/// What it is, and what whoever looks has to know besides.
auto state_text(const member_view& seen, std::uint64_t own_topology) -> std::string {
  auto text = std::string{name_of(seen.who.state)};
  if (seen.is_suspect) text += " (suspect)";
  if (seen.who.topology != own_topology) text += ", another topology file";
  return text;
}

void write_member(msgpack_writer& to, const member_view& seen) {
  auto out = object{to};
  const auto& m = seen.who;
  out.text("node", m.node);
  out.text("state", name_of(m.state));
  out.key("suspect").boolean(seen.is_suspect);
  out.key("self").boolean(seen.is_self);
  out.key("linked").boolean(seen.is_linked);
  out.text("since", time_text(m.since_ns));
  write_texts(out, "classes", m.classes);
  write_texts(out, "components", m.components);
  out.text("zone", m.zone);
  out.text("address", m.address);
  out.text("version", m.program);
  out.count("protocol", m.protocol);
  out.text("topology", fingerprint_text(m.topology));
  out.key("phi").real(seen.phi);
  if (seen.clock_offset_ns)
    out.key("clock_offset_seconds").real(static_cast<double>(*seen.clock_offset_ns) / 1e9);
  else
    out.key("clock_offset_seconds").nil();
}

auto own_topology_of(const std::vector<member_view>& members) -> std::uint64_t {
  for (const auto& m : members)
    if (m.is_self) return m.who.topology;
  return 0;
}

} // namespace

auto members_json(const process_identity& of, const std::vector<member_view>& members, const std::string& alone) -> std::string {
  return line_of([&](msgpack_writer& to) {
    auto out = object{to};
    out.text("node", of.node);
    out.text("cluster", of.cluster);
    out.text("problem", alone);
    out.key("members").array(static_cast<std::uint32_t>(members.size()));
    for (const auto& m : members) write_member(to, m);
  });
}

auto members_text(const process_identity& of, std::int64_t now_ns, const std::vector<member_view>& members,
                  const std::string& alone) -> std::string {
  if (members.empty()) return "node " + of.node + " runs alone: its topology has no placement\n";
  const auto own = own_topology_of(members);
  auto table = text_table{{"node", "state", "since", "as", "zone", "address", "version", "phi", "clock"}};
  for (const auto& m : members) {
    const auto since = age_text(std::chrono::nanoseconds{now_ns - m.who.since_ns});
    table.add_row({m.who.node + (m.is_self ? " *" : ""), state_text(m, own), since, joined(m.who.classes),
                   m.who.zone.empty() ? "-" : m.who.zone, m.who.address.empty() ? "-" : m.who.address, m.who.program,
                   phi_text(m), offset_text(m)});
  }
  const auto problem = alone.empty() ? std::string{} : "no other node is found: " + printable(alone) + '\n';
  return table.text() + "(* this node)\n" + problem;
}

} // namespace weir::cli
