#include "runtime/log/file_window.hpp"

#include <algorithm>

namespace weir {

auto file_window::view(std::uint64_t offset, std::size_t size) -> result<std::string_view> {
  const auto end = begin_ + bytes_.size();
  if (offset < begin_ || offset + size > end) {
    const auto wanted = std::max(size, step_);
    bytes_.clear();
    begin_ = offset;
    WEIR_TRY(const auto got, file_.read_at(offset, bytes_.tail(wanted), wanted));
    bytes_.advance(got);
  }
  return bytes_.view().substr(offset - begin_, size);
}

} // namespace weir
