/// What the statuses of answers mean: each one, or all of a hundred.
//
//  rule := digit digit digit | digit "xx"       "204", "2xx"; the first beats the second
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

enum class status_meaning : std::uint8_t { stored, rejected, later };

class status_rules {
public:
  /// 2xx stored; 400, 413 and 422 rejected; everything else later, until others are added.
  status_rules();
  /// False if `rule` is none.
  static auto is_rule(std::string_view rule) -> bool;
  /// Those of one meaning, which take the place of what was said of these statuses before.
  void add(const std::vector<std::string>& rules, status_meaning meaning);

  auto of(int status) const -> status_meaning;

private:
  struct said {
    status_meaning meaning = status_meaning::later;
    bool is_exact = false;
  };
  std::array<said, 1000> by_status_;
};

} // namespace weir
