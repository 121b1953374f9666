/// Cuts files back to what was committed: what a crash or a failed commit left in them.
#pragma once

#include "runtime/ledger/ledger_state.hpp"
#include "runtime/os/file_system.hpp"

#include <string>
#include <string_view>

namespace weir {

/// What stands behind the names of files that are not finished yet.
inline constexpr std::string_view unfinished_suffix = ".part";

/// For file_mark::tail_crc, of a file's last bytes or more.
auto crc_of_tail(std::string_view end) -> std::uint32_t;
/// The last bytes before `length`, at most tail_bytes.
auto read_tail(const file& f, std::uint64_t length) -> result<std::string>;

/// Takes back what stands behind the mark. A file that was renamed meanwhile is looked for in its directory,
/// among names that begin as its own did. Returns a sentence if something is not as it was committed, and the
/// file was left alone; empty mostly.
auto recover_file(file_system& files, const file_mark& mark, bool durable) -> result<std::string>;

} // namespace weir
