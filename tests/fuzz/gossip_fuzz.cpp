/// What nodes say of members: any bytes give gossip that is written as it was read, or an error; and whoever takes it in
/// knows no more members than it may, keeps its own entry, and has something to say that can be read.
#include "runtime/base/assert.hpp"
#include "runtime/cluster/gossip_codec.hpp"
#include "runtime/cluster/membership.hpp"

#include <cstdint>

using namespace weir;
using namespace std::chrono_literals;

namespace {

constexpr auto wall_ns = std::int64_t{1'700'000'000'000'000'000};
constexpr auto most = std::size_t{20};

auto self() -> member {
  auto me = member{};
  me.node = "core-1";
  me.version.incarnation = static_cast<std::uint64_t>(wall_ns);
  me.serves = true;
  return me;
}

void take_in(const gossip& said) {
  auto settings = membership_settings{};
  settings.members_max = most;
  auto known = membership{settings, self(), wall_ns};
  auto now = monotonic_time{1h};
  known.on_linked(1, {"core-2", true}, now, wall_ns);
  for (auto i = 0; i < 2; ++i) {
    known.on_gossip(1, said, now, wall_ns);
    known.on_time(now += 1s, wall_ns);
  }
  for (const auto& out : known.take_outgoing()) WEIR_ASSERT(decode_gossip(encode_gossip(out.what)));
  WEIR_ASSERT(known.members(now).size() <= most + 1);
  WEIR_ASSERT(known.self().node == "core-1");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto said = decode_gossip({reinterpret_cast<const char*>(data), size});
  if (!said) return 0;
  const auto bytes = encode_gossip(*said);
  const auto again = decode_gossip(bytes);
  WEIR_ASSERT(again && encode_gossip(*again) == bytes);
  take_in(*said);
  return 0;
}
