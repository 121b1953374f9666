/// The figures that `weir top` shows, read from what a node tells under /api/v1/.
#pragma once

#include "cli/top/tap.hpp"
#include "runtime/base/result.hpp"

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir::cli {

/// What a thing has to say of itself beside its columns, a line each.
using remarks = std::vector<std::pair<std::string, std::string>>;

struct top_component {
  std::string name, tier, type;
  std::string mood, state;
  std::vector<std::string> nodes, from, to, waits_for, problems;
  std::uint64_t actors = 0, events_in = 0, events_out = 0, held = 0, held_bytes = 0, dropped = 0, restarts = 0;
  std::uint64_t credit = 0, granted = 0;
  double in_rate = 0, out_rate = 0, in_bytes_rate = 0, out_bytes_rate = 0;
  double delay_seconds = 0;
};

struct top_actor {
  std::string address, node, component, tier, type, state, busy_with, last_error;
  bool answers = true;
  bool has_problem = false;
  double in_rate = 0, out_rate = 0, delay_seconds = 0, busy_seconds = 0, busy_with_seconds = 0;
  double busy_share = -1; ///< of the time since the look before; negative: not known
  std::uint64_t held = 0, mailbox = 0, restarts = 0;
  remarks more; ///< all that is told of it
};

struct top_account {
  std::string component, group; ///< "sources", "sinks" and the two between
  std::uint64_t accepted = 0, settled = 0, in_flight = 0, dropped = 0;
  std::int64_t difference = 0;
  std::vector<std::pair<std::string, std::uint64_t>> reasons;
};

struct top_log_line {
  std::uint64_t number = 0;
  std::string at, level, text;
};

struct top_figures {
  std::string from;                  ///< whom was asked
  std::string node, cluster, version, at, health;
  std::string mood, sentence;        ///< the headline
  std::vector<std::string> more;     ///< what is wrong beside it
  std::vector<std::string> partial;  ///< whose figures are missing
  std::vector<top_component> components;
  std::vector<top_actor> actors;
  std::vector<top_account> accounts;
  top_account total;                 ///< of the sources
  std::deque<top_log_line> log;      ///< oldest first
  std::string no_log;                ///< why there is none
  std::uint64_t log_next = 0;        ///< where it goes on; 0: nothing was read
  top_tap tap;                       ///< what passes the component that is tapped
  std::string trouble;               ///< why these are old; empty: they are not
  double age_seconds = 0;            ///< how old they are
  bool is_there = false;             ///< false: nothing was ever told
};

/// Each takes one document apart into its part of `to`. An error: it is no JSON.
auto read_graph(std::string_view json, top_figures& to) -> result<void>;
/// `seconds` since the look before: for the share of the time that an actor was at work.
auto read_actors(std::string_view json, double seconds, top_figures& to) -> result<void>;
auto read_accounts(std::string_view json, top_figures& to) -> result<void>;
/// Adds what is new.
auto read_log(std::string_view json, top_figures& to) -> result<void>;

} // namespace weir::cli
