#include "runtime/log/salvage.hpp"

#include <algorithm>
#include <cstring>

namespace weir {
namespace {

constexpr auto page_bytes = std::uint64_t{4096};

class salvaged_file final : public file {
public:
  explicit salvaged_file(std::shared_ptr<file> from) : from_(std::move(from)) {}

  auto read_at(std::uint64_t offset, char* out, std::size_t size) const -> result<std::size_t> override {
    if (const auto got = from_->read_at(offset, out, size)) return *got;
    WEIR_TRY(const auto end, from_->size());
    const auto stop = std::max(offset, std::min<std::uint64_t>(end, offset + size));
    for (auto at = offset; at < stop;) {
      const auto part = std::min(stop, at / page_bytes * page_bytes + page_bytes) - at;
      auto* const to = out + (at - offset);
      if (const auto got = from_->read_at(at, to, part); !got || *got != part) std::memset(to, 0, part);
      at += part;
    }
    return static_cast<std::size_t>(stop - offset);
  }
  auto write_at(std::uint64_t offset, std::span<const std::string_view> parts) -> result<void> override {
    return from_->write_at(offset, parts);
  }
  auto sync() -> result<void> override { return from_->sync(); }
  auto reserve(std::uint64_t size) -> result<void> override { return from_->reserve(size); }
  auto truncate(std::uint64_t size) -> result<void> override { return from_->truncate(size); }
  auto size() const -> result<std::uint64_t> override { return from_->size(); }
  auto inode() const -> result<std::uint64_t> override { return from_->inode(); }
  auto links() const -> result<std::uint64_t> override { return from_->links(); }

private:
  std::shared_ptr<file> from_;
};

} // namespace

auto salvaged(std::shared_ptr<file> from) -> std::shared_ptr<file> {
  return std::make_shared<salvaged_file>(std::move(from));
}

} // namespace weir
