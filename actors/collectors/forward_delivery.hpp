/// Hands one message of the forward protocol to the intake, in pieces if the demand is smaller.
#pragma once

#include "actors/collectors/forward_settings.hpp"
#include "actors/collectors/source.hpp"
#include "runtime/codec/forward.hpp"
#include "runtime/codec/forward_entries.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace weir {

struct forward_peer;

class forward_delivery {
public:
  explicit forward_delivery(const forward_settings& settings);

  /// Looks at the whole message; on error nothing of it will be put. What it borrows from `message` has to
  /// stay until is_done().
  auto begin(const forward_message& message, const forward_peer& peer, std::int64_t now_ns) -> result<void>;
  /// Puts the next run of entries; returns its bytes, valid or not.
  auto put_next(intake& out) -> std::size_t;
  auto message() const -> const forward_message& { return message_; }
  /// Events put since the last call.
  auto take_put_count() -> std::uint64_t { return std::exchange(put_count_, 0); }
  auto is_done() const -> bool { return next_run_ == entries_.runs().size() && !has_message_; }

private:
  void put_event(intake& out, const forward_event& event);
  auto put_message(intake& out) -> std::size_t;
  void set_tag(std::string_view sent);
  void set_extra(const forward_peer& peer);

  const forward_settings& settings_;
  forward_entries entries_;
  std::size_t next_run_ = 0;
  std::uint64_t put_count_ = 0;
  bool has_message_ = false; ///< Message mode, not put yet
  forward_message message_;
  forward_time_rules rules_;
  std::string tag_;
  byte_buffer unpacked_;
  byte_buffer extra_; ///< fields for every record of this message
  std::uint32_t extra_count_ = 0;
  byte_buffer fields_;
  byte_buffer record_;
};

} // namespace weir
