#include "cli/tell/config.hpp"

#include "cli/json_text.hpp"
#include "cli/plan/json.hpp"
#include "cli/plan/text.hpp"

#include <array>
#include <cstdio>

namespace weir::cli {
namespace {

auto hexadecimal(std::uint64_t fingerprint) -> std::string {
  auto text = std::array<char, 17>{};
  std::snprintf(text.data(), text.size(), "%08llx", static_cast<unsigned long long>(fingerprint));
  return text.data();
}

} // namespace

auto tell_config(const reloads& of, const question& what) -> result<std::string> {
  const auto plan = of.plan();
  if (!plan) return error{errc::unavailable, "the node has not started yet"};
  if (what.word("as") == "text") return text_of(*plan);
  const auto has_changed = fingerprint_of(of.topology()) != of.fingerprint();
  return "{\"path\": " + json_string(of.topology()) + ", \"fingerprint\": " + json_string(hexadecimal(of.fingerprint()))
         + ", \"changed_on_disk\": " + (has_changed ? "true" : "false") + ", \"plan\": " + json_of(*plan) + "}\n";
}

} // namespace weir::cli
