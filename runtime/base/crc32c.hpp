/// CRC-32C (Castagnoli), as in RFC 3720 appendix B.4; in hardware where the processor has it, and in wide
/// lanes where it has those.
#pragma once

#include <cstdint>
#include <string_view>

namespace weir {

/// Continues `crc` (0 at the beginning) over `bytes`.
auto crc32c(std::string_view bytes, std::uint32_t crc = 0) noexcept -> std::uint32_t;

} // namespace weir
