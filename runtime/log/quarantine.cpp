#include "runtime/log/quarantine.hpp"

#include "runtime/log/file_window.hpp"
#include "runtime/log/salvage.hpp"
#include "runtime/os/paths.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>

namespace weir {
namespace {

auto quarantine_of(const std::string& directory) -> std::string { return directory + "/quarantine"; }

auto target_of(const std::string& directory, const log_finding& finding) -> std::string {
  const auto name = name_of(finding.path);
  return quarantine_of(directory) + '/' + name.substr(0, name.find('.')) + '-'
         + std::to_string(finding.offset) + ".bin";
}

auto copy_bytes(file_system& files, const log_finding& finding, const std::string& target) -> result<void> {
  WEIR_TRY(auto opened, files.open(finding.path, open_mode::read));
  const auto from = salvaged(std::move(opened));
  WEIR_TRY(const auto to, files.open(target, open_mode::create));
  WEIR_CHECK(to->truncate(0));
  auto window = file_window{*from, copy_step};
  for (auto at = finding.offset; at < finding.end;) {
    WEIR_TRY(const auto bytes, window.view(at, std::min<std::uint64_t>(copy_step, finding.end - at)));
    if (bytes.empty()) break;
    const auto parts = std::array{bytes};
    WEIR_CHECK(to->write_at(at - finding.offset, parts));
    at += bytes.size();
  }
  return to->sync();
}

} // namespace

void set_aside(file_system& files, const std::string& directory, const log_finding& finding) {
  const auto of = finding.number == 0 ? std::string{} : ", record " + std::to_string(finding.number);
  if (finding.end <= finding.offset) {
    spdlog::warn("chunk log {}{}: {}", finding.path, of, finding.what);
    return;
  }
  const auto target = target_of(directory, finding);
  auto copied = files.make_directories(quarantine_of(directory));
  if (copied) copied = copy_bytes(files, finding, target);
  spdlog::warn("chunk log {} at byte {}{}: {}; {}", finding.path, finding.offset, of, finding.what,
               copied ? "set aside as " + target : "not set aside: " + copied.failure().what);
}

void set_file_aside(file_system& files, const std::string& directory, const std::string& path) {
  const auto target = quarantine_of(directory) + '/' + name_of(path);
  auto moved = files.make_directories(quarantine_of(directory));
  if (moved) moved = files.rename(path, target);
  spdlog::warn("chunk log {} is no segment of this log; {}", path,
               moved ? "set aside as " + target : "it stays: " + moved.failure().what);
}

} // namespace weir
