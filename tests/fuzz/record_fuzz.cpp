/// Records of clients: what is stepped over, and what becomes of keys that are there twice.
#include "runtime/base/assert.hpp"
#include "runtime/event/msgpack.hpp"
#include "runtime/event/record_path.hpp"
#include "runtime/event/record_skipper.hpp"
#include "runtime/event/repeated_keys.hpp"

#include <cstdint>

using namespace weir;

namespace {

auto has_repeated_field(std::string_view record) -> bool {
  const auto fields = fields_of(record);
  auto outer = msgpack_reader{fields.bytes};
  for (std::uint32_t i = 0; i < fields.count; ++i) {
    auto key = std::string_view{};
    auto value = std::string_view{};
    const auto named = outer.str_or_bin(key);
    if (!named && !outer.skip()) return false;
    if (!outer.value(value)) return false;
    // A path without dots finds the first field of that name.
    if (named && key.find('.') == std::string_view::npos && find_field(record, key).data() != value.data())
      return true;
  }
  return false;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static auto repeated = repeated_keys{};
  static auto skipper = record_skipper{};
  const auto bytes = std::string_view{reinterpret_cast<const char*>(data), size};
  auto read = msgpack_reader{bytes};
  auto whole = std::string_view{};
  const auto is_value = !bytes.empty() && read.value(whole);
  const auto distinct = repeated.skip_distinct(bytes);
  const auto skipped = skipper.skip(bytes);
  WEIR_ASSERT(distinct == 0 || (is_value && distinct == whole.size()));
  WEIR_ASSERT(skipped == 0 || (is_value && skipped == whole.size() && !has_repeated_field(whole)));
  if (!is_value || msgpack_reader{whole}.peek() != msgpack_type::map) return 0;
  WEIR_ASSERT(distinct == 0 || !has_repeated_field(whole));
  auto record = byte_buffer{};
  record.append(whole);
  repeated.resolve(record);
  WEIR_ASSERT(repeated.skip_distinct(record.view()) == record.size());
  WEIR_ASSERT(distinct == 0 || record.view() == whole);
  auto paths = std::vector<kept_path>{{"a.b"}, {"a"}, {"b.c.d"}};
  auto kept = byte_buffer{};
  append_kept(kept, record.view(), paths);
  auto set = byte_buffer{};
  append_with_path(set, kept.view(), "a.x.y", "\x01");
  WEIR_ASSERT(find_path(set.view(), "a.x.y") == "\x01");
  return 0;
}
