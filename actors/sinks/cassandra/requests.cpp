#include "actors/sinks/cassandra/requests.hpp"

#include "actors/sinks/cassandra/frames.hpp"

namespace weir {
namespace {

constexpr auto with_values = '\x01';
constexpr auto with_serial = '\x10';
constexpr auto unlogged = '\x01';

} // namespace

auto cql_values::add(std::string_view bytes) -> cql_values& {
  put_cql_long_string(bytes_, bytes);
  return ++count_, *this;
}

auto cql_values::add_i32(std::int32_t number) -> cql_values& {
  put_i32(bytes_, sizeof number);
  put_i32(bytes_, number);
  return ++count_, *this;
}

auto cql_values::add_i64(std::int64_t number) -> cql_values& {
  put_i32(bytes_, sizeof number);
  put_i64(bytes_, number);
  return ++count_, *this;
}

auto cql_values::add_null() -> cql_values& {
  put_i32(bytes_, -1);
  return ++count_, *this;
}

void append_cql_query(byte_buffer& out, std::string_view text, const cql_values& values, cql_consistency at) {
  put_cql_long_string(out, text);
  put_u16(out, static_cast<std::uint16_t>(at));
  out.push_back(with_values);
  put_u16(out, values.count());
  out.append(values.bytes());
}

void append_cql_execute(byte_buffer& out, std::string_view id, std::string_view counted_values, cql_consistency at) {
  put_cql_string(out, id);
  put_u16(out, static_cast<std::uint16_t>(at));
  out.push_back(with_values);
  out.append(counted_values);
}

void cql_batch::begin() {
  body_.clear();
  count_ = 0;
  body_.push_back(unlogged);
  put_u16(body_, 0);
}

void cql_batch::add_prepared(std::string_view id, std::string_view counted_values) {
  ++count_;
  body_.push_back('\x01');
  put_cql_string(body_, id);
  body_.append(counted_values);
}

void cql_batch::add(std::string_view text, const cql_values& values) {
  ++count_;
  body_.push_back('\x00');
  put_cql_long_string(body_, text);
  put_u16(body_, values.count());
  body_.append(values.bytes());
}

auto cql_batch::finish(cql_consistency at, std::optional<cql_consistency> serial) -> std::string_view {
  body_.data()[1] = static_cast<char>(count_ >> 8U);
  body_.data()[2] = static_cast<char>(count_ & 0xffU);
  put_u16(body_, static_cast<std::uint16_t>(at));
  body_.push_back(serial ? with_serial : '\0');
  if (serial) put_u16(body_, static_cast<std::uint16_t>(*serial));
  return body_.view();
}

} // namespace weir
