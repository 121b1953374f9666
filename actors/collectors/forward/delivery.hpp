/// Hands one message of the forward protocol to the intake, in pieces if the demand is smaller.
#pragma once

#include "actors/collectors/forward/settings.hpp"
#include "actors/collectors/source.hpp"
#include "runtime/codec/forward.hpp"
#include "runtime/codec/forward_entries.hpp"
#include "runtime/event/repeated_keys.hpp"
#include "runtime/flow/gaps.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace weir {

struct client_peer;

class forward_delivery {
public:
  explicit forward_delivery(const forward_settings& settings);

  /// Looks at the whole message; on error nothing of it will be put. What it borrows from `message` has to
  /// stay until is_done().
  auto begin(const forward_message& message, const client_peer& peer, std::int64_t now_ns) -> result<void>;
  /// After begin(): leaves out what is known of the message, and splits runs where it begins and ends.
  void leave_out(const gaps& known);
  /// After begin(): where in its stream the message begins, if it has one; its entries are one apart.
  void place(const birth& first) { first_ = first; }
  /// Puts the next run of entries; returns its bytes, valid or not.
  auto put_next(intake& out) -> std::size_t;
  /// Entries that were stepped over since the last call; the save point behind them is due when must_cover().
  auto take_entries() -> interval { return {std::exchange(covered_, index_), index_}; }
  /// What comes next must not be in one range of positions with what came before.
  auto must_cover() const -> bool { return is_split_; }
  /// Those of the message so far.
  auto entries() const -> std::uint64_t { return index_; }
  auto message() const -> const forward_message& { return message_; }
  /// CRC-32C of the entries as they came, unpacked.
  auto checksum() const -> std::uint32_t;
  /// Entries of the whole message.
  auto total() const -> std::uint64_t;
  /// Events put since the last call whose time could not be read: theirs is now.
  auto take_lost_times() -> std::uint64_t { return std::exchange(lost_times_, 0); }
  /// Events put since the last call.
  auto take_put_count() -> std::uint64_t { return std::exchange(put_count_, 0); }
  auto is_done() const -> bool { return next_run_ == runs_.size() && !has_message_; }

private:
  void tell_birth(intake& out, std::uint64_t index) const;
  void put_event(intake& out, forward_event event);
  /// The record with one value a key, which may be in resolved_.
  auto distinct(std::string_view record) -> std::string_view;
  auto put_message(intake& out) -> std::size_t;
  auto is_known(std::uint64_t index) -> bool;
  void set_tag(std::string_view sent);
  void set_extra(const client_peer& peer);

  const forward_settings& settings_;
  forward_entries entries_;
  std::span<const forward_run> runs_; ///< of entries_ or, if some of them are known, of split_
  std::vector<forward_run> split_;
  gaps known_;
  bool is_split_ = false;
  birth first_;               ///< of the first entry
  std::uint64_t index_ = 0;   ///< entries before the next run
  std::uint64_t covered_ = 0; ///< what take_entries() has told
  std::size_t next_run_ = 0;
  std::uint64_t put_count_ = 0;
  std::uint64_t lost_times_ = 0;
  bool has_message_ = false; ///< Message mode, not put yet
  forward_message message_;
  std::string_view packed_; ///< entries of a PackedForward message, unpacked
  forward_time_rules rules_;
  std::string tag_;
  byte_buffer unpacked_;
  byte_buffer extra_; ///< fields for every record of this message
  std::uint32_t extra_count_ = 0;
  byte_buffer fields_;
  byte_buffer record_;
  repeated_keys repeated_;
  byte_buffer resolved_;
};

} // namespace weir
