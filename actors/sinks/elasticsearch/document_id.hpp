/// The _id of an event's document: what a second write of the event has again, so that `create` refuses it.
//
//  id    := base64url, without padding, of bytes
//  bytes := time u64be, key u8[28]     the event's own time, ns since 1970: 48 characters
//         | key u8[28]                 of an event that has another time when it is read again: 38 characters
//
//  key is that of runtime/ledger/event_key.hpp. Ids of one time lie side by side, so that a segment whose times are others
//  is passed over without a look when an id is looked up. Servers keep an id in this alphabet as the bytes that it
//  stands for, which sort in that order.
#pragma once

#include "runtime/ledger/event_key.hpp"

#include <array>
#include <optional>
#include <string_view>

namespace weir {

class document_id {
public:
  /// `own_time_ns`: absent if the event has none of its own.
  document_id(const event_key& key, std::optional<std::int64_t> own_time_ns);
  auto view() const -> std::string_view { return {text_.data(), size_}; }

private:
  std::array<char, 48> text_;
  std::size_t size_ = 0;
};

} // namespace weir
