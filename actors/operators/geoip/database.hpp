/// A MaxMind database in memory.
#pragma once

#include "runtime/base/result.hpp"
#include "runtime/event/msgpack.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace weir::geoip {

/// A value that is wanted, under the name that it gets.
struct wanted_value {
  std::string name;
  std::vector<std::string> path;
};

class database {
public:
  /// Copies the file, so that it may be written to meanwhile. Errors say what is wrong with it.
  static auto open(const std::string& path) -> result<std::unique_ptr<database>>;
  virtual ~database() = default;
  /// Appends what there is of `wanted` about an address as pairs of name and value; returns how many. Any text may come.
  virtual auto find(std::string_view address, const std::vector<wanted_value>& wanted, msgpack_writer& out) const
      -> std::uint32_t = 0;
};

} // namespace weir::geoip
