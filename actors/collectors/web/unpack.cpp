#include "actors/collectors/web/unpack.hpp"

#include "runtime/codec/compression.hpp"
#include "runtime/parser/parser.hpp"

namespace weir {
namespace {

constexpr auto kept_bytes_of_bodies = std::size_t{4} << 20;

void begin_again(byte_buffer& buffer) {
  if (buffer.capacity() > kept_bytes_of_bodies) buffer = byte_buffer{};
  buffer.clear();
}

auto coding_of(const web_request& of) -> std::string { return web_lower_case(web_trimmed(of.field("content-encoding"))); }

} // namespace

auto is_plain(const web_request& of) -> bool {
  const auto coding = coding_of(of);
  return coding.empty() || coding == "identity";
}

auto status_of_unpacking(const error& why) -> int {
  if (why.code == errc::limit) return 413;
  return why.code == errc::rejected ? 415 : 400;
}

auto web_unpacker::whole(const web_request& of, std::string_view framed, std::size_t bytes_max) -> result<std::string_view> {
  if (!of.is_chunked) return decoded(coding_of(of), framed, bytes_max);
  begin_again(joined_);
  auto reader = web_body_reader{of};
  for (;;) {
    auto content = std::string_view{};
    const auto came = reader.take(framed, content);
    joined_.append(content);
    if (joined_.size() > bytes_max) return error{errc::limit, "the body is larger than " + std::to_string(bytes_max) + " bytes"};
    if (came == web_body_reader::progress::done) break;
    if (came == web_body_reader::progress::malformed || content.empty()) return error{errc::malformed, "the chunks of the body are malformed"};
  }
  (void)joined_.tail(line_padding);
  return decoded(coding_of(of), joined_.view(), bytes_max);
}

auto web_unpacker::decoded(std::string_view coding, std::string_view content, std::size_t bytes_max) -> result<std::string_view> {
  if (coding.empty() || coding == "identity") return content;
  begin_again(unpacked_);
  if (coding == "gzip" || coding == "x-gzip")
    WEIR_CHECK(decompress(compression::gzip, content, bytes_max, unpacked_));
  else if (coding == "zstd")
    WEIR_CHECK(decompress(compression::zstd, content, bytes_max, unpacked_));
  else if (coding == "deflate")
    WEIR_CHECK(decompress_deflate(content, bytes_max, unpacked_));
  else
    return error{errc::rejected, "the codings known here are gzip, zstd and deflate"};
  (void)unpacked_.tail(line_padding);
  return unpacked_.view();
}

} // namespace weir
