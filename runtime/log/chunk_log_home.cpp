#include "runtime/log/chunk_log_state.hpp"
#include "runtime/os/paths.hpp"

#include <spdlog/spdlog.h>

#include <tuple>

namespace weir {
namespace {

constexpr auto look_interval = std::chrono::seconds{1};
constexpr auto tell_interval = std::chrono::minutes{1};

} // namespace

/// Whether the segment's name still stands for the file that is written.
auto chunk_log::state::is_in_place(const segment& s) -> bool {
  const auto named = files.inode(s.path);
  if (!named) return named.failure().code != errc::not_found;
  const auto opened = s.opened == nullptr ? named : s.opened->inode();
  return !opened || *opened == *named;
}

auto chunk_log::state::is_in_place() -> bool {
  const auto& all = segments.all();
  if (!all.empty()) return is_in_place(all.back());
  const auto listed = files.list(settings.path);
  return listed || listed.failure().code != errc::not_found;
}

/// Of a file that is open the system keeps the bytes, whatever becomes of its name. What lay in others is
/// lost: whoever wants to read it finds damage.
auto chunk_log::state::put_back() -> result<void> {
  WEIR_CHECK(make_directories(files, settings.path, settings.sync != sync_policy::os));
  lock.reset();
  WEIR_TRY(lock, files.lock(settings.path + "/lock", settings.holder));
  auto left = unsettled_sums{};
  auto lost = std::size_t{0};
  for (auto& s : segments.all()) {
    if (!is_in_place(s)) {
      if (s.opened == nullptr) {
        ++lost;
        continue;
      }
      WEIR_CHECK(write_afresh(files, *s.opened, s));
    }
    for (const auto& head : heads_of(s)) {
      ++left.chunks;
      left.events += head->count;
      for (const auto& section : head->sections) left.bytes += section.bytes;
    }
  }
  WEIR_CHECK(write_cursors());
  WEIR_CHECK(files.sync_directory(settings.path));
  unsettled = left;
  spdlog::error("chunk log {}: its files are there again{}", settings.path,
                lost == 0 ? std::string{} : ", but for " + std::to_string(lost)
                                                + " segments, and with them all that only they had");
  return {};
}

auto chunk_log::state::look_after_home(monotonic_time now) -> result<void> {
  if (now < look_at) return home_state;
  look_at = now + look_interval;
  if (!is_gone && is_in_place()) return home_state = {};
  if (!is_gone || now >= tell_gone_at) {
    spdlog::error("chunk log {}: its files were removed or replaced; nothing is acked before they are back",
                  settings.path);
    tell_gone_at = now + tell_interval;
  }
  is_gone = true;
  if (const auto done = put_back(); !done)
    return home_state = error{errc::unavailable, "the files of the chunk log " + settings.path
                                                     + " were removed and cannot be made again: "
                                                     + done.failure().what};
  is_gone = false;
  return home_state = {};
}

} // namespace weir
