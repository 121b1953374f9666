/// The containers whose logs are read, by their id: from the files beside the logs, else from the engine.
#pragma once

#include "actors/collectors/docker/container.hpp"
#include "actors/collectors/docker/engine_inquiry.hpp"
#include "runtime/os/clock.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

class container_book {
public:
  container_book(docker_settings settings, const clock& time) : settings_(std::move(settings)), clock_(time) {}

  /// Nothing while the engine is being asked; ask again soon.
  auto find(std::string_view id) -> const container*;
  /// Not only those that are there now.
  auto size() const -> std::size_t { return known_.size(); }
  /// How many of them nobody knows anything of.
  auto unknown() const -> std::size_t;
  auto take_complaints() -> std::vector<std::string> { return std::exchange(complaints_, {}); }

private:
  struct entry {
    container what;
    bool is_known = false;
    std::int64_t written_ns = 0; ///< its file, when it was read
    monotonic_time look_again{};
  };
  auto look(const std::string& id, entry& e) -> bool;
  auto look_at_file(const std::string& id, entry& e) -> result<void>;
  auto ask(const std::string& id, entry& e) -> bool;
  void give_up(const std::string& id, entry& e, const std::string& why);

  docker_settings settings_;
  const clock& clock_;
  std::map<std::string, entry, std::less<>> known_;
  std::optional<engine_inquiry> inquiry_;
  std::string asked_; ///< about whom
  monotonic_time patience_ends_{};
  std::vector<std::string> complaints_;
};

/// The id in the path of a log with dots for slashes: `….ID.ID-json.log`, maybe with a number behind it.
auto container_id_of(std::string_view dotted_path) -> std::string_view;

} // namespace weir
