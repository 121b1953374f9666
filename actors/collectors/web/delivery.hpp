/// Hands the events of one request at a time to the intake, in pieces if the demand is smaller.
#pragma once

#include "actors/collectors/web/events.hpp"
#include "actors/collectors/web/request_memory.hpp"
#include "actors/collectors/web/settings.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace weir {

class client_server;
struct client_turn;

class web_delivery {
public:
  web_delivery(const web_settings& settings, const clock& now) : settings_(settings), clock_(now) {}

  /// To be filled before begin(); whoever may put calls this, while nothing is under way.
  auto fresh() -> web_events&;
  auto events() const -> const web_events& { return events_; }

  struct origin {
    std::string_view address; ///< of the client
    std::string stream;       ///< empty: its request has no key
    std::uint64_t first = 0;  ///< in its stream: the first of the events
  };
  void begin(origin from);
  auto is_under_way() const -> bool { return is_under_way_; }
  /// Puts as much as there is budget for; false: there is more.
  auto put(client_server& server, client_turn& turn) -> bool;
  /// Covers what was put, where it has a stream.
  void cover(intake& out);
  /// After all was put: the position (held_acks) that must be safe.
  auto finish(client_server& server, intake& out) -> std::uint64_t;

  auto memory() -> request_memory& { return memory_; }
  /// Events that came again.
  auto repeated() const -> std::uint64_t { return repeated_events_; }

private:
  void put_next(const web_events::item& item, intake& out);
  auto with_address(std::string_view record) -> std::string_view;
  auto tag_of(const web_events::item& item) -> std::string_view;

  const web_settings& settings_;
  const clock& clock_;
  web_events events_;
  request_memory memory_;
  bool is_under_way_ = false;
  bool has_put_ = false;
  origin from_;
  std::int64_t now_ns_ = 0;
  std::string address_;
  std::size_t index_ = 0;   ///< of the next event
  std::size_t offset_ = 0;  ///< of its record
  std::size_t covered_ = 0; ///< events
  std::uint64_t repeated_events_ = 0;
  std::string tag_;
  std::uint32_t tag_number_ = UINT32_MAX; ///< of tag_
  byte_buffer record_;
  byte_buffer field_;
  repeated_keys keys_;
};

} // namespace weir
