#include "runtime/ledger/file_ledger.hpp"

#include "runtime/ledger/file_recovery.hpp"
#include "runtime/os/paths.hpp"

#include <algorithm>

namespace weir {
namespace {

/// The journal is not rewritten before it is so many times what it has to say.
constexpr auto growth_max = std::uint64_t{8};

/// What it says; nothing if there is none.
auto read_ledger(file_system& files, const std::string& path) -> result<ledger_state> {
  auto state = ledger_state{};
  const auto read = journal{files, path, false}.peek([&](std::string_view record) { (void)state.apply(record, 0); });
  if (!read && read.failure().code != errc::not_found) return read.failure();
  return state;
}

} // namespace

auto made_files_of(file_system& files, const std::string& ledger) -> result<std::deque<made_file>> {
  WEIR_TRY(const auto state, read_ledger(files, ledger));
  return state.made();
}

auto commit_times_of(file_system& files, const std::string& ledger) -> result<commit_times> {
  WEIR_TRY(const auto state, read_ledger(files, ledger));
  return state.times();
}

file_ledger::file_ledger(file_system& files, file_ledger_settings settings)
    : files_(files), settings_(std::move(settings)), journal_(files_, settings_.path, settings_.is_durable),
      state_(settings_.keep) {}

auto file_ledger::lock() -> result<void> {
  if (lock_) return {};
  const auto path = settings_.path + ".lock";
  auto locked = files_.lock(path, settings_.holder);
  if (!locked && locked.failure().code == errc::not_found) {
    WEIR_CHECK(make_directories(files_, directory_of(path), settings_.is_durable));
    locked = files_.lock(path, settings_.holder);
  }
  if (!locked) return locked.failure();
  lock_ = std::move(*locked);
  return {};
}

auto file_ledger::open() -> result<std::vector<std::string>> {
  auto findings = std::vector<std::string>{};
  WEIR_CHECK(lock());
  WEIR_CHECK(replay(findings));
  // A batch that was taken back, perhaps for want of room on the disk, must not need room; but while its
  // record may be on the device, its data must stay.
  if (was_open_ && journal_.wants_rewrite()) WEIR_CHECK(journal_.rewrite(state_.snapshot()));
  WEIR_CHECK(recover_files(findings));
  if (!was_open_) WEIR_CHECK(compact());
  was_open_ = true;
  return findings;
}

auto file_ledger::replay(std::vector<std::string>& findings) -> result<void> {
  state_.clear();
  auto misunderstood = std::uint64_t{0};
  const auto visit = [&](std::string_view record, std::uint64_t lost) {
    // Where files end may be what was lost: better twice in them than not at all.
    if (lost > 0) state_.release_files(true);
    if (!state_.apply(record, now_s())) ++misunderstood;
  };
  WEIR_TRY(const auto found, journal_.open(visit));
  if (found.was_unreadable)
    findings.push_back("the ledger \"" + settings_.path + "\" is unreadable and set aside as \""
                       + settings_.path
                       + ".damaged\": chunks that are sent again will be stored a second time");
  if (found.is_new && was_open_)
    findings.push_back("the ledger \"" + settings_.path
                       + "\" is gone: chunks that are sent again will be stored a second time");
  if (const auto lost = found.lost_records + misunderstood; lost > 0)
    findings.push_back("the ledger \"" + settings_.path + "\" is damaged: " + std::to_string(lost)
                       + " records are lost, and chunks that only they told of may be stored a second time");
  return {};
}

auto file_ledger::recover_files(std::vector<std::string>& findings) -> result<void> {
  auto removed = std::vector<std::string>{};
  for (const auto& [path, mark] : state_.files()) {
    WEIR_TRY(auto finding, recover_file(files_, mark, settings_.is_durable));
    if (!finding.empty()) findings.push_back(std::move(finding));
    if (mark.is_created) removed.push_back(path);
  }
  for (const auto& path : removed) state_.forget(path);
  return {};
}

auto file_ledger::compact() -> result<void> {
  state_.release_files(settings_.keeps_idle);
  state_.forget(now_s());
  return journal_.rewrite(state_.snapshot());
}

auto file_ledger::announce(const std::string& path) -> result<void> {
  auto mark = file_mark{path};
  mark.is_created = true;
  state_.set(mark);
  return journal_.append(ledger_state{}.take_record({&mark, 1}), false);
}

auto file_ledger::note(std::span<const file_mark> marks) -> result<void> {
  for (const auto& m : marks) state_.set(m);
  const auto made = state_.note_made(marks);
  return journal_.append(ledger_state{}.take_record(marks, {}, made), true);
}

auto file_ledger::commit(std::span<const file_mark> marks) -> result<void> {
  for (const auto& m : marks) state_.set(m);
  // Without data there is nothing that a power cut could part from its record.
  WEIR_CHECK(journal_.append(state_.take_record(marks), !marks.empty()));
  const auto enough = std::max(settings_.compact_bytes, growth_max * journal_.first_size());
  // The commit is done, whatever becomes of this; the next one would say that the disk is full.
  if (journal_.size() > enough) (void)compact();
  return {};
}

auto file_ledger::forget(const std::string& path) -> result<void> {
  state_.forget(path);
  return journal_.append(ledger_state{}.take_record({}, {&path, 1}), false);
}

auto file_ledger::release() -> result<void> {
  auto idle = std::vector<file_mark>{};
  auto gone = std::vector<std::string>{};
  for (const auto& [path, mark] : state_.files()) {
    if (!mark.in_use) continue;
    if (!settings_.keeps_idle || mark.is_created) {
      gone.push_back(path);
      continue;
    }
    idle.push_back(mark);
    idle.back().in_use = false;
  }
  if (idle.empty() && gone.empty()) return {};
  state_.release_files(settings_.keeps_idle);
  return journal_.append(ledger_state{}.take_record(idle, gone), false);
}

} // namespace weir
