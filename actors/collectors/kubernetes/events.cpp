#include "actors/collectors/kubernetes/api_client.hpp"
#include "actors/collectors/kubernetes/event_queue.hpp"
#include "actors/collectors/kubernetes/events_settings.hpp"
#include "actors/collectors/source.hpp"
#include "runtime/measure/observation.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>

namespace weir {
namespace {

constexpr auto space_name = std::array<std::string_view, 1>{"{namespace}"};

class kubernetes_events_source final : public source {
public:
  static constexpr bool resumes = true;
  static constexpr bool gives_events = true;
  using settings = kubernetes_events_settings;

  static auto descriptors(const settings&) -> descriptor_need { return {3, true}; }
  static auto tags(const settings& s) -> std::vector<tag_shape> { return {shape_of_template(s.tag, space_name)}; }

  kubernetes_events_source(const settings& s, const plugin_context& context)
      : component_(context.component),
        settings_(s),
        is_once_(context.once),
        stream_("kubernetes_events/" + s.space),
        queue_(*context.clock, s.start == events_start::beginning),
        watch_({s.space.empty() ? "/api/v1/events" : "/api/v1/namespaces/" + s.space + "/events", {}}, queue_, *context.clock),
        clock_(*context.clock) {}

  auto open(const resume_info& resume) -> result<void> override {
    WEIR_TRY(auto server, api_address_of(settings_.api));
    auto covered = std::vector<interval>{};
    for (const auto& range : resume.covered)
      if (range.stream == stream_) covered.push_back({range.begin, range.end});
    const auto version = queue_.resume(covered);
    if (!is_once_) watch_.go_on_from(version);
    client_.emplace(std::move(server), clock_);
    client_->add(watch_);
    return {};
  }

  auto read(intake& out, std::size_t budget) -> result<read_status> override {
    if (queue_.has_room()) client_->drive();
    if (const auto dropped = queue_.take_dropped(); dropped > 0) out.drop("too many at once", dropped);
    auto done = std::size_t{0};
    while (done < budget && !queue_.is_empty()) done += put(out, queue_.take());
    tell_problems();
    if (!queue_.is_empty()) return read_status::more;
    return is_once_ && watch_.has_listed() ? read_status::finished : read_status::idle;
  }

  auto wake_fd() const -> int override { return client_ ? client_->fd() : -1; }
  auto wake_at() const -> std::optional<monotonic_time> override { return client_ ? client_->wake_at() : std::nullopt; }
  void observe(observation& to) const override {
    if (!watch_.problem().empty()) to.problems.push_back("API server: " + watch_.problem());
    if (queue_.is_behind()) to.problems.emplace_back(behind);
  }

private:
  static constexpr auto behind = std::string_view{
      "the API server is behind what was read of it: events of another cluster are taken for known until it is not"};

  auto put(intake& out, const cluster_event& event) -> std::size_t {
    auto tag = settings_.tag;
    for (auto at = tag.find(space_name[0]); at != std::string::npos; at = tag.find(space_name[0], at + event.space.size()))
      tag.replace(at, space_name[0].size(), event.space);
    out.born_at(event.version);
    out.event({tag, event.time_ns, event.record, !event.is_timed});
    out.covered(stream_, event.from, event.version + 1);
    return event.record.size();
  }

  /// Each once, until it is over.
  void tell_problems() {
    auto now = observation{};
    observe(now);
    for (const auto& problem : now.problems)
      if (std::find(told_.begin(), told_.end(), problem) == told_.end()) spdlog::warn("{}: {}", component_, problem);
    told_ = std::move(now.problems);
  }

  std::string component_;
  settings settings_;
  bool is_once_;
  std::string stream_;
  event_queue queue_;
  api_watch watch_;
  const clock& clock_;
  std::optional<api_client> client_;
  std::vector<std::string> told_;
};

const register_source<kubernetes_events_source> registered_kubernetes_events{"kubernetes_events",
                                                                             std::string{kubernetes_events_settings::help}};

} // namespace
} // namespace weir
