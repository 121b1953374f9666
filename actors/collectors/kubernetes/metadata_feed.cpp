#include "actors/collectors/kubernetes/metadata_feed.hpp"

#include "runtime/os/owned_fd.hpp"
#include "runtime/os/whole_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

namespace weir {
namespace {

/// Between two writes of the file.
constexpr auto save_interval = std::chrono::seconds{1};
constexpr auto forget_interval = std::chrono::seconds{10};

/// Whole or not at all, as long as the machine keeps running: a checksum tells the rest, and what is lost is asked for again.
auto replace_unsynced(const std::string& path, std::string_view content) -> result<void> {
  const auto beside = path + ".new";
  const auto file = owned_fd{::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)};
  if (!file.is_open()) return error_from_errno('"' + beside + '"', errno);
  while (!content.empty()) {
    const auto written = ::write(file.fd(), content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return error_from_errno('"' + beside + '"', errno);
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::rename(beside.c_str(), path.c_str()) != 0) return error_from_errno('"' + path + '"', errno);
  return {};
}

auto id_of(api_object object) -> std::string { return std::string{object["metadata"]["uid"].text()}; }

} // namespace

class metadata_feed::pod_listener final : public api_listener {
public:
  pod_listener(metadata_cache& to, const class clock& time) : cache_(to), clock_(time) {}
  void begin_list() override { cache_.begin_pods(); }
  void present(api_object object) override {
    if (auto pod = pod_of(object.bytes())) cache_.put(std::move(*pod));
  }
  void gone(api_object object) override { cache_.remove_pod(id_of(object), clock_.monotonic()); }
  void end_list(std::uint64_t) override { cache_.end_pods(clock_.monotonic()); }

private:
  metadata_cache& cache_;
  const class clock& clock_;
};

class metadata_feed::space_listener final : public api_listener {
public:
  explicit space_listener(metadata_cache& to) : cache_(to) {}
  void begin_list() override { cache_.begin_spaces(); }
  void present(api_object object) override {
    if (auto space = space_of(object.bytes())) cache_.put(std::move(*space));
  }
  void gone(api_object object) override { cache_.remove_space(std::string{object["metadata"]["name"].text()}); }
  void end_list(std::uint64_t) override { cache_.end_spaces(); }

private:
  metadata_cache& cache_;
};

metadata_feed::metadata_feed(const kubernetes_settings& settings, std::string node, const class clock& time)
    : settings_(settings), node_(std::move(node)), clock_(time), cache_(settings.cache_time) {}

metadata_feed::~metadata_feed() = default;

void metadata_feed::open() {
  if (!settings_.metadata) return;
  if (const auto file = settings_.cache.empty() ? result<std::string>{std::string{}} : read_whole(settings_.cache); file && !file->empty())
    if (const auto loaded = cache_.load(*file, clock_.monotonic()); !loaded)
      unkept_ = '"' + settings_.cache + "\" is not used: " + loaded.failure().what;
  saved_version_ = cache_.version();
  auto server = api_address_of(settings_.api);
  if (!server) return void(unavailable_ = server.failure().what);
  client_ = std::make_unique<api_client>(std::move(*server), clock_);
  pods_ = std::make_unique<pod_listener>(cache_, clock_);
  watches_.push_back(std::make_unique<api_watch>(
      api_collection{"/api/v1/pods", "fieldSelector=spec.nodeName%3D" + node_}, *pods_, clock_));
  if (wanted_of(settings_).namespace_labels) {
    spaces_ = std::make_unique<space_listener>(cache_);
    watches_.push_back(std::make_unique<api_watch>(api_collection{"/api/v1/namespaces", {}, true}, *spaces_, clock_));
  }
  for (auto& watch : watches_) client_->add(*watch);
}

void metadata_feed::drive() {
  if (!client_) return;
  client_->drive();
  const auto now = clock_.monotonic();
  if (now >= forget_at_) {
    forget_at_ = now + forget_interval;
    cache_.forget_old(now);
  }
  if (!settings_.cache.empty() && cache_.version() != saved_version_ && now >= save_at_) save();
}

void metadata_feed::save() {
  save_at_ = clock_.monotonic() + save_interval;
  const auto saved = replace_unsynced(settings_.cache, cache_.to_file());
  unkept_ = saved ? std::string{} : saved.failure().what;
  if (saved) saved_version_ = cache_.version();
}

auto metadata_feed::wake_at() const -> std::optional<monotonic_time> {
  if (!client_) return std::nullopt;
  auto at = client_->wake_at();
  if (!settings_.cache.empty() && cache_.version() != saved_version_) at = at ? std::min(*at, save_at_) : save_at_;
  return at;
}

auto metadata_feed::problems() const -> std::vector<std::string> {
  auto all = std::vector<std::string>{};
  if (!unavailable_.empty()) all.push_back("nothing is known of pods: " + unavailable_);
  if (!unkept_.empty()) all.push_back("what is known of pods is not kept: " + unkept_);
  for (const auto& watch : watches_)
    if (!watch->problem().empty()) all.push_back("API server: " + watch->problem());
  return all;
}

} // namespace weir
