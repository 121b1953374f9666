#include "runtime/codec/stream_decompressor.hpp"

#include "runtime/base/assert.hpp"

#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <limits>
#include <string>

namespace weir {
namespace {

constexpr auto gzip_member_window = 15 + 16; // 32 KiB window, gzip wrapper

class gzip_stream final : public stream_decompressor {
public:
  gzip_stream() { WEIR_ASSERT(inflateInit2(&z_, gzip_member_window) == Z_OK); }
  ~gzip_stream() override { inflateEnd(&z_); }
  gzip_stream(const gzip_stream&) = delete;
  auto operator=(const gzip_stream&) -> gzip_stream& = delete;

  auto step(std::string_view& in, byte_buffer& out, std::size_t room_max) -> result<void> override {
    auto left_room = room_max;
    while (!in.empty() && left_room > 0) {
      if (std::exchange(is_whole_, false)) inflateReset(&z_);
      const auto piece = in.substr(0, std::numeric_limits<int>::max());
      const auto place = std::min<std::size_t>(left_room, std::numeric_limits<int>::max());
      z_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(piece.data()));
      z_.avail_in = static_cast<uInt>(piece.size());
      z_.next_out = reinterpret_cast<Bytef*>(out.tail(place));
      z_.avail_out = static_cast<uInt>(place);
      const auto status = inflate(&z_, Z_NO_FLUSH);
      in.remove_prefix(piece.size() - z_.avail_in);
      out.advance(place - z_.avail_out);
      left_room -= place - z_.avail_out;
      is_whole_ = status == Z_STREAM_END;
      if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR)
        return error{errc::malformed, std::string{"damaged gzip data: "} + (z_.msg == nullptr ? "unknown" : z_.msg)};
    }
    return {};
  }
  auto is_whole() const -> bool override { return is_whole_; }

private:
  z_stream z_{};
  bool is_whole_ = false;
};

class zstd_stream final : public stream_decompressor {
public:
  zstd_stream() : context_(ZSTD_createDCtx()) { WEIR_ASSERT(context_ != nullptr); }
  ~zstd_stream() override { ZSTD_freeDCtx(context_); }
  zstd_stream(const zstd_stream&) = delete;
  auto operator=(const zstd_stream&) -> zstd_stream& = delete;

  auto step(std::string_view& in, byte_buffer& out, std::size_t room_max) -> result<void> override {
    auto left_room = room_max;
    for (auto goes_on = true; goes_on && left_room > 0;) {
      auto from = ZSTD_inBuffer{in.data(), in.size(), 0};
      auto to = ZSTD_outBuffer{out.tail(left_room), left_room, 0};
      const auto left = ZSTD_decompressStream(context_, &to, &from);
      if (ZSTD_isError(left) != 0) return error{errc::malformed, std::string{"damaged zstd data: "} + ZSTD_getErrorName(left)};
      in.remove_prefix(from.pos);
      out.advance(to.pos);
      left_room -= to.pos;
      goes_on = from.pos > 0 || to.pos > 0;
      if (goes_on) is_whole_ = left == 0;
    }
    return {};
  }
  auto is_whole() const -> bool override { return is_whole_; }

private:
  ZSTD_DCtx* context_;
  bool is_whole_ = false;
};

} // namespace

auto make_stream_decompressor(compression method) -> std::unique_ptr<stream_decompressor> {
  WEIR_ASSERT(method != compression::none);
  if (method == compression::gzip) return std::make_unique<gzip_stream>();
  return std::make_unique<zstd_stream>();
}

} // namespace weir
