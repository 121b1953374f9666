/// Files that grow over several commits: what a ledger remembers of one, and what it needs of where they lie.
#pragma once

#include "runtime/base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace weir {

/// Who writes to a file.
struct file_writer {
  std::uint64_t place = 0;   ///< the node, which has one process at a time
  std::uint64_t run = 0;     ///< that process
  std::uint64_t opening = 0; ///< one opening of a ledger there: after any failure it is another
  auto operator==(const file_writer&) const -> bool = default;
};

struct growing_file {
  std::string made; ///< where it lies
  std::string key;  ///< where it belongs once it is closed
  file_writer writer;
  std::int64_t begun_s = 0; ///< second of the wall clock
  std::uint64_t bytes = 0;  ///< of it that are stored: what lies behind is of a commit that never was
  bool is_closed = false;   ///< it grows no more
  auto operator==(const growing_file&) const -> bool = default;
};

/// When a file is closed.
struct object_rotation {
  std::uint64_t bytes = 0; ///< 0: none for its size
  std::int64_t age_s = 0;  ///< 0: none grows
};

/// Blocks.
class file_appender {
public:
  virtual ~file_appender() = default;
  /// To one that has `before` bytes. False: nothing can be appended to here. errc::not_found: there is no such file. After any
  /// other error some of it may be there, and the rest may come yet.
  virtual auto append(const std::string& path, std::string_view bytes, std::uint64_t before) -> result<bool> = 0;
  /// Brings its first `bytes` to its key, and sees to it that nobody appends to it any more. False: the server is not that far,
  /// and is to be asked again. May be done by several, and again.
  virtual auto finish(const growing_file& f) -> result<bool> = 0;
};

} // namespace weir
