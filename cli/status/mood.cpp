#include "cli/status/mood.hpp"

#include "cli/figures.hpp"

#include <array>

namespace weir::cli {
namespace {

constexpr auto still_ns = std::uint64_t{5'000'000'000};

/// What it has passed on is not acked, and nothing comes any more.
auto stands_still(const component_flow& f) -> bool {
  return f.sum.events_held > 0 && f.sum.delay_ns > still_ns && f.rates.events_in + f.rates.events_out == 0;
}

auto some_of(const component_flow& f, std::size_t some, const std::string& word) -> std::string {
  return f.actors > 1 ? count_text(some) + " of " + count_text(f.actors) + ' ' + word : word;
}

} // namespace

auto name_of(mood m) -> std::string_view {
  constexpr auto names = std::array<std::string_view, 6>{"flows", "rests", "waits", "tries", "fails", "unseen"};
  return names[static_cast<std::size_t>(m)];
}

auto mood_of(const component_flow& f) -> mood {
  if (f.actors == 0) return f.is_hidden && f.silent.empty() ? mood::unseen : mood::fails;
  if (f.failing > 0) return mood::fails;
  if (!f.problems.empty()) return mood::tries;
  if (f.waiting > 0 || stands_still(f)) return mood::waits;
  return f.rates.events_in + f.rates.events_out > 0 ? mood::flows : mood::rests;
}

auto word_of(const component_flow& f) -> std::string {
  switch (mood_of(f)) {
  case mood::flows: return "flows";
  case mood::rests: return "at rest";
  case mood::waits: return f.waiting > 0 ? some_of(f, f.waiting, "waiting") : "stands still";
  case mood::tries: return "in trouble";
  case mood::fails: return !f.silent.empty() ? "no answer" : f.actors == 0 ? "not there" : some_of(f, f.failing, "failing");
  case mood::unseen: break;
  }
  return "not seen from here";
}

} // namespace weir::cli
