/// What nodes tell each other of their actors: any bytes give observations that are written and read as the same, or
/// none.
#include "runtime/base/assert.hpp"
#include "runtime/measure/observation_codec.hpp"

#include <cstdint>

using namespace weir;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto read = decode_observations({reinterpret_cast<const char*>(data), size});
  if (!read) return 0;
  const auto written = encode_observations(*read);
  const auto again = decode_observations(written);
  WEIR_ASSERT(again && again->size() == read->size());
  WEIR_ASSERT(encode_observations(*again) == written);
  for (const auto& o : *read) {
    WEIR_ASSERT(o.files.size() <= files_told_max && o.senders.size() <= senders_told_max);
    for (const auto& c : counts_measures) WEIR_ASSERT((o.*c.counts).size() <= count_rows::rows_max);
    (void)is_balanced(o);
  }
  return 0;
}
