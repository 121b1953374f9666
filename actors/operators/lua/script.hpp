/// A script in Lua with what it may use up, called for one event at a time.
#pragma once

#include "runtime/base/result.hpp"
#include "runtime/event/event.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace weir::lua {

struct script_settings {
  std::string text;
  std::string name; ///< for messages
  std::string function;
  std::chrono::nanoseconds time_max{};
  std::size_t memory_max = 0;
};

/// What a call says of its event.
struct verdict {
  enum class kind { dropped, unchanged, changed };
  kind what = kind::unchanged;
  std::int64_t time_ns = 0;
  std::vector<std::string_view> records; ///< of `changed`; valid until the next call
};

/// Keeps its globals from call to call. Not thread-safe.
class script {
public:
  /// Runs the text once. Errors are Lua's own, with the line, or say which function is not there.
  static auto open(const script_settings& settings) -> result<std::unique_ptr<script>>;
  virtual ~script() = default;
  /// An error leaves the script as it stands, for the next event.
  virtual auto call(const event_view& event) -> result<const verdict*> = 0;
};

} // namespace weir::lua
