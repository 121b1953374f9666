/// The console of a run: opened with it, made anew by a reload that says so, gone before the node is.
#pragma once

#include "cli/console/console.hpp"

#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace weir::cli {

/// A reload renews it in its own thread.
class node_console {
public:
  /// False: there is none, and the file asks for one. Why is in the log.
  auto open(console_settings settings, node& of, reloads& by, const teller& tells) -> bool;
  /// What came of it, as a line; nothing if it is as it was, or there is none. Who is connected has to come again.
  auto renew(const console_plan& wanted) -> std::string;
  void close();
  /// For a process that ends without closing it.
  void withdraw();

private:
  auto make(const console_plan& plan) -> result<void>;

  std::mutex guard_;
  std::optional<console_settings> settings_;
  node* node_ = nullptr;
  reloads* reloads_ = nullptr;
  const teller* tells_ = nullptr;
  std::unique_ptr<console> console_;
};

} // namespace weir::cli
