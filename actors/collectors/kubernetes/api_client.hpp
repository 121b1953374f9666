/// Asks a Kubernetes API server on behalf of watches, without ever waiting: libcurl behind one descriptor.
#pragma once

#include "actors/collectors/kubernetes/api_settings.hpp"
#include "actors/collectors/kubernetes/api_watch.hpp"

#include <memory>
#include <optional>

namespace weir {

class api_client {
public:
  /// Throws if there is no memory, or no descriptor, for it.
  api_client(kubernetes_api_address server, const clock& time);
  ~api_client();

  /// Outlived by the watch.
  void add(api_watch& watch);
  /// Asks what is due and hands on what has come.
  void drive();
  /// Polls readable when drive() has something to do.
  auto fd() const -> int;
  /// When drive() has something to do even so.
  auto wake_at() const -> std::optional<monotonic_time>;

private:
  struct transfer;
  struct multi;
  void ask(transfer& t, const std::string& request);
  void finish();

  kubernetes_api_address server_;
  const clock& clock_;
  std::unique_ptr<multi> multi_;
  std::vector<std::unique_ptr<transfer>> transfers_; ///< one of each watch
};

} // namespace weir
