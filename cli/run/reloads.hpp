/// Has a running node do something else than before: what its topology file says now, or with another number of instances.
/// One change at a time, in a thread of its own.
#pragma once

#include "topology/node.hpp"
#include "topology/scaling.hpp"

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

/// Who runs a plan.
struct hosting {
  std::string node;
  std::vector<std::string> classes;
};

/// Thread-safe.
class reloads {
public:
  /// `patience`: with what is to be passed on by those that go.
  reloads(std::string topology, hosting by, std::chrono::nanoseconds patience);
  ~reloads();
  reloads(const reloads&) = delete;
  auto operator=(const reloads&) -> reloads& = delete;

  /// Heeds what a plan says of what is beside the node's actors; says what came of it, in lines. In another thread.
  using beside = std::function<std::string(const topology_plan& wanted)>;
  /// The node is there, and runs this plan, in which these numbers are not those of the file.
  void begin(node& of, const topology_plan& plan, scaled_numbers numbers, beside heeds);
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
    std::string scales = {}; ///< "COMPONENT=N": only that changes, and the file is not read
    bool ends_left_ones = false; ///< nothing but end_left_ones()
  };
  /// Begins one; its number. An error says why not.
  auto ask(request what) -> result<std::uint64_t>;
  /// Of the last one, if that is its number; nothing while it lasts.
  auto outcome_of(std::uint64_t number) const -> std::optional<outcome>;
  /// Those instances that are there for what an earlier start left on disk end when they have passed it on.
  void end_left_ones();
  /// No more; one that waits for something gives that up.
  void stop();
  /// The file.
  auto topology() const -> const std::string& { return topology_; }
  auto is_busy() const -> bool { return is_busy_; }
  auto by() const -> const hosting& { return by_; }
  /// By which other nodes see what file runs.
  auto fingerprint() const -> std::uint64_t;
  /// That the node runs.
  auto plan() const -> std::shared_ptr<const topology_plan>;

private:
  auto name_of(const request& what) const -> std::string;
  void work(const request& what);
  auto carry_out(const request& what) -> outcome;
  auto reload(const request& what) -> outcome;
  auto scale(const request& what) -> outcome;
  auto end_left() -> outcome;
  auto change_to(const topology_plan& wanted, scaled_numbers numbers, const reload_manner& how) -> result<std::string>;
  auto reload_with_content(const request& what) -> outcome;

  const std::string topology_;
  const hosting by_;
  const std::chrono::nanoseconds patience_;
  mutable std::mutex guard_;
  node* node_ = nullptr;
  beside heeds_;
  std::shared_ptr<const topology_plan> plan_;
  scaled_numbers numbers_;        ///< this and the next only the one that is under way changes
  std::uint64_t fingerprint_ = 0; ///< of the file that runs
  std::uint64_t last_ = 0;
  std::optional<outcome> outcome_;
  std::atomic<bool> is_busy_ = false;
  std::atomic<bool> is_over_ = false;
  std::thread thread_;
};

/// "reload [discard]" begins one, "reload NUMBER" asks what came of it. `who` asks.
auto answer_reload(reloads& by, std::string_view request, const std::string& who) -> std::string;
/// "COMPONENT=N" begins one; "reload NUMBER" asks what came of it.
auto answer_scale(reloads& by, const std::string& what, const std::string& who) -> std::string;

} // namespace weir::cli
