#include "tests/bench/bare/entry_output.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace weir::bench {

namespace {

constexpr std::string_view tag = "bench";

} // namespace

entry_output::entry_output(const std::string& path) : prints_(!path.empty()) {
  if (!prints_) return;
  descriptor_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  // An entry of up to packed_bytes may grow sixfold; memory that is not touched costs nothing.
  printed_.reset(new char[printed_bytes + 6 * packed_bytes + 256]);
}

entry_output::~entry_output() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

auto entry_output::finish() -> result<std::uint64_t> {
  empty();
  if (errno_ != 0) return error_from_errno("cannot write the output", errno_);
  return events_;
}

void entry_output::empty() {
  const char* at = packed_.get();
  const auto* const end = at + used_;
  used_ = 0;
  if (!prints_) return;
  auto* to = printed_.get();
  while (at < end) {
    to = print_entry(at, tag, to);
    if (static_cast<std::size_t>(to - printed_.get()) < printed_bytes) continue;
    write_out(static_cast<std::size_t>(to - printed_.get()));
    to = printed_.get();
  }
  write_out(static_cast<std::size_t>(to - printed_.get()));
}

void entry_output::write_out(std::size_t bytes) {
  const auto* at = printed_.get();
  while (bytes > 0 && errno_ == 0) {
    const auto wrote = ::write(descriptor_, at, bytes);
    if (wrote < 0) errno_ = errno;
    if (wrote <= 0) continue;
    at += wrote;
    bytes -= static_cast<std::size_t>(wrote);
  }
}

} // namespace weir::bench
