/// What happens to members, as people are told it.
#pragma once

#include <cstdint>
#include <string>

namespace weir {

/// It may be an event of the cluster.
struct member_news {
  enum class kind : std::uint8_t {
    joined, changed, suspect, trusted, down, returned, left, forgotten, same_name, clock_off, too_many,
    restless,  ///< it changes all the time
    talkative, ///< it says more of members than is read
  };
  kind what = kind::joined;
  std::string node;
  std::string text; ///< a sentence: node "core-2" joined (core, at 10.0.0.2:7400)
};

/// "joined", "clock off", …
auto name_of(member_news::kind what) -> const char*;

/// node "core-2"
auto quoted_node(const std::string& name) -> std::string;

} // namespace weir
