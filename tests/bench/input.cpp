#include "tests/bench/input.hpp"

#include <array>
#include <cerrno>
#include <cinttypes>
#include <cstdio>
#include <memory>
#include <string_view>

namespace weir::bench {

namespace {

/// splitmix64 of the index: every line can be made alone.
auto mix(std::uint64_t x) -> std::uint64_t {
  x += 0x9e3779b97f4a7c15U;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31);
}

constexpr auto methods = std::array{"GET", "GET", "GET", "POST", "PUT", "DELETE"};
constexpr auto levels = std::array{"info", "info", "info", "debug", "warn", "error"};
constexpr auto services =
    std::array{"checkout", "catalog", "search", "payment", "account", "shipping", "cart"};
constexpr auto messages = std::array{"request served from cache",
                                     "order accepted and queued for payment",
                                     "upstream answered after one retry",
                                     "session refreshed",
                                     "stock level below threshold",
                                     "served \\\"fresh\\\" copy\\n",
                                     "lookup done",
                                     "rate limit not reached",
                                     "connection reused",
                                     "template rendered"};
constexpr auto agents =
    std::array{"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0",
               "curl/7.88.1", "Mozilla/5.0 (compatible; Googlebot/2.1)"};

template <std::size_t N>
auto pick(const std::array<const char*, N>& from, std::uint64_t random) -> const char* {
  return from[random % N];
}

void append_json(std::uint64_t i, std::string& out) {
  const auto r = mix(i);
  const auto s = mix(r);
  char line[512];
  const auto size = std::snprintf(
      line, sizeof line,
      R"({"ts":"2026-03-01T%02u:%02u:%02u.%06uZ","level":"%s","service":"%s","host":"web-%02u","request":"%016)" PRIx64
      R"(","method":"%s","path":"/api/v1/items/%u/detail","status":%u,"bytes":%u,"took_ms":%u.%03u,"message":"%s"})"
      "\n",
      static_cast<unsigned>(i / 3'600'000 % 24), static_cast<unsigned>(i / 60'000 % 60),
      static_cast<unsigned>(i / 1000 % 60), static_cast<unsigned>(i % 1000 * 1000), pick(levels, r),
      pick(services, r >> 8), static_cast<unsigned>(r >> 16 & 31), s, pick(methods, r >> 24),
      static_cast<unsigned>(r >> 32 & 0xfffff), r % 16 == 0 ? 404U : 200U, static_cast<unsigned>(s & 0xffff),
      static_cast<unsigned>(s >> 16 & 255), static_cast<unsigned>((s >> 24) % 1000), pick(messages, s >> 40));
  out.append(line, static_cast<std::size_t>(size));
}

void append_nginx(std::uint64_t i, std::string& out) {
  const auto r = mix(i);
  const auto s = mix(r);
  char line[512];
  const auto size = std::snprintf(
      line, sizeof line,
      "10.%u.%u.%u - %s [01/Mar/2026:%02u:%02u:%02u +0000] \"%s /shop/%s/%u?page=%u HTTP/1.1\" %u %u "
      "\"https://example.org/%s\" \"%s\"\n",
      static_cast<unsigned>(r & 255), static_cast<unsigned>(r >> 8 & 255),
      static_cast<unsigned>(r >> 16 & 255), s % 8 == 0 ? "alice" : "-",
      static_cast<unsigned>(i / 3'600'000 % 24), static_cast<unsigned>(i / 60'000 % 60),
      static_cast<unsigned>(i / 1000 % 60), pick(methods, r >> 24), pick(services, r >> 32),
      static_cast<unsigned>(r >> 40 & 0xffff), static_cast<unsigned>(s & 15), s % 16 == 0 ? 404U : 200U,
      static_cast<unsigned>(s >> 8 & 0xffff), pick(services, s >> 24), pick(agents, s >> 32));
  out.append(line, static_cast<std::size_t>(size));
}

struct close_file {
  void operator()(std::FILE* file) const noexcept { std::fclose(file); }
};

} // namespace

void append_line(input_kind kind, std::uint64_t index, std::string& out) {
  if (kind == input_kind::json) return append_json(index, out);
  append_nginx(index, out);
}

auto write_input(input_kind kind, const std::string& path, std::uint64_t events) -> result<std::uint64_t> {
  const auto file = std::unique_ptr<std::FILE, close_file>{std::fopen(path.c_str(), "wb")};
  if (!file) return error_from_errno("cannot create " + path, errno);
  auto block = std::string{};
  auto bytes = std::uint64_t{0};
  for (std::uint64_t i = 0; i < events; ++i) {
    append_line(kind, i, block);
    if (block.size() < 60'000 && i + 1 < events) continue;
    if (std::fwrite(block.data(), 1, block.size(), file.get()) != block.size())
      return error_from_errno("cannot write " + path, errno);
    bytes += block.size();
    block.clear();
  }
  if (std::fflush(file.get()) != 0) return error_from_errno("cannot write " + path, errno);
  return bytes;
}

} // namespace weir::bench
