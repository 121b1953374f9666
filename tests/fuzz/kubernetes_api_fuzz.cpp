/// What an API server answers, and a file that keeps it: the first byte says how the answer comes in parts.
#include "actors/collectors/kubernetes/api_watch.hpp"
#include "actors/collectors/kubernetes/metadata_cache.hpp"
#include "actors/collectors/kubernetes/record_fields.hpp"
#include "runtime/base/assert.hpp"

#include <cstdint>

using namespace weir;

namespace {

struct fuzzed_listener final : api_listener {
  metadata_cache cache{std::chrono::hours{1}};
  monotonic_time now{};
  void begin_list() override { cache.begin_pods(), cache.begin_spaces(); }
  void present(api_object object) override {
    if (auto space = space_of(object.bytes())) cache.put(std::move(*space));
    auto pod = pod_of(object.bytes());
    if (!pod) return;
    const auto place = pod_place{pod->name, pod->space, pod->uid, "c", {}};
    cache.put(std::move(*pod));
    WEIR_ASSERT(cache.find(place) != nullptr);
    const auto fields = fields_of_container(place, {cache.find(place), cache.labels_of_space(place.space), "n"}, {});
    auto read = msgpack_reader{fields};
    WEIR_ASSERT(read.skip() && read.at_end());
  }
  void gone(api_object object) override { cache.remove_pod(std::string{object["metadata"]["uid"].text()}, now); }
  void end_list(std::uint64_t) override { cache.end_pods(now), cache.end_spaces(); }
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) return 0;
  const auto text = std::string_view{reinterpret_cast<const char*>(bytes) + 1, size - 1};
  auto time = manual_clock{};
  auto told = fuzzed_listener{};
  auto watch = api_watch{{"/api/v1/pods", {}}, told, time};
  if ((bytes[0] & 1) != 0) watch.go_on_from(7);
  (void)watch.next_request(time.monotonic());
  const auto part = std::size_t{1} + bytes[0] / 2;
  for (auto rest = text; !rest.empty() && watch.take(rest.substr(0, part));) rest.remove_prefix(std::min(part, rest.size()));
  watch.end(200, {}, time.monotonic());
  told.cache.forget_old(told.now + std::chrono::hours{2});
  auto copy = metadata_cache{std::chrono::hours{1}};
  WEIR_ASSERT(copy.load(told.cache.to_file(), told.now) && copy.to_file() == told.cache.to_file());
  (void)copy.load(text, told.now);
  (void)pod_of_kept(text);
  return 0;
}
