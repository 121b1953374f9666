/// Keeps what is known of a node's pods up to date: by watches of the API server, and by a file over restarts.
#pragma once

#include "actors/collectors/kubernetes/api_client.hpp"
#include "actors/collectors/kubernetes/metadata_cache.hpp"
#include "actors/collectors/kubernetes/settings.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace weir {

class metadata_feed {
public:
  metadata_feed(const kubernetes_settings& settings, std::string node, const clock& time);
  ~metadata_feed();

  /// Begins with what the file keeps. What is wrong is a problem, and no reason not to read logs.
  void open();
  void drive();
  auto cache() -> metadata_cache& { return cache_; }
  /// Whether what is not known may become known.
  auto pods() const -> std::size_t { return cache_.size(); }
  auto is_asking() const -> bool { return client_ != nullptr; }
  auto fd() const -> int { return client_ ? client_->fd() : -1; }
  auto wake_at() const -> std::optional<monotonic_time>;
  auto problems() const -> std::vector<std::string>;

private:
  class pod_listener;
  class space_listener;
  void save();

  kubernetes_settings settings_;
  std::string node_;
  const clock& clock_;
  metadata_cache cache_;
  std::unique_ptr<pod_listener> pods_;
  std::unique_ptr<space_listener> spaces_;
  std::vector<std::unique_ptr<api_watch>> watches_;
  std::unique_ptr<api_client> client_;
  std::string unavailable_;       ///< why nobody is asked
  std::string unkept_;            ///< why the file is not what it should be
  std::uint64_t saved_version_ = 0;
  monotonic_time save_at_{};      ///< not before
  monotonic_time forget_at_{};
};

} // namespace weir
