#include "runtime/expression/field_finder.hpp"

#include "runtime/event/msgpack.hpp"
#include "runtime/event/record_path.hpp"

#include <algorithm>

namespace weir::expr {
namespace {

auto size_bit(std::size_t size) -> std::uint64_t { return std::uint64_t{1} << std::min<std::size_t>(size, 63); }

/// The key at the front; short ones, which nearly all are, without a call.
[[gnu::always_inline]] inline auto take_key(msgpack_reader& read, std::string_view& key) -> bool {
  const auto rest = read.rest();
  const auto head = rest.empty() ? 0 : static_cast<unsigned char>(rest.front());
  const auto size = std::size_t{head & 0x1fU};
  if ((head & 0xe0) != 0xa0 || rest.size() <= size) return read.str_or_bin(key);
  key = rest.substr(1, size);
  read.advance(1 + size);
  return true;
}

auto is_map(std::string_view value) -> bool { return msgpack_reader{value}.peek() == msgpack_type::map; }

} // namespace

auto field_finder::add(std::string_view path) -> std::uint32_t {
  const auto known = std::find_if(wanted_.begin(), wanted_.end(), [&](const field& f) { return f.path == path; });
  const auto number = static_cast<std::uint32_t>(known - wanted_.begin());
  if (known != wanted_.end()) return number;
  for (auto dot = path.find('.'); dot != std::string_view::npos; dot = path.find('.', dot + 1)) key_sizes_ |= size_bit(dot);
  key_sizes_ |= size_bit(path.size());
  wanted_.push_back({std::string{path}});
  return number;
}

void field_finder::find() {
  is_done_ = true;
  for (auto& f : wanted_) {
    f.found = f.rest = {};
    f.is_whole = false;
  }
  auto missing = wanted_.size();
  const auto fields = fields_of(record_);
  auto read = msgpack_reader{fields.bytes};
  for (std::uint32_t i = 0; i < fields.count; ++i) {
    auto key = std::string_view{};
    auto value = std::string_view{};
    const auto named = take_key(read, key);
    if (!named && !read.skip()) break;
    if (!read.value(value)) break;
    if (named && (key_sizes_ & size_bit(key.size())) != 0 && offer(key, value, missing)) return;
  }
  for (auto& f : wanted_)
    if (!f.is_whole && !f.found.empty()) f.found = find_path(f.found, f.rest);
}

auto field_finder::offer(std::string_view key, std::string_view value, std::size_t& missing) -> bool {
  for (auto& f : wanted_) {
    if (f.is_whole || !f.path.starts_with(key)) continue;
    if (key.size() == f.path.size()) {
      f.found = value;
      f.is_whole = true;
      if (--missing == 0) return true;
    } else if (f.path[key.size()] == '.' && is_map(value)
               && (f.found.empty() || f.rest.size() > f.path.size() - key.size() - 1)) {
      f.found = value;
      f.rest = std::string_view{f.path}.substr(key.size() + 1);
    }
  }
  return false;
}

} // namespace weir::expr
