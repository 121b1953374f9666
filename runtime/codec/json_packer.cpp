#include "runtime/codec/json_packer.hpp"

#include "runtime/event/msgpack.hpp"

#include <simdjson.h>

#include <unordered_map>

namespace weir {
namespace {

namespace dom = simdjson::dom;

constexpr auto kept_bytes_max = std::size_t{4} << 20;

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

struct json_packer::memory {
  dom::parser parser;
};

json_packer::json_packer() : memory_(std::make_unique<memory>()) {}
json_packer::~json_packer() = default;

auto json_packer::append(std::string_view document, byte_buffer& out) -> result<void> {
  auto root = dom::element{};
  if (const auto failure = memory_->parser.parse(document.data(), document.size()).get(root))
    return error{errc::malformed, std::string{"not JSON: "} + simdjson::error_message(failure)};
  auto write = msgpack_writer{out};
  write_value(write, root);
  if (memory_->parser.capacity() > kept_bytes_max) memory_->parser = dom::parser{};
  return {};
}

} // namespace weir
