#include "runtime/codec/compression.hpp"

#include <libdeflate.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <limits>
#include <memory>

namespace weir {
namespace {

constexpr auto step_bytes = std::size_t{64} * 1024;
constexpr auto gzip_window = 15 + 16; // 32 KiB window, gzip wrapper
constexpr auto zlib_window = 15;
constexpr auto bare_window = -15; // neither head nor checksum
constexpr auto gzip_level = 6;        // what gzip takes if nobody says

auto unreadable(std::string what) -> error { return {errc::malformed, std::move(what)}; }

auto too_large(std::size_t bytes_max) -> error {
  return {errc::limit, "decompresses to more than " + std::to_string(bytes_max) + " bytes"};
}

/// Room for the next piece of output: grows with what was produced, one byte beyond the limit at most.
class bounded_output {
public:
  bounded_output(byte_buffer& out, std::size_t bytes_max) : out_(out), begin_(out.size()), max_(bytes_max) {}
  auto room() const -> std::size_t {
    return std::min(std::max(step_bytes, produced()), max_ - std::min(max_, produced()) + 1);
  }
  auto tail() -> char* { return out_.tail(room()); }
  /// False when the limit is exceeded.
  auto advance(std::size_t count) -> bool {
    out_.advance(count);
    return produced() <= max_;
  }

private:
  auto produced() const -> std::size_t { return out_.size() - begin_; }

  byte_buffer& out_;
  std::size_t begin_;
  std::size_t max_;
};

struct end_inflate {
  void operator()(z_stream* z) const noexcept {
    inflateEnd(z);
    delete z;
  }
};

void feed(z_stream& z, std::string_view bytes) {
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  z.avail_in = static_cast<uInt>(bytes.size());
}

/// By its first two bytes (RFC 1950, 2.2).
auto has_zlib_head(std::string_view bytes) -> bool {
  if (bytes.size() < 2) return false;
  const auto first = static_cast<unsigned char>(bytes[0]);
  return (first & 0x0fU) == 8 && (first * 256U + static_cast<unsigned char>(bytes[1])) % 31 == 0;
}

/// Inflates one member from the front of `bytes`.
auto gunzip_member(z_stream& z, std::string_view& bytes, bounded_output& out, std::size_t bytes_max)
    -> result<void> {
  for (auto status = Z_OK; status != Z_STREAM_END;) {
    const auto piece = bytes.substr(0, std::numeric_limits<int>::max());
    const auto room = out.room();
    feed(z, piece);
    z.next_out = reinterpret_cast<Bytef*>(out.tail());
    z.avail_out = static_cast<uInt>(room);
    status = inflate(&z, Z_NO_FLUSH);
    bytes.remove_prefix(piece.size() - z.avail_in);
    if (!out.advance(room - z.avail_out)) return too_large(bytes_max);
    if (status == Z_BUF_ERROR || (status == Z_OK && bytes.empty() && z.avail_out != 0))
      return unreadable("the compressed data is cut off");
    if (status != Z_OK && status != Z_STREAM_END)
      return unreadable(std::string{"damaged compressed data: "} + (z.msg == nullptr ? "unknown" : z.msg));
  }
  return {};
}

auto gunzip(std::string_view bytes, std::size_t bytes_max, byte_buffer& to) -> result<void> {
  auto z = std::unique_ptr<z_stream, end_inflate>{new z_stream{}};
  if (inflateInit2(z.get(), gzip_window) != Z_OK) return error{errc::unavailable, "no memory for zlib"};
  auto out = bounded_output{to, bytes_max};
  do {
    WEIR_CHECK(gunzip_member(*z, bytes, out, bytes_max));
    inflateReset(z.get());
  } while (!bytes.empty());
  return {};
}

struct free_zstd {
  void operator()(ZSTD_DCtx* context) const noexcept { ZSTD_freeDCtx(context); }
};

auto unzstd(std::string_view bytes, std::size_t bytes_max, byte_buffer& to) -> result<void> {
  auto context = std::unique_ptr<ZSTD_DCtx, free_zstd>{ZSTD_createDCtx()};
  if (context == nullptr) return error{errc::unavailable, "no memory for zstd"};
  auto in = ZSTD_inBuffer{bytes.data(), bytes.size(), 0};
  auto out = bounded_output{to, bytes_max};
  for (auto ended = false; in.pos < in.size || !ended;) {
    const auto room = out.room();
    const auto before = in.pos;
    auto piece = ZSTD_outBuffer{out.tail(), room, 0};
    const auto left = ZSTD_decompressStream(context.get(), &piece, &in);
    if (ZSTD_isError(left) != 0)
      return unreadable(std::string{"damaged zstd data: "} + ZSTD_getErrorName(left));
    if (!out.advance(piece.pos)) return too_large(bytes_max);
    ended = left == 0;
    if (!ended && in.pos == in.size && in.pos == before && piece.pos < room)
      return unreadable("a zstd frame is cut off");
  }
  return {};
}

struct free_compressor {
  void operator()(libdeflate_compressor* c) const noexcept { libdeflate_free_compressor(c); }
};

/// libdeflate takes half of zlib's time, or less, and wants all at once.
auto gzip(std::string_view bytes, byte_buffer& out, int level) -> result<void> {
  const auto by = std::unique_ptr<libdeflate_compressor, free_compressor>{libdeflate_alloc_compressor(level == 0 ? gzip_level : level)};
  if (by == nullptr) return error{errc::failed, "libdeflate refuses level " + std::to_string(level)};
  const auto bound = libdeflate_gzip_compress_bound(by.get(), bytes.size());
  out.advance(libdeflate_gzip_compress(by.get(), bytes.data(), bytes.size(), out.tail(bound), bound));
  return {};
}

auto zstd(std::string_view bytes, byte_buffer& out, int level) -> result<void> {
  const auto bound = ZSTD_compressBound(bytes.size());
  const auto size = ZSTD_compress(out.tail(bound), bound, bytes.data(), bytes.size(),
                                  level == 0 ? ZSTD_CLEVEL_DEFAULT : level);
  if (ZSTD_isError(size) != 0) return error{errc::failed, std::string{"zstd: "} + ZSTD_getErrorName(size)};
  out.advance(size);
  return {};
}

} // namespace

auto sniff_compression(std::string_view bytes) noexcept -> compression {
  if (bytes.starts_with("\x1f\x8b")) return compression::gzip;
  if (bytes.starts_with("\x28\xb5\x2f\xfd")) return compression::zstd;
  const auto skippable =
      bytes.size() >= 4 && (bytes[0] & 0xf0) == 0x50 && bytes.substr(1, 3) == "\x2a\x4d\x18";
  return skippable ? compression::zstd : compression::none;
}

auto decompress(compression method, std::string_view bytes, std::size_t bytes_max, byte_buffer& out)
    -> result<void> {
  if (method == compression::gzip) return gunzip(bytes, bytes_max, out);
  if (method == compression::zstd) return unzstd(bytes, bytes_max, out);
  if (bytes.size() > bytes_max) return too_large(bytes_max);
  out.append(bytes);
  return {};
}

auto decompress_deflate(std::string_view bytes, std::size_t bytes_max, byte_buffer& out) -> result<void> {
  auto z = std::unique_ptr<z_stream, end_inflate>{new z_stream{}};
  if (inflateInit2(z.get(), has_zlib_head(bytes) ? zlib_window : bare_window) != Z_OK) return error{errc::unavailable, "no memory for zlib"};
  auto to = bounded_output{out, bytes_max};
  WEIR_CHECK(gunzip_member(*z, bytes, to, bytes_max));
  return bytes.empty() ? result<void>{} : unreadable("something follows the deflate data");
}

auto compress(compression method, std::string_view bytes, byte_buffer& out, int level) -> result<void> {
  if (method == compression::gzip) return gzip(bytes, out, level);
  if (method == compression::zstd) return zstd(bytes, out, level);
  out.append(bytes);
  return {};
}

} // namespace weir
