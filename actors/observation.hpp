/// What every actor answers to observe: read by tests, status and the console alike.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

/// The type of collectors that take dead letters to their sink: what they read was counted before.
inline constexpr std::string_view letters_type = "dead_letters";

/// One file that a source reads. Times are wall clock in ns; 0: none.
struct file_figures {
  std::string path;
  std::uint64_t offset = 0; ///< read up to here
  std::uint64_t size = 0;
  std::int64_t last_event_ns = 0; ///< time of the last event that was read from it
  std::string problem;            ///< why it is not read; empty if it is
};
template <class F> void fields(F& f, file_figures& x) {
  f(x.path, x.offset, x.size, x.last_event_ns, x.problem);
}

/// Another node as this one sees it. Times are wall clock in ns.
struct linked_node {
  std::string node;
  bool is_dialled = false; ///< by this node; else it came by itself
  bool is_connected = false;
  std::int64_t since_ns = 0; ///< that it is, or is not, connected
  std::int64_t heard_ns = 0; ///< when it was heard of last; 0: never
  std::string problem;       ///< why it is not connected; empty for one that came and went
};

/// No actor tells of more files: those with a problem first, then those with most to read.
inline constexpr std::size_t files_told_max = 1000;
/// Nor of more senders.
inline constexpr std::size_t senders_told_max = 1000;

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
  std::int64_t delay_ns = 0;        ///< age of the oldest thing held
  std::string last_error;           ///< gone when what failed works again
  std::int64_t last_error_ns = 0;   ///< when that was (wall clock)
  /// What is wrong now, in words, until it is mended: "/var/log/*.log matches nothing". Any makes the node
  /// degraded.
  std::vector<std::string> problems;
  bool answers = true;      ///< false: these are the figures of its last answer, or none
  std::int64_t seen_ns = 0; ///< when these figures were true (wall clock); 0: never
  /// Events worth knowing of that are in the accounts all the same, by what they are: "time not read".
  std::map<std::string, std::uint64_t> noted;
  std::vector<file_figures> files; ///< at most files_told_max
  std::uint64_t files_left_out = 0;
  std::vector<std::string> senders; ///< addresses of those who are linked to it; at most senders_told_max
  std::uint64_t senders_left_out = 0;
  std::map<std::string, std::uint64_t> dropped;      ///< by reason
  std::map<std::string, std::uint64_t> dead_letters; ///< by tag: of the dropped, what is kept in a file
  std::map<std::string, std::uint64_t> no_sink;      ///< by tag: of the dropped, what no sink takes
};
/// For those who write and read it: runtime/wire/fields.hpp.
template <class F> void fields(F& f, observation& x) {
  f(x.address, x.component, x.tier, x.type, x.state, x.detail,
           x.events_in, x.bytes_in, x.events_out, x.bytes_out, x.events_held, x.bytes_held, x.demand_granted,
           x.demand_held, x.unparsed, x.damaged, x.restarts, x.delay_ns, x.last_error, x.last_error_ns,
           x.problems, x.answers, x.seen_ns, x.noted, x.files, x.files_left_out, x.senders,
           x.senders_left_out, x.dropped, x.dead_letters, x.no_sink);
}

} // namespace weir
