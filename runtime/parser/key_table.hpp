/// The keys that lines had so far: their msgpack, made once, and which of the open maps have them already.
//
// Records of one stream have the same keys again and again. A key that is found here needs neither a search for
// its end nor for escapes, and one comparison tells whether its map has it twice.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>

namespace weir {

class key_table {
public:
  static constexpr std::size_t key_bytes_max = 31; ///< a fixstr
  static constexpr unsigned depth_max = 8;         ///< maps deeper inside of others are not told apart

  static constexpr std::uint32_t nothing = 0xffffffff;

  /// What keys of the outer maps need is in one cache line.
  struct alignas(64) entry {
    std::uint64_t first = 0, last = 0;           ///< the words that are compared
    char packed[key_bytes_max + 1] = {};         ///< head and text
    std::uint32_t size = nothing;
    std::array<std::uint32_t, depth_max> maps{}; ///< the last one at each depth that had the key
  };

  /// Begins a line: no map of earlier ones is open.
  void begin_line();
  /// A number that no open map has.
  auto next_map() -> std::uint32_t { return ++map_; }

  /// The key that is just these bytes, or nothing. Eight bytes behind the text are readable.
  auto find(const char* text, std::size_t size) -> entry*;
  /// Remembers a key that find() does not know; nothing if it is too long.
  auto learn(const char* text, std::size_t size) -> entry*;
  /// Whether the map at `depth` has the key for the first time.
  static auto is_new(entry& key, std::uint32_t map, unsigned depth) -> bool {
    if (key.maps[depth] == map) return false;
    key.maps[depth] = map;
    return true;
  }
  /// Whether a key of this line was forgotten in favour of another, so that is_new() may have been wrong.
  auto has_forgotten() const -> bool { return forgotten_; }

private:
  static constexpr std::size_t slots = 512;
  static constexpr std::size_t probes = 4;

  struct words {
    std::uint64_t first, last;
    std::size_t slot;
  };
  static auto words_of(const char* text, std::size_t size) -> words;
  static auto is(const entry& e, const words& w, const char* text, std::size_t size) -> bool;

  std::unique_ptr<std::array<entry, slots>> entries_ = std::make_unique<std::array<entry, slots>>();
  std::uint32_t map_ = 0;
  std::uint32_t line_ = 0; ///< maps of this line have greater numbers
  std::uint32_t turn_ = 0;
  bool forgotten_ = false;
};

inline auto key_table::words_of(const char* text, std::size_t size) -> words {
  auto w = words{0, 0, 0};
  std::memcpy(&w.first, text, 8);
  if (size >= 8)
    std::memcpy(&w.last, text + size - 8, 8);
  else
    w.first &= (std::uint64_t{1} << (size * 8)) - 1;
  w.slot = ((w.first + std::rotl(w.last, 23) + size) * 0x9e3779b97f4a7c15) >> 55;
  return w;
}

inline auto key_table::is(const entry& e, const words& w, const char* text, std::size_t size) -> bool {
  if (e.first != w.first || e.last != w.last || e.size != size) return false;
  return size <= 16 || std::memcmp(e.packed + 9, text + 8, size - 16) == 0;
}

inline auto key_table::find(const char* text, std::size_t size) -> entry* {
  if (size > key_bytes_max) return nullptr;
  const auto w = words_of(text, size);
  for (std::size_t i = 0; i < probes; ++i) {
    auto& e = (*entries_)[(w.slot + i) % slots];
    if (is(e, w, text, size)) [[likely]]
      return &e;
  }
  return nullptr;
}

} // namespace weir
