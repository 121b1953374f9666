/// The types of a ClickHouse's columns, and values as the format RowBinary has them.
//
//  String                          size varint, bytes
//  Int8 … Int64, UInt8 … UInt64    little-endian
//  Float32, Float64, Bool          the same
//  DateTime                        seconds u32
//  DateTime64(p)                   ticks i64 of 10^-p s
//  Nullable(T)                     0, T | 1
//  LowCardinality(T), JSON         as T, as String
#pragma once

#include "actors/sinks/sql/columns.hpp"
#include "runtime/base/byte_buffer.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace weir {

struct clickhouse_type {
  enum class form : std::uint8_t { text, integer, real, seconds, ticks, json };
  form is = form::text;
  column_type takes;
  std::uint8_t bytes = 0;      ///< of a number
  std::int64_t tick_ns = 1;    ///< of ticks
  bool is_nullable = false;
};

/// Nothing: a type that is not written here. Total.
auto parse_clickhouse_type(std::string_view text) -> std::optional<clickhouse_type>;

/// Appends a value that is of what the type takes; none is NULL, or what stands for nothing where there is no NULL.
void append_row_value(byte_buffer& out, const clickhouse_type& type, const column_value& value);
/// Appends a time; false, and nothing appended, if it is outside of what the type has.
auto append_row_time(byte_buffer& out, const clickhouse_type& type, std::int64_t time_ns) -> bool;
void append_row_text(byte_buffer& out, std::string_view text);

} // namespace weir
