#include "tests/simulation/file_sink.hpp"

#include "tests/support/config_build.hpp"

namespace weir::test {
namespace {

auto directory_of(const std::string& sink) -> std::string { return "/srv/" + sink + "/"; }

/// Without what fills the line up.
auto name_of_line(const std::string& line) -> std::string {
  return line.substr(0, line.find('.', line.find('/')));
}

} // namespace

auto some_file_sink(const std::string& name, seeded& random, bool may_lose_power) -> file_sink {
  const auto* kind = plugin_registry<store>::find("file");
  WEIR_ASSERT(kind != nullptr);
  auto settings = map_of({{"path", directory_of(name) + (random.one_in(2) ? "{tag}.log" : "all.log")},
                          {"format", "raw"},
                          {"ledger", "/var/ledger-" + name},
                          {"sync", may_lose_power || random.one_in(2) ? "always" : "os"},
                          {"max_open", random.one_in(3) ? "1" : "256"}});
  if (random.one_in(3))
    settings.members.push_back(
        {"rotate", {}, map_of({{"size", std::to_string(random.between(1, 8)) + "KiB"}})});
  if (random.one_in(3)) settings.members.push_back({"finish", {}, config_item{"rename"}.made});
  auto problems = config::diagnostics{};
  auto made = file_sink{name, kind->configure(settings, "sink \"" + name + '"', problems, {})};
  WEIR_ASSERT(problems.empty());
  return made;
}

auto rows_of_files(const simulated_disk& disk, const std::string& sink)
    -> std::map<std::string, std::size_t> {
  auto rows = std::map<std::string, std::size_t>{};
  for (const auto& path : disk.files()) {
    if (!path.starts_with(directory_of(sink))) continue;
    const auto text = disk.content(path);
    for (auto begin = std::size_t{0}; begin < text.size();) {
      const auto end = std::min(text.find('\n', begin), text.size());
      ++rows[text.substr(begin, end - begin)];
      begin = end + 1;
    }
  }
  return rows;
}

auto watched_store::commit(const commit_batch& batch) -> result<committed> {
  auto done = real_->commit(batch);
  if (!done || home_.disk->is_dead() || commits_++ % 8 != 0) return done;
  for (const auto& [line, count] : rows_of_files(*home_.disk, sink_))
    if (count > 1) world_.broken("line " + name_of_line(line) + " is in " + sink_ + " twice");
  return done;
}

} // namespace weir::test
