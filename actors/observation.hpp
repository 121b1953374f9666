/// What every actor answers to observe: read by tests, status and the console alike.
#pragma once

#include <caf/meta/type_name.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace weir {

/// The type of collectors that take dead letters to their sink: what they read was counted before.
inline constexpr std::string_view letters_type = "dead_letters";

/// What an actor answers to observe: its live figures. Accounts balance at any instant:
/// events_in = events_out + events_held + the sum of dropped.
struct observation {
  std::string address;
  std::string component;
  std::string tier;   ///< collector, source_aggregator, destination_aggregator, sink
  std::string type;   ///< plug-in
  std::string state;  ///< running, waiting, finished, retrying, restarting, …
  std::string detail; ///< a few words of the plug-in
  std::uint64_t events_in = 0;
  std::uint64_t bytes_in = 0;
  std::uint64_t events_out = 0; ///< settled downstream, or stored
  std::uint64_t bytes_out = 0;
  std::uint64_t events_held = 0;
  std::uint64_t bytes_held = 0;
  std::uint64_t demand_granted = 0; ///< credit given to senders and not used yet
  std::uint64_t demand_held = 0;    ///< credit had from receivers and not used yet
  std::uint64_t unparsed = 0;       ///< kept as raw lines
  std::uint64_t damaged = 0;        ///< chunks that arrived damaged and were asked for again
  std::uint64_t restarts = 0;
  std::int64_t delay_ns = 0; ///< age of the oldest thing held
  std::string last_error;
  std::map<std::string, std::uint64_t> dropped;      ///< by reason
  std::map<std::string, std::uint64_t> dead_letters; ///< by tag: of the dropped, what is kept in a file
};
template <class Inspector> auto inspect(Inspector& f, observation& x) -> typename Inspector::result_type {
  return f(caf::meta::type_name("observation"), x.address, x.component, x.tier, x.type, x.state, x.detail,
           x.events_in, x.bytes_in, x.events_out, x.bytes_out, x.events_held, x.bytes_held, x.demand_granted,
           x.demand_held, x.unparsed, x.damaged, x.restarts, x.delay_ns, x.last_error, x.dropped,
           x.dead_letters);
}

} // namespace weir
