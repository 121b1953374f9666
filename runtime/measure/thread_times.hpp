/// What the threads of one owner have used of processors. Who is measured does nothing for it: who looks asks the system.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <time.h>
#include <utility>

namespace weir {

class thread_times : public std::enable_shared_from_this<thread_times> {
public:
  /// Its thread counts as long as there is one of these, and what it used counts for good.
  class entry {
  public:
    entry() = default;
    entry(entry&& other) noexcept { std::swap(of_, other.of_), std::swap(at_, other.at_); }
    auto operator=(entry&& other) noexcept -> entry& {
      std::swap(of_, other.of_), std::swap(at_, other.at_);
      return *this;
    }
    ~entry() {
      if (of_) of_->remove(at_);
    }

  private:
    friend class thread_times;
    struct known {
      ::clockid_t clock{};
      std::uint64_t last_ns = 0; ///< when somebody looked
    };
    std::shared_ptr<thread_times> of_;
    std::list<known>::iterator at_;
  };

  /// The thread that calls it.
  auto add_own() -> entry;
  auto total_ns() -> std::uint64_t;

private:
  static void look(entry::known& at);
  void remove(std::list<entry::known>::iterator at);

  std::mutex guard_;
  std::list<entry::known> threads_;
  std::uint64_t ended_ns_ = 0;
};

} // namespace weir
