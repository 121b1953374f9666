#include "runtime/expression/field_finder.hpp"

#include "runtime/event/msgpack_shape.hpp"
#include "runtime/event/record_path.hpp"

#include <algorithm>
#include <array>

namespace weir::expr {
namespace {

/// Of a key that is not empty: few that nobody asked for have that of one that somebody did.
auto trait_of(std::string_view key) -> std::uint64_t {
  return std::uint64_t{1} << ((key.size() * 5 + static_cast<unsigned char>(key.front())) & 63);
}

/// Bytes of a value by its first one, where that tells them; else 0.
constexpr auto make_sizes() {
  auto table = std::array<std::uint8_t, 256>{};
  for (unsigned byte = 0; byte < 256; ++byte) {
    const auto s = msgpack_shape::shape_of(byte);
    const auto has_values = s.type == msgpack_type::map || s.type == msgpack_type::array;
    if (s.width == 0 && !has_values && s.type != msgpack_type::invalid) table[byte] = static_cast<std::uint8_t>(s.fixed + s.payload);
  }
  return table;
}

constexpr auto sizes = make_sizes();

/// Of the value at `at`; 0 if it is not whole. Most are short, and need no call.
[[gnu::always_inline]] inline auto size_of_value(const char* at, const char* end) -> std::size_t {
  const auto left = static_cast<std::size_t>(end - at);
  if (left == 0) return 0;
  const auto head = static_cast<unsigned char>(*at);
  auto size = std::size_t{sizes[head]};
  if (head == 0xd9 && left > 1) size = 2 + std::size_t{static_cast<unsigned char>(at[1])};
  if (size != 0) return size <= left ? size : 0;
  auto read = msgpack_reader{{at, left}};
  return read.skip() ? left - read.rest().size() : 0;
}

auto is_map(std::string_view value) -> bool { return msgpack_reader{value}.peek() == msgpack_type::map; }

} // namespace

auto field_finder::add(std::string_view path) -> std::uint32_t {
  const auto known = std::find_if(wanted_.begin(), wanted_.end(), [&](const field& f) { return f.path == path; });
  const auto number = static_cast<std::uint32_t>(known - wanted_.begin());
  if (known != wanted_.end()) return number;
  for (auto dot = path.find('.'); dot != std::string_view::npos; dot = path.find('.', dot + 1)) traits_ |= trait_of(path.substr(0, dot));
  traits_ |= trait_of(path);
  wanted_.push_back({std::string{path}});
  return number;
}

void field_finder::start() {
  is_begun_ = true;
  for (auto& f : wanted_) {
    f.found = {};
    f.is_done = false;
  }
  auto read = msgpack_reader{record_};
  left_ = 0;
  const auto head = record_.empty() ? 0 : static_cast<unsigned char>(record_.front());
  if ((head & 0xf0) == 0x80)
    left_ = head & 0x0fU, read.advance(1);
  else
    read.map(left_);
  at_ = read.at();
  end_ = at_ + read.rest().size();
}

void field_finder::find(field& asked) {
  while (!asked.is_done && step()) {
  }
  if (!asked.is_done && !asked.found.empty()) asked.found = find_path(asked.found, asked.rest);
  asked.is_done = true;
}

auto field_finder::step() -> bool {
  if (left_ == 0) return false;
  const auto key_size = size_of_value(at_, end_);
  const auto* value = at_ + key_size;
  const auto value_size = key_size == 0 ? 0 : size_of_value(value, end_);
  if (value_size == 0) return left_ = 0, false;
  const auto head = static_cast<unsigned char>(*at_);
  auto key = std::string_view{at_ + 1, key_size - 1};
  const auto is_named = (head & 0xe0) == 0xa0 || msgpack_reader{{at_, key_size}}.str_or_bin(key);
  if (is_named && !key.empty() && (traits_ & trait_of(key)) != 0) offer(key, {value, value_size});
  at_ = value + value_size;
  --left_;
  return true;
}

void field_finder::offer(std::string_view key, std::string_view value) {
  for (auto& f : wanted_) {
    if (f.is_done || !f.path.starts_with(key)) continue;
    if (key.size() == f.path.size()) {
      f.found = value;
      f.is_done = true;
    } else if (f.path[key.size()] == '.' && is_map(value)
               && (f.found.empty() || f.rest.size() > f.path.size() - key.size() - 1)) {
      f.found = value;
      f.rest = std::string_view{f.path}.substr(key.size() + 1);
    }
  }
}

} // namespace weir::expr
