#include "cli/node_status.hpp"
#include "runtime/codec/json_writer.hpp"
#include "runtime/event/msgpack.hpp"

#include <algorithm>

namespace weir::cli {
namespace {

/// A map under construction.
class object {
public:
  explicit object(msgpack_writer& to) : to_(to), mark_(to.open()) {}
  ~object() { to_.close_map(mark_, count_); }
  object(const object&) = delete;
  auto operator=(const object&) -> object& = delete;

  auto key(std::string_view name) -> msgpack_writer& {
    to_.str(name);
    ++count_;
    return to_;
  }
  void text(std::string_view name, std::string_view value) { key(name).str(value); }
  void count(std::string_view name, std::uint64_t value) { key(name).unsigned_integer(value); }

private:
  msgpack_writer& to_;
  std::size_t mark_;
  std::uint32_t count_ = 0;
};

void write_actor(msgpack_writer& to, const observation& o) {
  auto out = object{to};
  out.text("address", o.address);
  out.text("component", o.component);
  out.text("tier", o.tier);
  out.text("type", o.type);
  out.text("state", o.state);
  out.text("detail", o.detail);
  out.count("events_in", o.events_in);
  out.count("bytes_in", o.bytes_in);
  out.count("events_out", o.events_out);
  out.count("bytes_out", o.bytes_out);
  out.count("events_held", o.events_held);
  out.count("bytes_held", o.bytes_held);
  out.count("demand_granted", o.demand_granted);
  out.count("demand_held", o.demand_held);
  out.key("delay_seconds").real(static_cast<double>(o.delay_ns) / 1e9);
  out.count("unparsed", o.unparsed);
  out.count("damaged", o.damaged);
  out.count("restarts", o.restarts);
  out.text("last_error", o.last_error);
  {
    auto dropped = object{out.key("dropped")};
    for (const auto& [reason, events] : o.dropped) dropped.count(reason, events);
  }
  auto letters = object{out.key("dead_letters")};
  for (const auto& [tag, events] : o.dead_letters) letters.count(tag, events);
}

void write_actors(object& out, const std::vector<observation>& actors) {
  out.key("balanced").boolean(std::all_of(actors.begin(), actors.end(), is_balanced));
  auto& to = out.key("actors");
  to.array(static_cast<std::uint32_t>(actors.size()));
  for (const auto& o : actors) write_actor(to, o);
}

void write_identity(object& out, const node_status& s) {
  out.text("node", s.of.node);
  out.text("cluster", s.of.cluster);
  out.text("version", s.of.version);
  out.key("pid").integer(s.of.pid);
  out.key("uptime_seconds").real(std::chrono::duration<double>(s.uptime).count());
}

template <class Write> auto line_of(Write&& write) -> std::string {
  auto packed = byte_buffer{};
  auto writer = msgpack_writer{packed};
  write(writer);
  auto text = byte_buffer{};
  append_json(text, packed.view());
  return std::string{text.view()} + '\n';
}

} // namespace

auto is_balanced(const observation& o) -> bool {
  auto settled = o.events_out + o.events_held;
  for (const auto& [reason, events] : o.dropped) settled += events;
  return o.events_in == settled;
}

auto status_json(const node_status& s) -> std::string {
  return line_of([&](msgpack_writer& to) {
    auto out = object{to};
    write_identity(out, s);
    write_actors(out, s.actors);
  });
}

auto cluster_json(const node_status& s, const std::vector<node::node_report>& nodes) -> std::string {
  return line_of([&](msgpack_writer& to) {
    auto out = object{to};
    write_identity(out, s);
    out.key("nodes").array(static_cast<std::uint32_t>(nodes.size()));
    for (const auto& n : nodes) {
      auto entry = object{to};
      entry.text("node", n.name);
      entry.text("problem", n.problem);
      write_actors(entry, n.actors);
    }
  });
}

} // namespace weir::cli
