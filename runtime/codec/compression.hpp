/// gzip and zstd, whole buffers at a time, with a bound on what comes out.
#pragma once

#include "runtime/base/byte_buffer.hpp"
#include "runtime/base/result.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

namespace weir {

enum class compression : std::uint8_t { none, gzip, zstd };

constexpr auto names_of(compression*) {
  return std::array<std::pair<std::string_view, compression>, 3>{
      {{"none", compression::none}, {"gzip", compression::gzip}, {"zstd", compression::zstd}}};
}

/// By the magic number: 1f 8b, 28 b5 2f fd, or a skippable zstd frame (5? 2a 4d 18).
auto sniff_compression(std::string_view bytes) noexcept -> compression;

/// Appends all gzip members (RFC 1952) or zstd frames (RFC 8878, skippable ones skipped) of `bytes` to `out`.
/// Memory grows with what is produced, never by what a header declares. errc::limit when more than
/// `bytes_max` came out, errc::malformed when the input is damaged, cut or followed by something else;
/// `out` may then hold a part. `none` copies.
auto decompress(compression method, std::string_view bytes, std::size_t bytes_max, byte_buffer& out)
    -> result<void>;

/// The same of what HTTP calls deflate: a zlib stream (RFC 1950), or bare deflate data (RFC 1951), as some clients send.
auto decompress_deflate(std::string_view bytes, std::size_t bytes_max, byte_buffer& out) -> result<void>;

/// Appends one gzip member or zstd frame to `out`. `level` 0 is the method's own default.
auto compress(compression method, std::string_view bytes, byte_buffer& out, int level = 0) -> result<void>;

} // namespace weir
