/// Copies a record while somebody decides of each field whether it stays, goes or becomes something else.
#pragma once

#include "runtime/event/msgpack.hpp"
#include "runtime/event/path_pattern.hpp"

#include <string>
#include <string_view>

namespace weir {

/// What becomes of a value.
enum class walk_step {
  keep,   ///< as it is
  drop,   ///< it goes, with its key
  done,   ///< the visitor has written another one
  enter,  ///< of a map or list: its fields or items are asked about
  search, ///< the same; it goes if nothing of it is left
};

struct walked_value {
  std::string_view path;  ///< of names with path_joint between them; a list's items have that of the list
  std::string_view value; ///< its bytes
  bool is_deepest = false; ///< what is inside cannot be entered
};

/// Not thread-safe: keeps scratch memory.
class record_walk {
public:
  static constexpr auto depth_max = 100U;

  /// Appends what becomes of the map `record` to `out`. `visit(const walked_value&, msgpack_writer&) -> walk_step`.
  template <class Visit> void run(std::string_view record, byte_buffer& out, Visit&& visit) {
    path_.clear();
    auto read = msgpack_reader{record};
    auto write = msgpack_writer{out};
    auto count = std::uint32_t{0};
    if (!read.map(count)) return out.append(record);
    const auto mark = write.open();
    const auto kept = copy_pairs(read, count, 1, write, visit);
    write.close_map(mark, kept);
  }

private:
  template <class Visit>
  auto copy_pairs(msgpack_reader& read, std::uint32_t count, unsigned depth, msgpack_writer& write, Visit& visit)
      -> std::uint32_t {
    auto kept = std::uint32_t{0};
    const auto outer = path_.size();
    for (std::uint32_t i = 0; i < count; ++i) {
      const auto* const begin = read.at();
      auto name = std::string_view{};
      auto value = std::string_view{};
      if (!read.str_or_bin(name) && !read.skip()) break;
      const auto key = std::string_view{begin, static_cast<std::size_t>(read.at() - begin)};
      if (!read.value(value)) break;
      if (depth > 1) path_.append(1, path_joint).append(name);
      const auto before = write.buffer().size();
      write.raw(key);
      if (copy_value({depth > 1 ? std::string_view{path_} : name, value, depth >= depth_max}, depth, write, visit))
        ++kept;
      else
        write.buffer().truncate(before);
      path_.resize(outer);
    }
    return kept;
  }

  /// False: nothing is left of it.
  template <class Visit>
  auto copy_value(const walked_value& of, unsigned depth, msgpack_writer& write, Visit& visit) -> bool {
    const auto step = visit(of, write);
    if (step == walk_step::drop) return false;
    if (step == walk_step::done) return true;
    auto read = msgpack_reader{of.value};
    auto count = std::uint32_t{0};
    const auto is_map = read.map(count);
    if (step == walk_step::keep || of.is_deepest || (!is_map && !read.array(count))) {
      if (step == walk_step::search) return false;
      return write.raw(of.value), true;
    }
    if (depth == 1) path_ = of.path;
    const auto mark = write.open();
    const auto kept = is_map ? copy_pairs(read, count, depth + 1, write, visit) : copy_items(read, count, depth + 1, write, visit);
    is_map ? write.close_map(mark, kept) : write.close_array(mark, kept);
    return kept > 0 || step == walk_step::enter;
  }

  template <class Visit>
  auto copy_items(msgpack_reader& read, std::uint32_t count, unsigned depth, msgpack_writer& write, Visit& visit)
      -> std::uint32_t {
    auto kept = std::uint32_t{0};
    for (std::uint32_t i = 0; i < count; ++i) {
      auto value = std::string_view{};
      if (!read.value(value)) break;
      const auto before = write.buffer().size();
      if (copy_value({path_, value, depth >= depth_max}, depth, write, visit))
        ++kept;
      else
        write.buffer().truncate(before);
    }
    return kept;
  }

  std::string path_; ///< of the map or list that is being copied
};

} // namespace weir
