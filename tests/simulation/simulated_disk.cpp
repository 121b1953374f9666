#include "tests/simulation/simulated_disk.hpp"

#include <algorithm>
#include <optional>

namespace weir::test {
namespace {

auto parent_of(const std::string& path) -> std::string {
  const auto slash = path.rfind('/');
  return slash == 0 || slash == std::string::npos ? "/" : path.substr(0, slash);
}

auto ended() -> error { return {errc::unavailable, "the process has ended"}; }
auto broken(const std::string& path) -> error { return {errc::unavailable, path + ": input/output error"}; }
auto full(const std::string& path) -> error {
  return {errc::unavailable, path + ": no space left on device"};
}
auto missing(const std::string& path) -> error { return {errc::not_found, path + ": no such file"}; }

} // namespace

class disk_lock final : public file_lock {
public:
  disk_lock(std::string path, std::set<std::string>& locks, const std::uint64_t& mounts)
      : path_(std::move(path)), locks_(locks), mounts_(mounts), mount_(mounts) {}
  ~disk_lock() override {
    if (mount_ == mounts_) locks_.erase(path_);
  }

private:
  std::string path_;
  std::set<std::string>& locks_;
  const std::uint64_t& mounts_;
  std::uint64_t mount_;
};

class disk_file final : public file {
public:
  disk_file(simulated_disk& disk, simulated_disk::inode_ptr node)
      : disk_(disk), mount_(disk.mounts_), node_(std::move(node)) {}

  auto write_at(std::uint64_t offset, std::span<const std::string_view> parts) -> result<void> override {
    auto bytes = std::string{};
    for (const auto& p : parts) bytes += p;
    const auto dies = begin();
    if (!dies) return ended();
    if (disk_.faults.full && offset + bytes.size() > node_->seen.size()) return full(node_->path);
    const auto fails = *dies || disk_.random_.one_in(disk_.faults.write_fails_one_in);
    if (fails) bytes.resize(disk_.random_.between(0, bytes.size()));
    disk_.tell(node_->path, fails ? "fails to write" : "write", offset, bytes.size());
    disk_.write(*node_, offset, std::move(bytes));
    if (fails) return *dies ? ended() : broken(node_->path);
    return {};
  }
  auto read_at(std::uint64_t offset, char* out, std::size_t size) const -> result<std::size_t> override {
    if (!is_mine()) return ended();
    if (offset >= node_->seen.size()) return std::size_t{0};
    return node_->seen.copy(out, size, offset);
  }
  auto sync() -> result<void> override {
    const auto dies = begin();
    if (!dies) return ended();
    if (*dies) return ended(); // the system still has what was written
    if (disk_.random_.one_in(disk_.faults.sync_fails_one_in)) {
      disk_.tell(node_->path, "fails to sync");
      // Some of it got through; what did not is not tried again by the system. Sizes are in its journal.
      auto sizes = node_->unsynced;
      std::erase_if(sizes, [](const auto& c) { return !c.is_size; });
      disk_.scatter(*node_);
      node_->unsynced = std::move(sizes);
      if (disk_.faults.failed_sync_is_hidden) return {};
      return broken(node_->path);
    }
    disk_.tell(node_->path, "sync");
    if (!disk_.faults.sync_does_nothing || node_->path.find(disk_.faults.lies_about) == std::string::npos)
      disk_.sync(*node_);
    return {};
  }
  auto reserve(std::uint64_t size) -> result<void> override {
    const auto dies = begin();
    if (!dies) return ended();
    disk_.tell(node_->path, "reserve", size);
    if (size <= node_->seen.size()) return {};
    if (disk_.faults.full) return full(node_->path);
    if (!*dies || disk_.random_.one_in(2)) disk_.resize(*node_, size);
    return *dies ? result<void>{ended()} : result<void>{};
  }
  auto truncate(std::uint64_t size) -> result<void> override {
    const auto dies = begin();
    if (!dies) return ended();
    disk_.tell(node_->path, "truncate", size);
    if (!*dies || disk_.random_.one_in(2)) disk_.resize(*node_, size);
    return *dies ? result<void>{ended()} : result<void>{};
  }
  auto size() const -> result<std::uint64_t> override {
    if (!is_mine()) return ended();
    return std::uint64_t{node_->seen.size()};
  }
  auto inode() const -> result<std::uint64_t> override { return node_->number; }
  auto links() const -> result<std::uint64_t> override {
    const auto& all = disk_.names_;
    return static_cast<std::uint64_t>(
        std::count_if(all.begin(), all.end(), [&](const auto& n) { return n.second == node_; }));
  }

private:
  auto is_mine() const -> bool { return mount_ == disk_.mounts_ && !disk_.dead_; }
  /// Nothing: the process is dead already. Else whether it dies in this call.
  auto begin() -> std::optional<bool> {
    if (!is_mine()) return std::nullopt;
    return disk_.dies();
  }

  simulated_disk& disk_;
  std::uint64_t mount_;
  simulated_disk::inode_ptr node_;
};

class disk_view final : public file_system {
public:
  explicit disk_view(simulated_disk& disk) : disk_(disk), mount_(disk.mounts_) {}

  auto open(const std::string& path, open_mode mode) -> result<std::shared_ptr<file>> override {
    if (!is_mine()) return ended();
    if (disk_.directories_.contains(path)) return error{errc::rejected, path + ": is a directory"};
    auto at = disk_.names_.find(path);
    if (at == disk_.names_.end()) {
      if (mode != open_mode::create || !disk_.directories_.contains(parent_of(path))) return missing(path);
      if (disk_.faults.full) return full(path);
      const auto dies = disk_.dies();
      auto node = std::make_shared<simulated_disk::inode>();
      node->number = ++disk_.last_inode_;
      node->path = path;
      disk_.tell(path, "make");
      change({parent_of(path), {}, path, node});
      if (dies) return ended();
      at = disk_.names_.find(path);
    }
    return std::shared_ptr<file>{std::make_shared<disk_file>(disk_, at->second)};
  }
  auto inode(const std::string& path) -> result<std::uint64_t> override {
    if (!is_mine()) return ended();
    const auto at = disk_.names_.find(path);
    if (at == disk_.names_.end()) return missing(path);
    return at->second->number;
  }
  auto list(const std::string& directory) -> result<std::vector<std::string>> override {
    if (!is_mine()) return ended();
    if (!disk_.directories_.contains(directory)) return missing(directory);
    auto found = std::vector<std::string>{};
    for (const auto& [path, node] : disk_.names_)
      if (parent_of(path) == directory) found.push_back(path.substr(path.rfind('/') + 1));
    for (const auto& path : disk_.directories_)
      if (path != directory && parent_of(path) == directory)
        found.push_back(path.substr(path.rfind('/') + 1));
    std::sort(found.begin(), found.end());
    return found;
  }
  auto make_directories(const std::string& directory) -> result<void> override {
    if (!is_mine() || disk_.dies()) return ended();
    for (auto path = directory; path != "/"; path = parent_of(path)) {
      if (disk_.names_.contains(path)) return error{errc::rejected, path + ": is a file"};
      disk_.directories_.insert(path);
    }
    return {};
  }
  auto rename(const std::string& from, const std::string& to) -> result<void> override {
    if (!is_mine()) return ended();
    const auto at = disk_.names_.find(from);
    if (at == disk_.names_.end()) return missing(from);
    if (disk_.random_.one_in(disk_.faults.write_fails_one_in)) return broken(from);
    const auto dies = disk_.dies();
    disk_.tell(from + " -> " + to, "rename");
    if (!dies || disk_.random_.one_in(2)) change({parent_of(to), from, to, at->second});
    return dies ? result<void>{ended()} : result<void>{};
  }
  auto remove(const std::string& path) -> result<void> override {
    if (!is_mine()) return ended();
    const auto at = disk_.names_.find(path);
    if (at == disk_.names_.end()) return missing(path);
    const auto dies = disk_.dies();
    disk_.tell(path, "remove");
    if (!dies || disk_.random_.one_in(2)) change({parent_of(path), path, {}, at->second});
    return dies ? result<void>{ended()} : result<void>{};
  }
  auto sync_directory(const std::string& directory) -> result<void> override {
    if (!is_mine() || disk_.dies()) return ended();
    disk_.tell(directory, "sync directory");
    auto& all = disk_.unsynced_names_;
    for (const auto& r : all)
      if (r.directory == directory) simulated_disk::apply(disk_.kept_names_, r);
    std::erase_if(all, [&](const auto& r) { return r.directory == directory; });
    return {};
  }
  auto lock(const std::string& path, std::string_view) -> result<std::unique_ptr<file_lock>> override {
    if (!is_mine()) return ended();
    if (!disk_.locks_.insert(path).second) return error{errc::unavailable, path + ": is locked"};
    return std::unique_ptr<file_lock>{std::make_unique<disk_lock>(path, disk_.locks_, disk_.mounts_)};
  }

private:
  auto is_mine() const -> bool { return mount_ == disk_.mounts_ && !disk_.dead_; }
  void change(simulated_disk::renaming r) {
    simulated_disk::apply(disk_.names_, r);
    disk_.unsynced_names_.push_back(std::move(r));
  }

  simulated_disk& disk_;
  std::uint64_t mount_;
};

auto simulated_disk::mount() -> std::unique_ptr<file_system> {
  ++mounts_;
  dead_ = false;
  locks_.clear();
  return std::make_unique<disk_view>(*this);
}

void simulated_disk::unmount() {
  dead_ = true;
  ++mounts_;
  locks_.clear();
}

auto simulated_disk::dies() -> bool {
  ++calls;
  if (faults.dies_in_calls == 0 || --faults.dies_in_calls > 0) return false;
  dead_ = true;
  return true;
}

void simulated_disk::apply(std::string& to, const inode::change& c) {
  if (c.is_size) return to.resize(c.offset, '\0');
  if (c.offset + c.bytes.size() > to.size()) to.resize(c.offset + c.bytes.size(), '\0');
  to.replace(c.offset, c.bytes.size(), c.bytes);
}

void simulated_disk::apply(names& to, const renaming& r) {
  if (!r.from.empty()) {
    // Another file may have the name on the device: the removal was about this one.
    const auto at = to.find(r.from);
    if (at != to.end() && at->second == r.what) to.erase(at);
  }
  if (!r.to.empty()) to[r.to] = r.what;
}

void simulated_disk::write(inode& to, std::uint64_t offset, std::string bytes) {
  if (bytes.empty()) return;
  auto c = inode::change{offset, std::move(bytes), false};
  apply(to.seen, c);
  to.unsynced.push_back(std::move(c));
}

void simulated_disk::resize(inode& to, std::uint64_t size) {
  auto c = inode::change{size, {}, true};
  apply(to.seen, c);
  to.unsynced.push_back(std::move(c));
}

void simulated_disk::sync(inode& of) {
  for (const auto& c : of.unsynced) apply(of.kept, c);
  of.unsynced.clear();
}

void simulated_disk::scatter(inode& of) {
  const auto mood = random_.between(0, 3); // all, nothing, pieces twice as often
  for (auto& c : of.unsynced) {
    if (mood == 0) apply(of.kept, c);
    if (mood < 2) continue;
    if (c.is_size || c.bytes.size() < 2) {
      if (random_.one_in(2)) apply(of.kept, c);
      continue;
    }
    for (auto at = std::uint64_t{0}; at < c.bytes.size();) {
      const auto size = random_.between(1, c.bytes.size() - at);
      if (random_.one_in(2)) apply(of.kept, {c.offset + at, c.bytes.substr(at, size), false});
      at += size;
    }
  }
  of.unsynced.clear();
}

void simulated_disk::lose_power() {
  // Journals keep the order of such changes; a log may rely on that.
  const auto kept = random_.between(0, unsynced_names_.size());
  for (std::size_t n = 0; n < kept; ++n) apply(kept_names_, unsynced_names_[n]);
  unsynced_names_.clear();
  auto all = std::map<std::uint64_t, inode_ptr>{};
  for (const auto& [path, node] : kept_names_) all.emplace(node->number, node);
  for (const auto& [number, node] : all) {
    scatter(*node);
    node->seen = node->kept;
  }
  names_ = kept_names_;
}

void simulated_disk::lose_all() {
  names_.clear();
  kept_names_.clear();
  directories_ = {"/"};
  unsynced_names_.clear();
  locks_.clear();
}

auto simulated_disk::content(const std::string& path) const -> std::string {
  const auto at = names_.find(path);
  return at == names_.end() ? std::string{} : at->second->seen;
}

auto simulated_disk::files() const -> std::vector<std::string> {
  auto all = std::vector<std::string>{};
  for (const auto& [path, node] : names_) all.push_back(path);
  return all;
}

} // namespace weir::test
