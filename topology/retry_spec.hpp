/// The keys of a sink that say what happens when its store, or a node with one, is away.
#pragma once

#include "config/settings.hpp"
#include "runtime/base/units.hpp"

#include <array>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>

namespace weir {

/// What becomes of chunks that a node may have stored which is away.
enum class unknown_policy { resend, wait };

constexpr auto names_of(unknown_policy*) {
  return std::array<std::pair<std::string_view, unknown_policy>, 2>{
      {{"resend", unknown_policy::resend}, {"wait", unknown_policy::wait}}};
}

struct retry_spec {
  duration first = std::chrono::seconds{1};
  duration max = std::chrono::seconds{60};
  std::string give_up_after = "never";
};

template <class Visitor> void describe(Visitor& v, retry_spec& s) {
  v.field("first", s.first, "Wait before the first retry; doubles, with jitter, from there.");
  v.field("max", s.max, "The longest wait between two retries.");
  v.field("give_up_after", s.give_up_after,
          "never, or a duration after which the events become dead letters.");
}
void validate(const retry_spec& spec, config::settings_reader& reader);

} // namespace weir
