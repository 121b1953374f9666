#include "actors/sinks/http/status_rules.hpp"

namespace weir {
namespace {

auto is_digit_from(char byte, char least, char most) -> bool { return byte >= least && byte <= most; }

} // namespace

status_rules::status_rules() {
  add({"2xx"}, status_meaning::stored);
  for (const auto status : {400U, 413U, 422U}) by_status_[status] = {status_meaning::rejected, false};
}

auto status_rules::is_rule(std::string_view rule) -> bool {
  if (rule.size() != 3 || !is_digit_from(rule[0], '1', '5')) return false;
  return rule.substr(1) == "xx" || (is_digit_from(rule[1], '0', '9') && is_digit_from(rule[2], '0', '9'));
}

void status_rules::add(const std::vector<std::string>& rules, status_meaning meaning) {
  for (const auto& rule : rules) {
    if (!is_rule(rule)) continue;
    const auto hundred = static_cast<std::size_t>(rule[0] - '0') * 100;
    if (rule[1] != 'x') {
      by_status_[hundred + static_cast<std::size_t>(rule[1] - '0') * 10 + static_cast<std::size_t>(rule[2] - '0')] = {meaning, true};
      continue;
    }
    for (auto status = hundred; status < hundred + 100; ++status)
      if (!by_status_[status].is_exact) by_status_[status] = {meaning, false};
  }
}

auto status_rules::of(int status) const -> status_meaning {
  if (status < 0 || static_cast<std::size_t>(status) >= by_status_.size()) return status_meaning::later;
  return by_status_[static_cast<std::size_t>(status)].meaning;
}

} // namespace weir
