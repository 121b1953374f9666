#include "runtime/codec/forward_json.hpp"

#include "runtime/event/msgpack.hpp"

#include <simdjson.h>

#include <unordered_map>

namespace weir {
namespace {

namespace dom = simdjson::dom;

void write_value(msgpack_writer& write, const dom::element& from);

/// Small objects are compared key by key, large ones through a table: a hostile one must not cost its square.
class last_of_key {
public:
  explicit last_of_key(const dom::object& fields) : fields_(fields) {
    constexpr auto small = std::size_t{16};
    if (fields.size() <= small) return;
    auto index = std::size_t{0};
    for (const auto& field : fields) last_[field.key] = index++;
  }
  auto holds(std::string_view key, std::size_t index) const -> bool {
    if (!last_.empty()) return last_.at(key) == index;
    auto i = std::size_t{0};
    for (const auto& field : fields_)
      if (i++ > index && field.key == key) return false;
    return true;
  }

private:
  const dom::object& fields_;
  std::unordered_map<std::string_view, std::size_t> last_;
};

void write_object(msgpack_writer& write, const dom::object& from) {
  const auto last = last_of_key{from};
  auto count = std::uint32_t{0};
  auto index = std::size_t{0};
  const auto mark = write.open();
  for (const auto& field : from) {
    if (!last.holds(field.key, index++)) continue;
    write.str(field.key);
    write_value(write, field.value);
    ++count;
  }
  write.close_map(mark, count);
}

void write_array(msgpack_writer& write, const dom::array& from) {
  auto count = std::uint32_t{0};
  const auto mark = write.open();
  for (const auto& item : from) {
    write_value(write, item);
    ++count;
  }
  write.close_array(mark, count);
}

/// Recursion is bounded: simdjson refuses documents deeper than 1024.
void write_value(msgpack_writer& write, const dom::element& from) {
  switch (from.type()) {
  case dom::element_type::OBJECT: return write_object(write, dom::object(from));
  case dom::element_type::ARRAY: return write_array(write, dom::array(from));
  case dom::element_type::STRING: return write.str(std::string_view(from));
  case dom::element_type::INT64: return write.integer(std::int64_t(from));
  case dom::element_type::UINT64: return write.unsigned_integer(std::uint64_t(from));
  case dom::element_type::DOUBLE: return write.real(double(from));
  case dom::element_type::BOOL: return write.boolean(bool(from));
  case dom::element_type::NULL_VALUE: return write.nil();
  }
}

} // namespace

auto json_document_finder::step(char byte) noexcept -> progress {
  using enum progress;
  if (in_string_) {
    if (escaped_)
      escaped_ = false;
    else if (byte == '\\')
      escaped_ = true;
    else if (byte == '"')
      in_string_ = false;
    return incomplete;
  }
  if (byte == '"')
    in_string_ = true;
  else if (byte == '{' || byte == '[')
    ++depth_;
  else if ((byte == '}' || byte == ']') && --depth_ == 0)
    return complete;
  return depth_ == 0 ? malformed : incomplete;
}

auto json_document_finder::resume(std::string_view bytes) noexcept -> progress {
  if (depth_ == 0 && offset_ > 0) return progress::complete;
  while (offset_ < bytes.size()) {
    const auto found = step(bytes[offset_++]);
    if (found != progress::incomplete) return found;
  }
  return progress::incomplete;
}

auto json_to_msgpack(std::string_view document, byte_buffer& out) -> result<void> {
  auto parser = dom::parser{};
  auto root = dom::element{};
  if (const auto failure = parser.parse(document.data(), document.size()).get(root))
    return error{errc::malformed, std::string{"not JSON: "} + simdjson::error_message(failure)};
  auto write = msgpack_writer{out};
  write_value(write, root);
  return {};
}

void append_json_ack(byte_buffer& out, std::string_view chunk) {
  auto id = std::string_view{};
  if (!msgpack_reader{chunk}.str_or_bin(id)) return;
  out.append("{\"ack\":\"");
  for (const auto byte : id) {
    if (byte == '"' || byte == '\\') out.push_back('\\');
    if (static_cast<unsigned char>(byte) >= 0x20) {
      out.push_back(byte);
      continue;
    }
    const auto code = static_cast<unsigned char>(byte);
    out.append("\\u00");
    out.push_back("0123456789abcdef"[code >> 4]);
    out.push_back("0123456789abcdef"[code & 15]);
  }
  out.append("\"}");
}

} // namespace weir
