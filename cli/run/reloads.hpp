/// Has a running node read its topology file again and do what that says now: one reload at a time, in a thread of its own.
#pragma once

#include "topology/node.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace weir::cli {

/// As it is told over the control socket, behind its first word.
enum class reload_end { done, refused, wrong_file };

/// By which nodes see whether they have the same file; 0 of one that cannot be read.
auto fingerprint_of(const std::string& topology) -> std::uint64_t;

/// Thread-safe.
class reloads {
public:
  /// `patience`: with what is to be passed on by those that go.
  reloads(std::string topology, std::chrono::nanoseconds patience);
  ~reloads();
  reloads(const reloads&) = delete;
  auto operator=(const reloads&) -> reloads& = delete;

  /// The node is there, and runs this plan.
  void begin(node& of, const topology_plan& plan);
  struct outcome {
    reload_end how = reload_end::done;
    std::string text; ///< lines
  };
  struct request {
    std::string by; ///< who wants it
    bool discards = false;
    /// Takes the place of the file before it is read, and gives it back if that is of no use.
    std::optional<std::string> content = {};
    std::function<void(const outcome&)> done = {}; ///< called in another thread; may be null
  };
  /// Begins one; its number. An error says why not.
  auto ask(request what) -> result<std::uint64_t>;
  /// Of the last one, if that is its number; nothing while it lasts.
  auto outcome_of(std::uint64_t number) const -> std::optional<outcome>;
  /// No more; one that waits for something gives that up.
  void stop();
  /// The file.
  auto topology() const -> const std::string& { return topology_; }
  auto is_busy() const -> bool { return is_busy_; }
  /// That the node runs.
  auto plan() const -> std::shared_ptr<const topology_plan>;

private:
  void work(const request& what);
  auto reload(const request& what) -> outcome;
  auto reload_with_content(const request& what) -> outcome;

  const std::string topology_;
  const std::chrono::nanoseconds patience_;
  mutable std::mutex guard_;
  node* node_ = nullptr;
  std::shared_ptr<const topology_plan> plan_;
  std::uint64_t last_ = 0;
  std::optional<outcome> outcome_;
  std::atomic<bool> is_busy_ = false;
  std::atomic<bool> is_over_ = false;
  std::thread thread_;
};

/// "reload [discard]" begins one, "reload NUMBER" asks what came of it. `who` asks.
auto answer_reload(reloads& by, std::string_view request, const std::string& who) -> std::string;

} // namespace weir::cli
