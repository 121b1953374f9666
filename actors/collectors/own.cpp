#include "actors/collectors/source.hpp"
#include "runtime/event/msgpack.hpp"
#include "runtime/event/own_events.hpp"

namespace weir {
namespace {

/// What is told before it listens, or while the process ends, is in the log alone.
class own_source final : public source {
public:
  static constexpr bool gives_events = true;
  struct settings {};

  static auto tags(const settings&) -> std::vector<tag_shape> { return {exact_tag("weir.cluster")}; }

  own_source(const settings&, const plugin_context& context) : node_(context.node), is_once_(context.once) {}

  auto open(const resume_info&) -> result<void> override {
    ear_ = own_events_here().listen();
    return {};
  }

  auto read(intake& out, std::size_t) -> result<read_status> override {
    for (const auto& told : ear_->take()) give(out, told);
    if (const auto missed = ear_->take_missed(); missed > 0) out.drop("told faster than it was taken", missed);
    return is_once_ ? read_status::finished : read_status::idle;
  }

  auto wake_fd() const -> int override { return ear_ ? ear_->fd() : -1; }

private:
  void give(intake& out, const own_event& told) {
    record_.clear();
    auto write = msgpack_writer{record_};
    write.map(static_cast<std::uint32_t>(told.fields.size() + 1));
    write.str("node");
    write.str(node_);
    for (const auto& [name, text] : told.fields) {
      write.str(name);
      write.str(text);
    }
    out.born_nowhere();
    out.event({told.tag, told.time_ns, record_.view()});
  }

  std::string node_;
  bool is_once_;
  std::shared_ptr<own_events::ear> ear_;
  byte_buffer record_;
};

template <class Visitor> void describe(Visitor&, own_source::settings&) {}

const register_source<own_source> registered_own{
    "own", "What Weir decides itself, as events: of its members, with the tag weir.cluster."};

} // namespace
} // namespace weir
