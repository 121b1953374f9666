/// What connections are encrypted with, of files that may be renewed while the process runs.
#pragma once

#include "runtime/net/io_thread.hpp"
#include "runtime/net/tls.hpp"

#include <chrono>
#include <memory>
#include <mutex>
#include <string>

namespace weir::net {

/// Thread-safe.
class tls_files {
public:
  /// The error names the file and what is wrong with it.
  static auto open(tls_settings files) -> result<std::shared_ptr<tls_files>>;

  /// For a connection that begins now; those that live go on with what they began with.
  auto current() const -> std::shared_ptr<const tls_context>;
  /// Reads the files again if one of them is another; whether it was. An error leaves what there was.
  auto renew() -> result<bool>;

private:
  explicit tls_files(tls_settings files) : files_(std::move(files)) {}

  const tls_settings files_;
  mutable std::mutex guard_;
  std::shared_ptr<const tls_context> current_;
  std::string seen_; ///< which files these were
};

/// Looks at the files now and then, and tells the log what has changed, what cannot be used and what ends soon.
class tls_watch {
public:
  tls_watch(io_thread& in, std::shared_ptr<tls_files> files, std::chrono::milliseconds every = std::chrono::seconds{2});
  ~tls_watch();
  tls_watch(const tls_watch&) = delete;
  auto operator=(const tls_watch&) -> tls_watch& = delete;

private:
  struct running;
  io_thread& in_;
  std::shared_ptr<running> running_;
};

} // namespace weir::net
