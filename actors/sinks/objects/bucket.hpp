/// What a ledger in a bucket, or in a directory of a cluster, needs of it: the seam to the network, which a simulation replaces.
#pragma once

#include "runtime/base/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace weir {

/// How an object is to be kept, where the store behind it has such things; empty: as the bucket has it.
struct object_form {
  std::string content_type = {};
  std::string storage_class = {};
  std::string encryption = {};
  std::string tags = {}; ///< "team=web&kind=logs", encoded
};

/// Blocks. After any error but errc::not_found what was asked may have been done, or may be done yet.
class object_bucket {
public:
  virtual ~object_bucket() = default;
  virtual auto put(const std::string& key, std::string_view bytes, const object_form& form) -> result<void> = 0;
  /// False: there is one of that key already, and it stays as it is.
  virtual auto put_if_absent(const std::string& key, std::string_view bytes) -> result<bool> = 0;
  virtual auto get(const std::string& key) -> result<std::string> = 0;
  /// errc::not_found: there is no `from`. What is at `to` already is the same; `from` may stay.
  virtual auto move(const std::string& from, const std::string& to, const object_form& form) -> result<void> = 0;
  /// One that is not there is no error.
  virtual auto remove(const std::string& key) -> result<void> = 0;
  /// Keys that begin so, in order; a thousand at most.
  virtual auto list(const std::string& prefix) -> result<std::vector<std::string>> = 0;
};

} // namespace weir
