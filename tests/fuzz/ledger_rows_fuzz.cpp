// The ledger of Kafka: any records are rows or are left out, and what was read can be asked, joined and forgotten.
// Input: keys and values in turns, a line each; an empty value is none.
#include "actors/sinks/sql/ledger_rows.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weir;
  auto text = std::string_view{reinterpret_cast<const char*>(data), size};
  const auto take_line = [&] {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return line;
  };
  auto rows = ledger_rows{};
  auto records = std::size_t{0};
  while (!text.empty()) {
    const auto key = take_line();
    const auto value = take_line();
    records += rows.apply(key, value.empty() ? std::nullopt : std::optional{value});
  }
  if (rows.size() > records) std::abort();
  (void)rows.knowledge("n/collector/c");
  auto known = std::vector<id_range>{};
  rows.add_known({{0x63, 0, UINT64_MAX}}, known);
  auto gone = ledger_records{};
  rows.forget({.ids_max = 1}, INT64_MAX / 2, gone);
  for (const auto& [key, value] : gone)
    if (!rows.apply(key, value ? std::optional<std::string_view>{*value} : std::nullopt)) std::abort();
  return 0;
}
