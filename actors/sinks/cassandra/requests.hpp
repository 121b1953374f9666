/// Bodies of requests to a Cassandra.
//
//  query    := text long string, options           options := consistency u16, flags u8, [values] (1), [serial consistency u16] (0x10)
//  execute  := id string, options                  values  := count u16, bytes*
//  batch    := kind u8 (1: unlogged), count u16, statement*, consistency u16, flags u8, [serial consistency u16] (0x10)
//  statement := 0 u8, text long string, values | 1 u8, id string, values
#pragma once

#include "runtime/base/byte_buffer.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace weir {

/// As the protocol numbers them.
enum class cql_consistency : std::uint16_t {
  any = 0,
  one = 1,
  two = 2,
  three = 3,
  quorum = 4,
  all = 5,
  local_quorum = 6,
  each_quorum = 7,
  serial = 8,
  local_serial = 9,
  local_one = 10,
};

constexpr auto names_of(cql_consistency*) {
  return std::array<std::pair<std::string_view, cql_consistency>, 9>{{{"LOCAL_QUORUM", cql_consistency::local_quorum},
                                                                      {"QUORUM", cql_consistency::quorum},
                                                                      {"EACH_QUORUM", cql_consistency::each_quorum},
                                                                      {"ALL", cql_consistency::all},
                                                                      {"THREE", cql_consistency::three},
                                                                      {"TWO", cql_consistency::two},
                                                                      {"LOCAL_ONE", cql_consistency::local_one},
                                                                      {"ONE", cql_consistency::one},
                                                                      {"ANY", cql_consistency::any}}};
}

/// Values that a statement is given, one after the other.
class cql_values {
public:
  auto add(std::string_view bytes) -> cql_values&;
  auto add_i32(std::int32_t number) -> cql_values&;
  auto add_i64(std::int64_t number) -> cql_values&;
  auto add_null() -> cql_values&;
  auto count() const -> std::uint16_t { return count_; }
  auto bytes() const -> std::string_view { return bytes_.view(); }

private:
  byte_buffer bytes_;
  std::uint16_t count_ = 0;
};

void append_cql_query(byte_buffer& out, std::string_view text, const cql_values& values, cql_consistency at);

/// Values with their number before them: count u16, bytes*.
void append_cql_execute(byte_buffer& out, std::string_view id, std::string_view counted_values, cql_consistency at);

/// Several statements that are one write.
class cql_batch {
public:
  /// Forgets what it had.
  void begin();
  void add_prepared(std::string_view id, std::string_view counted_values);
  void add(std::string_view text, const cql_values& values);
  /// The body. `serial`: for statements with a condition.
  auto finish(cql_consistency at, std::optional<cql_consistency> serial = {}) -> std::string_view;

private:
  byte_buffer body_;
  std::uint16_t count_ = 0;
};

} // namespace weir
