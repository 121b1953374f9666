#include "runtime/codec/piped_lines.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace weir {
namespace {

constexpr auto piped_bytes = std::size_t{64} * 1024; // what a pipe holds
constexpr auto behind_piped = std::size_t{64};

} // namespace

auto piped_lines::fill(int fd) -> result<outcome> {
  if (begin_ > 0) {
    const auto rest = held_.size() - begin_;
    std::memmove(held_.data(), held_.data() + begin_, rest);
    held_.truncate(rest);
    begin_ = 0;
  }
  auto* const to = held_.tail(piped_bytes + behind_piped);
  const auto got = ::read(fd, to, piped_bytes);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return outcome::none;
  if (got < 0) return error_from_errno("cannot read", errno);
  held_.advance(static_cast<std::size_t>(got));
  std::memset(held_.tail(behind_piped), 0, behind_piped);
  return got == 0 ? outcome::ended : outcome::some;
}

auto piped_lines::next() -> result<std::optional<framed_message>> {
  for (;;) {
    WEIR_TRY(const auto step, framer_.next(held_.view_from(begin_)));
    if (step.used == 0) return std::optional<framed_message>{};
    use(step.used);
    if (step.message) return step.message;
  }
}

auto piped_lines::last() -> std::optional<framed_message> {
  const auto rest = held_.view_from(begin_);
  const auto message = framer_.last(rest);
  use(rest.size());
  framer_.begin_anew();
  return message;
}

void piped_lines::use(std::size_t bytes) {
  begin_ += bytes;
  used_ += bytes;
}

} // namespace weir
