#include "cli/json_document.hpp"

#include "cli/figures.hpp"
#include "runtime/codec/forward_json.hpp"
#include "runtime/event/msgpack.hpp"

namespace weir::cli {

auto json_document::read(std::string_view json) -> result<json_document> {
  auto made = json_document{};
  WEIR_CHECK(json_to_msgpack(json, made.packed_));
  return made;
}

auto json_place::operator[](std::string_view key) const -> json_place {
  auto at = msgpack_reader{packed_};
  return at.peek() == msgpack_type::map ? json_place{find_field(packed_, key)} : json_place{};
}

auto json_place::text() const -> std::string {
  auto at = msgpack_reader{packed_};
  auto value = std::string_view{};
  return at.str(value) ? std::string{value} : std::string{};
}

auto json_place::number() const -> double {
  auto at = msgpack_reader{packed_};
  auto value = 0.0;
  return at.real(value) ? value : 0;
}

auto json_place::count() const -> std::uint64_t {
  auto at = msgpack_reader{packed_};
  auto value = std::uint64_t{0};
  return at.unsigned_integer(value) ? value : 0;
}

auto json_place::integer() const -> std::int64_t {
  auto at = msgpack_reader{packed_};
  auto value = std::int64_t{0};
  return at.integer(value) ? value : 0;
}

auto json_place::is_true() const -> bool {
  auto at = msgpack_reader{packed_};
  auto value = false;
  return at.boolean(value) && value;
}

auto json_place::texts() const -> std::vector<std::string> {
  auto all = std::vector<std::string>{};
  for_each([&](json_place one) { all.push_back(one.text()); });
  return all;
}

void json_place::for_each(const std::function<void(json_place)>& visit) const {
  auto at = msgpack_reader{packed_};
  auto size = std::uint32_t{0};
  if (!at.array(size)) return;
  auto value = std::string_view{};
  while (size-- > 0 && at.value(value)) visit(json_place{value});
}

void json_place::for_each_member(const std::function<void(const std::string& key, json_place)>& visit) const {
  auto at = msgpack_reader{packed_};
  auto size = std::uint32_t{0};
  if (!at.map(size)) return;
  auto key = std::string_view{};
  auto value = std::string_view{};
  while (size-- > 0 && at.str(key) && at.value(value)) visit(std::string{key}, json_place{value});
}

auto json_place::shown() const -> std::string {
  switch (msgpack_reader{packed_}.peek()) {
  case msgpack_type::str: return text();
  case msgpack_type::boolean: return is_true() ? "yes" : "no";
  case msgpack_type::integer: return integer() < 0 ? '-' + count_text(static_cast<std::uint64_t>(-integer())) : count_text(count());
  case msgpack_type::real: return short_text(number());
  default: return {};
  }
}

} // namespace weir::cli
