/// The YAML loader: any text gives a tree or findings, with places inside of the text.
#include "config/environment.hpp"
#include "config/yaml_shape.hpp"
#include "config/yaml_tree.hpp"
#include "runtime/base/assert.hpp"

#include <algorithm>
#include <cstdint>

using namespace weir;

namespace {

auto height_of(const config::value& v) -> int {
  auto height = 0;
  for (const auto& item : v.items) height = std::max(height, height_of(item));
  for (const auto& m : v.members) height = std::max(height, height_of(m.content));
  return height + 1;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = std::string_view{reinterpret_cast<const char*>(data), size};
  auto problems = config::diagnostics{};
  auto tree = config::parse_yaml(text, "fuzz.yaml", problems);
  WEIR_ASSERT(tree || !problems.empty());
  const auto lines = std::count(text.begin(), text.end(), '\n') + 1;
  for (const auto& p : problems) WEIR_ASSERT(p.where.line >= 1 && p.where.line <= lines && !p.what.empty());
  if (!tree) return 0;
  WEIR_ASSERT(height_of(*tree) <= config::nesting_max + 1);
  config::fill_variables(*tree, problems);
  return 0;
}
