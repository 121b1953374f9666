// What _bulk answers: any bytes are an answer or are none, and each item of one has an outcome and a reason.
#include "actors/sinks/elasticsearch/bulk_answer.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weir;
  static auto reader = bulk_answer_reader{};
  const auto body = std::string_view{reinterpret_cast<const char*>(data), size};
  if (error_text_of(body).size() > 1000) std::abort();
  const auto items = reader.read(body);
  if (!items) return items.failure().code == errc::malformed ? 0 : (std::abort(), 0);
  for (const auto& item : *items) {
    if (item.status < 0 || item.status > 999) std::abort();
    if (outcome_of(item) == bulk_outcome::stored && (item.status < 200 || item.status > 299)) std::abort();
    if (reason_of(item).empty()) std::abort();
  }
  return 0;
}
