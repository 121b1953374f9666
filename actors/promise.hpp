/// What a plug-in says of itself for given settings: what it promises, and what is to be its own.
#pragma once

#include "runtime/base/units.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir {

/// A fault that comes from a setting: the sentence, and the key to point at.
struct caveat {
  std::string what;
  std::string key;
};

/// Nobody has more of them.
inline constexpr auto store_writers_max = std::uint32_t{64};

struct store_promise {
  /// What keeps an event that comes again from being stored again.
  enum class memory {
    none,
    ledger,        ///< in the store, for one node
    shared_ledger, ///< in the store, for all nodes that write to it
    event_keys,    ///< each event has a key that follows from its identity
  };
  memory knows_by = memory::none;
  std::string why_none = {};               ///< that it has no memory; empty: it never has
  std::optional<caveat> at_power_cut = {}; ///< what it acknowledges may be lost then
  std::optional<caveat> loses = {};        ///< what it acknowledges may be lost at any time
  std::optional<caveat> repeats = {};      ///< it may store again what is under way at a kill, for all its memory
  bool takes_all = false;             ///< it never fails and refuses nothing
  std::uint32_t writers_max = 1;      ///< so many sink writers may commit to it at once
  std::string why_not_more = {};      ///< "its ledger is a file that one at a time writes"
  std::uint64_t batch_bytes = std::uint64_t{4} << 20; ///< what one commit takes at most, if nobody says otherwise
  duration expires_every{0}; ///< so often it wants to look what is too old to be kept; 0: it keeps all

  auto has_memory() const -> bool { return knows_by != memory::none; }
  /// What one node has stored the others know.
  auto is_shared() const -> bool { return knows_by == memory::shared_ledger || knows_by == memory::event_keys; }
};

/// What an input waits for before it answers whoever sent an event.
enum class ack_level {
  received,   ///< it is in a chunk: in memory
  durable,    ///< it is safe with whoever gets it next: on its disk, or stored where its buffer is memory
  replicated, ///< the same, on the disks of all `replicas`
  stored,     ///< every sink that is to have it has stored it
};

constexpr auto names_of(ack_level*) {
  return std::array<std::pair<std::string_view, ack_level>, 4>{
      {{"received", ack_level::received}, {"durable", ack_level::durable}, {"replicated", ack_level::replicated}, {"stored", ack_level::stored}}};
}

/// Of the clients of a source that others connect to.
struct client_promise {
  bool have_answers = false;   ///< they are told what is safe
  bool send_again = false;     ///< what they were not told that it is safe
  bool are_known_again = false; ///< and that is known again, also by a later process
  std::string why = {};        ///< what is lost, or else repeated, if not both hold
  std::vector<std::string> notes = {}; ///< what it rests on
};

/// Something that others cannot have too.
struct claim {
  enum class kind {
    file,
    directory, ///< with all that is below it
    address,   ///< host:port to listen at
  };
  kind of = kind::file;
  std::string what; ///< a path may be a template
  std::string key;  ///< the setting that says so
  bool is_shared = false; ///< with others that share it
};

/// Files that a plug-in reads, as patterns.
struct read_files {
  std::vector<std::string> paths;
  std::vector<std::string> exclude;
  std::string key; ///< the setting that names them
};

/// How people look at what is stored.
struct stored_data {
  std::string place;
  std::vector<std::string> command; ///< words
  bool is_overview = false;         ///< it shows how much there is of what
};

struct plugin_claims {
  std::vector<claim> held = {};
  /// What it writes, as own_files::claim() takes it: no source may take that in.
  std::vector<std::string> writes = {};
  std::string ledger = {}; ///< of a file_ledger, which knows what was written before; empty: none
  read_files reads = {};
  std::optional<stored_data> data = {};
  bool prints = false; ///< events on the standard output
};

} // namespace weir
