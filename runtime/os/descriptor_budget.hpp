/// Shares out the descriptors of a process, so that nobody who opens files or connections by their number
/// takes what others need.
//
//  limit = reserved + shared
//
//  What is reserved (stores, buffers, control, log, listeners) asks nobody. Of what is shared, half is cut into
//  equal floors that wait for their owners, and the other half is for whoever asks first.
#pragma once

#include <cstddef>
#include <mutex>
#include <string>

namespace weir {

/// What one component has open.
struct descriptor_need {
  std::size_t held = 0; ///< whatever its load
  bool shares = false;  ///< opens files or connections by their number: wants a share
};

struct descriptor_plan {
  std::size_t limit = 0;
  std::size_t reserved = 0;
  std::size_t sharers = 0;

  /// Less than one for each sharer is too little to run with.
  auto is_enough() const -> bool { return limit >= least(); }
  auto least() const -> std::size_t { return reserved + sharers; }
  auto shared() const -> std::size_t { return is_enough() ? limit - reserved : sharers; }
  auto floor() const -> std::size_t;
};

/// "1024 may be open: 40 are reserved, 984 are for files and connections of 3 components, at least 164 each".
auto to_text(const descriptor_plan& plan) -> std::string;

/// Thread-safe. Outlives its shares.
class descriptor_budget {
public:
  explicit descriptor_budget(const descriptor_plan& plan);

  /// So many more are reserved, or less, for what nobody had planned: of those that are common.
  void reserve(std::ptrdiff_t more);

  /// One component's part; gives all back when it goes. Of one thread at a time. Without a budget: no bound.
  class share {
  public:
    share() = default;
    explicit share(descriptor_budget* from) : from_(from) {}
    share(share&& other) noexcept;
    auto operator=(share&& other) noexcept -> share&;
    ~share() { give_back(taken_); }

    /// False: close one, or open none. The first one is always to be had, if there are no more shares than
    /// planned.
    auto try_take() -> bool;
    /// For what would be lost if it was not opened. The debt is the sharer's: others get less of what is
    /// common until it is paid.
    void take();
    void give_back(std::size_t count = 1);
    auto taken() const -> std::size_t { return taken_; }

  private:
    descriptor_budget* from_ = nullptr;
    std::size_t taken_ = 0;
  };

private:
  const std::size_t floor_;
  std::mutex mutex_;
  std::ptrdiff_t common_; ///< left of the half that is for all; negative: overdrawn
};

/// Raises the limit of this process as far as it may; what it is then.
auto raise_descriptor_limit() -> std::size_t;
/// What it would be.
auto descriptor_limit_max() -> std::size_t;

} // namespace weir
