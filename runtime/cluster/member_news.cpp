#include "runtime/cluster/member_news.hpp"

namespace weir {

auto name_of(member_news::kind what) -> const char* {
  using kind = member_news::kind;
  switch (what) {
  case kind::joined: return "joined";
  case kind::changed: return "changed";
  case kind::suspect: return "suspect";
  case kind::trusted: return "trusted";
  case kind::down: return "down";
  case kind::returned: return "returned";
  case kind::left: return "left";
  case kind::forgotten: return "forgotten";
  case kind::same_name: return "same name";
  case kind::clock_off: return "clock off";
  case kind::too_many: return "too many";
  case kind::restless: return "restless";
  case kind::talkative: return "talkative";
  }
  return "unknown";
}

auto quoted_node(const std::string& name) -> std::string { return "node \"" + name + "\""; }

} // namespace weir
