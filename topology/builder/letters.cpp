#include "runtime/os/paths.hpp"
#include "topology/builder/building.hpp"

namespace weir {
namespace {

/// That of an earlier plan, if that said the same of it.
auto letter_file(kept_parts& kept, const std::string& path, std::uint64_t bytes_max) -> std::shared_ptr<dead_letter_file> {
  auto& at = kept.dead_letters[path];
  if (!at.file || at.bytes_max != bytes_max)
    at = {std::make_shared<dead_letter_file>(real_file_system(), path, bytes_max), bytes_max};
  return at.file;
}

/// Those of `c` itself, which a component that may have some must be able to write.
auto open_dead_letters(const building& b, const component_plan& c)
    -> result<std::shared_ptr<dead_letter_file>> {
  const auto& settings = b.plan.dead_letters;
  const auto path = dead_letter_path(b.plan, c, b.context.node);
  const auto found = may_have_dead_letters(c) ? check_writable(path) : result<void>{};
  if (found || settings.max_size.value == 0) return letter_file(*b.context.kept, path, settings.max_size.value);
  return error{errc::failed, "no place for the dead letters of \"" + c.name + "\": " + found.failure().what
                                 + "; \"dead_letters: {path: DIRECTORY}\" names another one, and "
                                   "\"dead_letters: {max_size: 0}\" keeps none"};
}

} // namespace

auto has_dead_letters(const component_plan& c) -> bool {
  return c.letters_of.empty() && (c.in == tier::collector || may_have_dead_letters(c));
}

auto open_all_dead_letters(building& b) -> result<void> {
  for (const auto* c : b.hosted) {
    if (!has_dead_letters(*c)) continue;
    WEIR_TRY(b.letters[c->name], open_dead_letters(b, *c));
  }
  return {};
}

auto dead_letters_of(const building& b, const component_plan& c) -> std::shared_ptr<dead_letter_file> {
  return b.letters.at(c.letters_of.empty() ? c.name : c.letters_of);
}

auto letter_box_of(const building& b, const component_plan& c, const std::string& address) -> letter_box {
  const auto& settings = b.plan.dead_letters;
  return {address, settings.max_size.value > 0 ? dead_letters_of(b, c) : nullptr, settings.give_up_after};
}

} // namespace weir
