/// What somebody should know of files that cannot be read as wanted, each thing once.
#pragma once

#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

namespace weir {

class complaints {
public:
  void add(std::string what) { all_.push_back(std::move(what)); }
  /// `path` may be empty.
  void add_once(const std::string& path, std::string what) {
    constexpr auto known_max = std::size_t{10'000};
    if (known_.size() >= known_max || !known_.insert(path + '\0' + what).second) return;
    all_.push_back(path.empty() ? std::move(what) : "\"" + path + "\": " + what);
  }
  /// Those since the last call.
  auto take() -> std::vector<std::string> { return std::exchange(all_, {}); }

private:
  std::vector<std::string> all_;
  std::unordered_set<std::string> known_;
};

} // namespace weir
