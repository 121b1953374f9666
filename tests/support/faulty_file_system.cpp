#include "tests/support/faulty_file_system.hpp"

#include "tests/support/memory_file_system.hpp"

#include <cerrno>

namespace weir::test {
namespace {

auto error_of(const fault& f, const std::string& what) -> error {
  return error_from_errno(what + " (a fault of the test)", f.kind == fault_kind::no_space ? ENOSPC : EIO);
}

/// Runs the call unless a fault keeps it from running.
template <class Call>
auto guarded(faulty_file_system::plan& plan, file_call which, const std::string& path, Call&& call)
    -> decltype(call()) {
  const auto* f = plan.strike(which);
  if (f == nullptr) return call();
  if (f->kind == fault_kind::late_error) {
    if (auto done = call(); !done) return done.failure();
  }
  return error_of(*f, path);
}

class faulty_file final : public file {
public:
  faulty_file(std::shared_ptr<file> under, std::shared_ptr<faulty_file_system::plan> by, std::string path)
      : under_(std::move(under)), plan_(std::move(by)), path_(std::move(path)) {}

  auto write_at(std::uint64_t offset, std::span<const std::string_view> parts) -> result<void> override {
    const auto* f = plan_->strike(file_call::write);
    if (f == nullptr) return under_->write_at(offset, parts);
    if (f->kind == fault_kind::late_error) WEIR_CHECK(under_->write_at(offset, parts));
    if (f->kind == fault_kind::short_write) WEIR_CHECK(write_half(offset, parts));
    return error_of(*f, path_);
  }
  auto read_at(std::uint64_t offset, char* out, std::size_t size) const -> result<std::size_t> override {
    return guarded(*plan_, file_call::read, path_, [&] { return under_->read_at(offset, out, size); });
  }
  auto sync() -> result<void> override {
    const auto* f = plan_->strike(file_call::sync);
    if (f == nullptr) return under_->sync();
    if (f->kind == fault_kind::late_error) WEIR_CHECK(under_->sync());
    if (auto* node = inode_of(*under_); node != nullptr) node->forget_unsynced();
    return error_of(*f, path_);
  }
  auto reserve(std::uint64_t size) -> result<void> override {
    return guarded(*plan_, file_call::reserve, path_, [&] { return under_->reserve(size); });
  }
  auto truncate(std::uint64_t size) -> result<void> override {
    return guarded(*plan_, file_call::truncate, path_, [&] { return under_->truncate(size); });
  }
  auto size() const -> result<std::uint64_t> override { return under_->size(); }
  auto inode() const -> result<std::uint64_t> override { return under_->inode(); }
  auto links() const -> result<std::uint64_t> override { return under_->links(); }

private:
  auto write_half(std::uint64_t offset, std::span<const std::string_view> parts) -> result<void> {
    auto all = std::string{};
    for (const auto& part : parts) all += part;
    const auto half = std::string_view{all}.substr(0, all.size() / 2);
    return under_->write_at(offset, std::span{&half, 1});
  }

  std::shared_ptr<file> under_;
  std::shared_ptr<faulty_file_system::plan> plan_;
  std::string path_;
};

} // namespace

auto faulty_file_system::plan::strike(file_call which) -> const fault* {
  const auto all = ++seen[static_cast<std::size_t>(file_call::any)];
  const auto own = ++seen[static_cast<std::size_t>(which)];
  for (const auto& f : faults) {
    if (f.call != which && f.call != file_call::any) continue;
    const auto count = f.call == file_call::any ? all : own;
    if (count < f.nth || count - f.nth >= f.times) continue;
    ++struck;
    return &f;
  }
  return nullptr;
}

void faulty_file_system::arm(std::vector<fault> faults) {
  *plan_ = plan{};
  plan_->faults = std::move(faults);
}

auto faulty_file_system::calls(file_call which) const -> std::uint64_t {
  return plan_->seen[static_cast<std::size_t>(which)];
}

auto faulty_file_system::open(const std::string& path, open_mode mode) -> result<std::shared_ptr<file>> {
  auto opened = guarded(*plan_, file_call::open, path, [&] { return under_.open(path, mode); });
  if (!opened) return opened.failure();
  return std::shared_ptr<file>{std::make_shared<faulty_file>(std::move(*opened), plan_, path)};
}
auto faulty_file_system::list(const std::string& directory) -> result<std::vector<std::string>> {
  return guarded(*plan_, file_call::list, directory, [&] { return under_.list(directory); });
}
auto faulty_file_system::make_directories(const std::string& directory) -> result<void> {
  return under_.make_directories(directory);
}
auto faulty_file_system::rename(const std::string& from, const std::string& to) -> result<void> {
  return guarded(*plan_, file_call::rename, from, [&] { return under_.rename(from, to); });
}
auto faulty_file_system::remove(const std::string& path) -> result<void> {
  return guarded(*plan_, file_call::remove, path, [&] { return under_.remove(path); });
}
auto faulty_file_system::sync_directory(const std::string& directory) -> result<void> {
  return guarded(*plan_, file_call::sync_directory, directory,
                 [&] { return under_.sync_directory(directory); });
}
auto faulty_file_system::lock(const std::string& path, std::string_view holder)
    -> result<std::unique_ptr<file_lock>> {
  return under_.lock(path, holder);
}

} // namespace weir::test
