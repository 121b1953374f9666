/// Every parser: the first byte picks format and settings, the rest is the line.
#include "runtime/base/assert.hpp"
#include "runtime/event/repeated_keys.hpp"
#include "runtime/parser/parser_settings.hpp"
#include "tests/support/ruled_settings.hpp"

#include <array>
#include <cstdint>
#include <cstring>
#include <vector>

using namespace weir;

namespace {

auto make_all() -> std::vector<std::unique_ptr<line_parser>> {
  auto parsers = std::vector<std::unique_ptr<line_parser>>{};
  for (const auto& [name, format] : names_of(static_cast<line_format*>(nullptr))) {
    for (const auto& settings : {test::plain_settings(format), test::ruled_settings(format)}) {
      auto made = make_parser(settings);
      WEIR_ASSERT(made);
      parsers.push_back(std::move(*made));
    }
  }
  return parsers;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static const auto parsers = make_all();
  if (size == 0) return 0;
  // A copy with exactly the promised padding, so that reading beyond it is seen.
  auto padded = std::vector<char>(size - 1 + line_padding, '"');
  if (size > 1) std::memcpy(padded.data(), bytes + 1, size - 1);
  auto out = byte_buffer{};
  auto write = msgpack_writer{out};
  const auto mark = write.open();
  const auto parsed = parsers[bytes[0] % parsers.size()]->parse({padded.data(), size - 1}, write);
  if (!parsed.ok()) return 0;
  write.close_map(mark, parsed.fields);
  auto count = std::uint32_t{0};
  auto read = msgpack_reader{out.view()};
  WEIR_ASSERT(read.map(count));
  for (; count > 0; --count) {
    auto key = std::string_view{};
    WEIR_ASSERT(read.str(key) && read.skip());
  }
  WEIR_ASSERT(read.at_end());
  static auto repeated = repeated_keys{};
  WEIR_ASSERT(!repeated.is_in(out.view()));
  return 0;
}
