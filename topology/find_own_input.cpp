#include "runtime/tail/glob.hpp"
#include "runtime/tail/own_output.hpp"
#include "topology/classes.hpp"
#include "topology/draft.hpp"

#include <filesystem>

namespace weir {
namespace {

auto absolute_path(const std::string& path) -> std::string {
  auto problem = std::error_code{};
  return std::filesystem::absolute(path, problem).lexically_normal().string();
}

/// What the sinks write; one for each path.
struct own_path {
  const draft_component* sink;
  std::string text;
  glob_set files;
};

auto own_paths(const draft& d) -> std::vector<own_path> {
  auto all = std::vector<own_path>{};
  for (const auto& c : d.components) {
    const auto* known = c.plan.in == tier::sink ? plugin_registry<store>::find(c.plan.type) : nullptr;
    if (known == nullptr) continue;
    // On which nodes is not known here.
    for (const auto& path : known->claims(c.written, {c.plan.name, "{node}"}).writes)
      if (auto files = glob_set::parse({pattern_of_template(absolute_path(path))}, "/", true))
        all.push_back({&c, path, std::move(*files)});
  }
  return all;
}

void warn_of(draft& d, const draft_component& reader, const std::string& key, const own_path& own) {
  const auto* written = reader.written.find(key);
  d.problems.push_back({config::diagnostic::severity::warning, written ? written->where : reader.plan.where,
                        reader.owner() + ": its \"" + key + "\" can match what " + own.sink->owner() + " writes, \""
                            + own.text + "\"; what this topology writes is never read",
                        "\"exclude\" leaves it out by name"});
}

/// One warning for each sink says enough.
void check_reader(draft& d, const draft_component& reader, const std::vector<own_path>& own) {
  const auto* known = plugin_registry<source>::find(reader.plan.type);
  if (known == nullptr) return;
  const auto reads = known->claims(reader.written, {reader.plan.name, "{node}"}).reads;
  if (reads.paths.empty()) return;
  auto paths = std::vector<std::string>{};
  for (const auto& path : reads.paths) paths.push_back(without_links(absolute_path(path)));
  const auto base = std::filesystem::current_path().string();
  const auto wanted = glob_set::parse(paths, base);
  const auto excluded = glob_set::parse(reads.exclude, base, true);
  if (!wanted || !excluded) return;
  const draft_component* told = nullptr;
  for (const auto& one : own) {
    if (one.sink == told || !may_meet(reader.plan.classes, one.sink->plan.classes)) continue;
    if (!wanted->overlaps(one.files, *excluded)) continue;
    warn_of(d, reader, reads.key, one);
    told = one.sink;
  }
}

} // namespace

void find_own_input(draft& d) {
  const auto own = own_paths(d);
  for (const auto& c : d.components)
    if (c.plan.in == tier::collector && c.plan.letters_of.empty()) check_reader(d, c, own);
}

} // namespace weir
