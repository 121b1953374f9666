#include "runtime/codec/text_encoding.hpp"

#include <iconv.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace weir {
namespace {

constexpr auto replacement = std::string_view{"\xef\xbf\xbd"};

auto pair_at(std::string_view text, std::size_t at) -> std::string_view { return text.substr(at, 2); }

auto line_end_of(text_unit unit) -> std::string_view {
  using namespace std::string_view_literals;
  return unit == text_unit::little_pair ? "\n\0"sv : "\0\n"sv;
}

} // namespace

auto find_line_end_in_pairs(std::string_view text, text_unit unit) -> std::size_t {
  for (std::size_t at = 0; at + 2 <= text.size(); at += 2)
    if (pair_at(text, at) == line_end_of(unit)) return at;
  return std::string_view::npos;
}

auto find_last_line_end(std::string_view text, text_unit unit) -> std::size_t {
  if (unit == text_unit::byte) {
    const auto* last = static_cast<const char*>(::memrchr(text.data(), '\n', text.size()));
    return last == nullptr ? std::string_view::npos : static_cast<std::size_t>(last - text.data());
  }
  for (auto at = text.size() / 2 * 2; at >= 2; at -= 2)
    if (pair_at(text, at - 2) == line_end_of(unit)) return at - 2;
  return std::string_view::npos;
}

auto unit_by_mark(std::string_view head) -> text_unit {
  if (head.starts_with("\xff\xfe")) return text_unit::little_pair;
  return head.starts_with("\xfe\xff") ? text_unit::big_pair : text_unit::byte;
}

auto text_decoder::open(const std::string& encoding) -> result<std::unique_ptr<text_decoder>> {
  auto* const from = ::iconv_open("UTF-8", encoding.c_str());
  if (from == reinterpret_cast<iconv_t>(-1))
    return error{errc::rejected, "no encoding is called \"" + encoding + "\" here; `iconv -l` lists them"};
  auto made = std::unique_ptr<text_decoder>{new text_decoder{from}};
  WEIR_CHECK(made->find_unit(encoding));
  return made;
}

/// Asks what a line end looks like.
auto text_decoder::find_unit(const std::string& encoding) -> result<void> {
  auto* const to = ::iconv_open(encoding.c_str(), "UTF-8");
  auto line_end = std::array<char, 16>{};
  auto text = std::string{"\n"};
  auto* in = text.data();
  auto* out = line_end.data();
  auto in_left = text.size();
  auto out_left = line_end.size();
  if (to != reinterpret_cast<iconv_t>(-1)) {
    (void)::iconv(to, &in, &in_left, &out, &out_left);
    ::iconv_close(to);
  }
  const auto made = std::string_view{line_end.data(), line_end.size() - out_left};
  if (made == "\n") return {};
  for (const auto unit : {text_unit::little_pair, text_unit::big_pair})
    if (made == line_end_of(unit)) return unit_ = unit, result<void>{};
  return error{errc::rejected, "encoding \"" + encoding
                                   + "\" ends lines in a way that cannot be found here; utf-16le and utf-16be, and those that "
                                     "have ASCII in them, can be read"};
}

text_decoder::~text_decoder() { ::iconv_close(from_); }

auto text_decoder::decode(std::string_view text, byte_buffer& out) -> std::size_t {
  auto bad = std::size_t{0};
  (void)::iconv(from_, nullptr, nullptr, nullptr, nullptr);
  auto* in = const_cast<char*>(text.data()); // iconv(3) does not write to it
  auto in_left = text.size();
  while (in_left > 0) {
    constexpr auto room = std::size_t{4096};
    auto* to = out.tail(room);
    auto out_left = room;
    const auto done = ::iconv(from_, &in, &in_left, &to, &out_left);
    const auto problem = done == static_cast<std::size_t>(-1) ? errno : 0;
    out.advance(room - out_left);
    if (problem != EILSEQ && problem != EINVAL) continue;
    out.append(replacement);
    ++bad;
    const auto step = problem == EINVAL ? in_left : std::min(in_left, unit_bytes(unit_));
    in += step;
    in_left -= step;
  }
  return bad;
}

} // namespace weir
