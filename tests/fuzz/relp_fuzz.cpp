// What a receiver of RELP answers: any bytes are frames or are none, and a frame that was written is read again.
#include "runtime/codec/relp.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace weir;
  auto rest = std::string_view{reinterpret_cast<const char*>(data), size};
  while (true) {
    const auto before = rest.size();
    const auto frame = take_relp_frame(rest);
    if (!frame || !*frame) return rest.size() == before ? 0 : (std::abort(), 1);
    if (rest.size() >= before) std::abort();
    auto again = byte_buffer{};
    append_relp_frame(again, (*frame)->number, (*frame)->command, (*frame)->data);
    auto bytes = again.view();
    const auto same = take_relp_frame(bytes);
    if (!same || !*same || (*same)->data != (*frame)->data || !bytes.empty()) std::abort();
  }
}
