#include "runtime/base/result.hpp"

#include <cerrno>
#include <system_error>

namespace weir {

auto describe_errno(int number) -> std::string { return std::generic_category().message(number); }

auto error_from_errno(std::string what, int number) -> error {
  const auto code = number == ENOENT || number == ENOTDIR ? errc::not_found : errc::unavailable;
  return {code, std::move(what) + ": " + describe_errno(number)};
}

} // namespace weir
