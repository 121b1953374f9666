/// What another node tells of its taps and of a search: any bytes, and what is read of them is told and read again the same.
#include "cli/tell/search_findings.hpp"
#include "cli/tell/tap_news.hpp"
#include "runtime/base/assert.hpp"

#include <algorithm>
#include <cstdint>
#include <string_view>

using namespace weir::cli;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = std::string_view{reinterpret_cast<const char*>(data), size};
  if (const auto news = parse_tap_news(text)) {
    const auto again = parse_tap_news(to_text(*news));
    WEIR_ASSERT(again && again->events == news->events && again->problems == news->problems);
  }
  if (auto found = parse_findings(text, "n")) {
    const auto again = parse_findings(to_text(*found), "n");
    WEIR_ASSERT(again && again->bars == found->bars && again->events.size() == found->events.size() && again->times == found->times);
    const auto all = found->times ? weir::time_span{found->times->first, found->times->second} : weir::time_span{};
    const auto bars = bar_plan::of(all);
    WEIR_ASSERT(bars.bars <= 60);
    found->bars.resize(std::min(found->bars.size(), bars.bars));
    found->put_in_order(10);
    WEIR_ASSERT(found->events.size() <= 10);
    (void)answer_of(*found, bars, all);
  }
  (void)parse_event_place(std::string{text});
  return 0;
}
