#include "cli/buffer/account.hpp"

#include "runtime/os/file_system.hpp"

#include <algorithm>

namespace weir::cli {
namespace {

/// While it is written to, a record may be seen half, and its successor whole: that is not so at every look.
constexpr auto looks_at_live_log_max = 4;

void add_chunk(buffer_account& to, const recovered_record& found, bool is_listed) {
  const auto& head = found.head;
  const auto bytes = found.at.header.body_bytes;
  to.all.add(head.count, bytes);
  to.segments[found.path].add(head.count, bytes);
  auto by_tag = std::map<std::string, buffer_sums>{};
  for (const auto& s : head.sections) {
    auto& sums = by_tag[s.tag];
    sums.events += s.count;
    sums.bytes += s.bytes;
  }
  for (const auto& [tag, sums] : by_tag) to.tags[tag].add(sums.events, sums.bytes);
  auto listed = buffer_chunk{found.at.header.number, head.id, head.count, bytes, events_in(head.timed_at_reading), {}, {}};
  for (const auto& [tag, sums] : by_tag) listed.tags.push_back(tag);
  for (const auto& reader : found.readers) {
    if (reader.has_settled(listed.number)) continue;
    to.unsettled[reader.name()].add(head.count, bytes);
    listed.unsettled_by.push_back(reader.name());
  }
  if (is_listed) to.chunks.push_back(std::move(listed));
}

/// Directories below that look like a log: where one of several instances keeps its own.
auto logs_below(file_system& files, const std::string& path, const std::vector<std::string>& names)
    -> std::string {
  auto found = std::string{};
  for (const auto& name : names) {
    const auto inside = files.list(path + '/' + name);
    if (inside
        && std::any_of(inside->begin(), inside->end(), [](const auto& n) { return segment_of_name(n) != 0; }))
      found += (found.empty() ? "" : ", ") + path + '/' + name;
  }
  return found;
}

auto read_once(const std::string& path, const account_options& options) -> result<buffer_account> {
  auto& files = real_file_system();
  auto account = buffer_account{};
  account.path = path;
  auto how = recovery_options{path};
  how.all_bodies = options.all_bodies;
  how.on_chunk = [&](const recovered_record& found) { add_chunk(account, found, options.chunks); };
  WEIR_TRY(account.log, recover_log(files, how));
  if (const auto aside = files.list(path + "/quarantine")) account.quarantined_files = aside->size();
  return account;
}

} // namespace

auto check_is_log(const std::string& path) -> result<void> {
  auto& files = real_file_system();
  const auto names = files.list(path);
  if (!names) return names.failure();
  const auto is_log = std::any_of(names->begin(), names->end(), [](const std::string& name) {
    return segment_of_name(name) != 0 || name == "cursors";
  });
  if (is_log) return {};
  const auto below = logs_below(files, path, *names);
  return error{errc::not_found,
               path + " is no chunk log" + (below.empty() ? "" : "; there is one in " + below)};
}

auto lock_of(const std::string& path) -> std::string { return path + "/lock"; }

auto read_account(const std::string& path, const account_options& options) -> result<buffer_account> {
  WEIR_CHECK(check_is_log(path));
  for (auto looks = looks_at_live_log_max;; --looks) {
    WEIR_TRY(const auto holder, lock_holder(lock_of(path)));
    auto account = read_once(path, options);
    if (account) account->holder = holder;
    if (holder.empty() || looks == 1 || (account && !account->is_damaged())) return account;
  }
}

auto recover_live(const std::string& path) -> result<recovered_log> {
  for (auto looks = looks_at_live_log_max;; --looks) {
    auto log = recover_log(real_file_system(), {path});
    if (looks == 1 || (log && log->damaged_records == 0)) return log;
  }
}

} // namespace weir::cli
