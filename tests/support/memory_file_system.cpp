#include "tests/support/memory_file_system.hpp"

#include <algorithm>
#include <random>

namespace weir::test {

struct memory_file_system::life {
  std::size_t open_files = 0;
  bool is_over = false;
  std::map<std::string, std::string> locks; ///< path -> holder
};

namespace {

auto parent_of(const std::string& path) -> std::string { return path.substr(0, path.rfind('/')); }

auto no_such(const std::string& path) -> error { return {errc::not_found, path + ": no such file"}; }

class memory_file final : public file {
public:
  memory_file(std::shared_ptr<memory_file_system::inode> node, std::shared_ptr<memory_file_system::life> in)
      : node_(std::move(node)), life_(std::move(in)) {
    ++life_->open_files;
  }
  ~memory_file() override { --life_->open_files; }
  memory_file(const memory_file&) = delete;
  auto operator=(const memory_file&) -> memory_file& = delete;

  auto write_at(std::uint64_t offset, std::span<const std::string_view> parts) -> result<void> override {
    WEIR_CHECK(alive());
    for (const auto& part : parts) {
      if (part.empty()) continue;
      grow(offset + part.size());
      node_->current.replace(offset, part.size(), part);
      mark(offset, offset + part.size());
      offset += part.size();
    }
    return {};
  }
  auto read_at(std::uint64_t offset, char* out, std::size_t size) const -> result<std::size_t> override {
    WEIR_CHECK(alive());
    if (offset >= node_->current.size()) return std::size_t{0};
    return node_->current.copy(out, size, offset);
  }
  auto sync() -> result<void> override {
    WEIR_CHECK(alive());
    node_->durable.resize(node_->current.size(), '\0');
    for (const auto page : node_->dirty) {
      const auto begin = page * memory_file_system::page_bytes;
      if (begin >= node_->current.size()) continue;
      const auto size = std::min(memory_file_system::page_bytes, node_->current.size() - begin);
      node_->durable.replace(begin, size, node_->current, begin, size);
    }
    node_->dirty.clear();
    return {};
  }
  void drop_cache() override { node_->is_dropped = true; }
  auto reserve(std::uint64_t size) -> result<void> override {
    WEIR_CHECK(alive());
    grow(size);
    return {};
  }
  auto truncate(std::uint64_t size) -> result<void> override {
    WEIR_CHECK(alive());
    const auto old = node_->current.size();
    node_->current.resize(size, '\0');
    if (size < old && size % memory_file_system::page_bytes != 0) mark(size - 1, size);
    return {};
  }
  auto size() const -> result<std::uint64_t> override {
    WEIR_CHECK(alive());
    return std::uint64_t{node_->current.size()};
  }
  auto inode() const -> result<std::uint64_t> override { return node_->number; }
  auto links() const -> result<std::uint64_t> override { return std::uint64_t{node_->names}; }
  auto node() -> memory_file_system::inode* { return node_.get(); }

private:
  auto alive() const -> result<void> {
    if (life_->is_over) return error{errc::unavailable, "this file was open when power was cut"};
    return {};
  }
  void grow(std::size_t size) {
    if (node_->current.size() < size) node_->current.resize(size, '\0');
  }
  void mark(std::size_t begin, std::size_t end) {
    for (auto page = begin / memory_file_system::page_bytes; page * memory_file_system::page_bytes < end;
         ++page)
      node_->dirty.insert(page);
  }

  std::shared_ptr<memory_file_system::inode> node_;
  std::shared_ptr<memory_file_system::life> life_;
};

class memory_lock final : public file_lock {
public:
  memory_lock(std::shared_ptr<memory_file_system::life> in, std::string path)
      : life_(std::move(in)), path_(std::move(path)) {}
  ~memory_lock() override { life_->locks.erase(path_); }

private:
  std::shared_ptr<memory_file_system::life> life_;
  std::string path_;
};

/// What a page of the file is after the power was cut.
void settle_pages(memory_file_system::inode& node, std::mt19937_64& dice, memory_file_system::survival how) {
  using survival = memory_file_system::survival;
  const auto survives = [&] {
    return how == survival::keep || (how == survival::by_dice && dice() % 2 == 0);
  };
  auto left = node.durable;
  if (survives()) left.resize(node.current.size(), '\0');
  for (const auto page : node.dirty) {
    const auto begin = page * memory_file_system::page_bytes;
    if (!survives() || begin >= left.size() || begin >= node.current.size()) continue;
    const auto size =
        std::min({memory_file_system::page_bytes, left.size() - begin, node.current.size() - begin});
    left.replace(begin, size, node.current, begin, size);
  }
  node.dirty.clear();
  node.current = node.durable = std::move(left);
}

} // namespace

auto inode_of(file& f) -> memory_file_system::inode* {
  auto* known = dynamic_cast<memory_file*>(&f);
  return known == nullptr ? nullptr : known->node();
}

auto memory_file_system::begin_life() -> std::shared_ptr<life> { return std::make_shared<life>(); }

auto memory_file_system::check_directory_of(const std::string& path) const -> result<void> {
  if (directories_.contains(path)) return error{errc::rejected, path + ": is a directory"};
  if (!directories_.contains(parent_of(path))) return no_such(path);
  return {};
}

void memory_file_system::change(const std::string& path,
                                std::function<void(std::map<std::string, std::shared_ptr<inode>>&)> apply) {
  apply(names_);
  pending_.push_back({parent_of(path), std::move(apply)});
}

auto memory_file_system::open(const std::string& path, open_mode mode) -> result<std::shared_ptr<file>> {
  WEIR_CHECK(check_directory_of(path));
  if (!names_.contains(path)) {
    if (mode != open_mode::create) return no_such(path);
    auto node = std::make_shared<inode>();
    node->number = ++inodes_;
    node->names = 1;
    change(path, [path, node](auto& names) { names[path] = node; });
  }
  return std::shared_ptr<file>{std::make_shared<memory_file>(names_.at(path), life_)};
}

auto memory_file_system::list(const std::string& of) -> result<std::vector<std::string>> {
  const auto directory = of == "/" ? std::string{} : of; // as in directories_
  if (!directories_.contains(directory)) return no_such(directory);
  auto names = std::set<std::string>{};
  const auto add = [&](const std::string& path) {
    if (path.size() > directory.size() && path.starts_with(directory + '/')
        && path.find('/', directory.size() + 1) == std::string::npos)
      names.insert(path.substr(directory.size() + 1));
  };
  for (const auto& [path, node] : names_) add(path);
  for (const auto& path : directories_) add(path);
  return std::vector<std::string>{names.begin(), names.end()};
}

auto memory_file_system::make_directories(const std::string& directory) -> result<void> {
  for (auto end = directory.find('/', 1);; end = directory.find('/', end + 1)) {
    const auto part = directory.substr(0, end);
    if (names_.contains(part)) return error{errc::rejected, part + ": is a file"};
    directories_.insert(part);
    if (end == std::string::npos) return {};
  }
}

auto memory_file_system::rename(const std::string& from, const std::string& to) -> result<void> {
  if (!names_.contains(from)) return no_such(from);
  WEIR_CHECK(check_directory_of(to));
  if (from == to) return {};
  const auto node = names_.at(from);
  if (const auto replaced = names_.find(to); replaced != names_.end()) --replaced->second->names;
  change(to, [from, to, node](auto& names) {
    names.erase(from);
    names[to] = node;
  });
  return {};
}

auto memory_file_system::remove(const std::string& path) -> result<void> {
  const auto known = names_.find(path);
  if (known == names_.end()) return no_such(path);
  --known->second->names;
  change(path, [path](auto& names) { names.erase(path); });
  return {};
}

auto memory_file_system::sync_directory(const std::string& of) -> result<void> {
  const auto directory = of == "/" ? std::string{} : of;
  if (!directories_.contains(directory)) return no_such(directory);
  for (const auto& pending : pending_)
    if (pending.directory == directory) pending.apply(durable_names_);
  std::erase_if(pending_, [&](const name_change& c) { return c.directory == directory; });
  return {};
}

auto memory_file_system::lock(const std::string& path, std::string_view holder)
    -> result<std::unique_ptr<file_lock>> {
  WEIR_CHECK(check_directory_of(path));
  const auto [at, is_new] = life_->locks.try_emplace(path, holder);
  if (!is_new) return error{errc::rejected, path + " is held by " + at->second};
  return std::unique_ptr<file_lock>{std::make_unique<memory_lock>(life_, path)};
}

void memory_file_system::kill() {
  life_->is_over = true;
  life_ = begin_life();
}

void memory_file_system::crash(std::uint64_t seed, survival how) {
  kill();
  auto dice = std::mt19937_64{seed};
  auto surviving = how == survival::keep ? pending_.size() : std::size_t{0};
  if (how == survival::by_dice) surviving = dice() % (pending_.size() + 1);
  for (auto i = std::size_t{0}; i < surviving; ++i) pending_[i].apply(durable_names_);
  pending_.clear();
  names_ = durable_names_;
  auto seen = std::set<inode*>{};
  for (const auto& [path, node] : names_)
    if (seen.insert(node.get()).second) {
      settle_pages(*node, dice, how);
      node->names = 1;
    }
}

auto memory_file_system::content(const std::string& path) const -> std::string {
  const auto known = names_.find(path);
  return known == names_.end() ? std::string{} : known->second->current;
}

void memory_file_system::set_content(const std::string& path, std::string bytes) {
  auto& node = names_[path];
  if (node == nullptr) node = std::make_shared<inode>();
  if (node->number == 0) node->number = ++inodes_;
  node->names = 1;
  node->current = node->durable = std::move(bytes);
  node->dirty.clear();
  durable_names_[path] = node;
  for (auto end = path.find('/', 1); end != std::string::npos; end = path.find('/', end + 1))
    directories_.insert(path.substr(0, end));
}

auto memory_file_system::open_files() const -> std::size_t { return life_->open_files; }

auto memory_file_system::paths() const -> std::vector<std::string> {
  auto all = std::vector<std::string>{};
  for (const auto& [path, node] : names_) all.push_back(path);
  return all;
}

auto memory_file_system::copy() const -> std::unique_ptr<memory_file_system> {
  auto other = std::make_unique<memory_file_system>();
  for (const auto& [path, node] : names_) other->set_content(path, node->current);
  other->directories_ = directories_;
  return other;
}

} // namespace weir::test
