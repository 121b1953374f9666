#include "runtime/ledger/appended_files.hpp"
#include "runtime/os/paths.hpp"

#include <map>
#include <set>

namespace weir {
namespace {

/// Files below a directory, symbolic links not followed; what cannot be looked at is passed over: it may have gone meanwhile.
auto files_below(file_system& files, const std::string& root) -> result<std::vector<std::pair<std::string, file_facts>>> {
  auto found = std::vector<std::pair<std::string, file_facts>>{};
  auto open = std::vector<std::string>{root};
  while (!open.empty()) {
    const auto directory = std::move(open.back());
    open.pop_back();
    const auto names = files.list(directory);
    if (!names && directory == root && names.failure().code != errc::not_found) return names.failure();
    if (!names) continue;
    for (const auto& name : *names) {
      auto path = directory.ends_with('/') ? directory + name : directory + '/' + name;
      const auto facts = files.look(path);
      if (facts && facts->is == file_facts::kind::directory)
        open.push_back(std::move(path));
      else if (facts && facts->is == file_facts::kind::regular)
        found.emplace_back(std::move(path), *facts);
    }
  }
  return found;
}

} // namespace

auto appended_files::is_own(const std::string& path, const file_facts& facts) const -> bool {
  return ledger_->was_made({facts.inode, facts.birth_ns, facts.birth_ns == 0 ? path : std::string{}});
}

auto appended_files::own_below(const std::string& root) const -> result<std::vector<kept_file>> {
  auto unfinished = std::set<std::uint64_t>{};
  for (const auto& t : targets_) unfinished.insert(t.mark.inode);
  for (const auto& [path, mark] : ledger_->files())
    if (options_.renames_finished) unfinished.insert(mark.inode);
  WEIR_TRY(const auto found, files_below(files_, root));
  auto own = std::vector<kept_file>{};
  for (const auto& [path, facts] : found)
    if (is_own(path, facts)) own.push_back({path, facts.bytes, facts.written_ns, unfinished.contains(facts.inode)});
  return own;
}

/// The ledger first: of a file that it knows it would say that somebody took it.
auto appended_files::remove_kept(const kept_file& f, const std::string& root) -> result<void> {
  WEIR_TRY(const auto inode, files_.inode(f.path));
  auto known = std::string{};
  for (const auto& [path, mark] : ledger_->files())
    if (mark.inode == inode) known = path;
  if (!known.empty()) WEIR_CHECK(ledger_->forget(known));
  WEIR_CHECK(files_.remove(f.path));
  for (auto directory = directory_of(f.path); directory != root && directory.size() > root.size(); directory = directory_of(directory))
    if (!files_.remove_empty_directory(directory)) break;
  return {};
}

auto appended_files::expire(const std::string& root, const kept_limits& limits) -> result<files_to_go> {
  auto gone = files_to_go{};
  if (ledger_ == nullptr) return gone;
  WEIR_TRY(auto own, own_below(root));
  auto wanted = beyond(limits, std::move(own), time_.wall_ns());
  for (auto [from, to] : {std::pair{&wanted.too_old, &gone.too_old}, {&wanted.too_much, &gone.too_much}})
    for (auto& f : *from) {
      // The next one may be easier to delete, and this one another time.
      if (const auto done = remove_kept(f, root); done)
        to->push_back(std::move(f));
      else if (done.failure().code != errc::not_found)
        findings_.push_back(done.failure().what);
    }
  return gone;
}

} // namespace weir
