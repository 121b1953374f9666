/// Answers of name servers: any bytes give targets that can be dialled, each once in an order by priority, or an error.
#include "runtime/base/assert.hpp"
#include "runtime/cluster/srv_lookup.hpp"

#include <algorithm>
#include <cstdint>

using namespace weir;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto found = decode_srv({reinterpret_cast<const char*>(data), size});
  if (!found) return 0;
  WEIR_ASSERT(!found->empty());
  for (const auto& target : *found) WEIR_ASSERT(is_dns_name(target.at.host) && parse_host_port(to_text(target.at)));
  auto random = std::mt19937_64{size};
  auto first = std::min_element(found->begin(), found->end(),
                                [](const auto& a, const auto& b) { return a.priority < b.priority; });
  const auto is_first = [&](const srv_target& t, const host_port& at) {
    return t.priority == first->priority && t.at.host == at.host && t.at.port == at.port;
  };
  const auto order = in_order(*found, random);
  WEIR_ASSERT(order.size() == found->size());
  WEIR_ASSERT(std::any_of(found->begin(), found->end(), [&](const auto& t) { return is_first(t, order.front()); }));
  return 0;
}
