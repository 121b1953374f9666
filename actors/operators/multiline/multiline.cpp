#include "actors/operators/multiline/channel.hpp"
#include "actors/operators/multiline/settings.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace weir {
namespace {

/// What is held, by tag and origin. Most lines are no part of anything: while nothing is held, they pass without a look at
/// whose they are.
class multiline_operator final : public holding_operator {
public:
  using settings = multiline_settings;
  static constexpr auto shorthand = std::string_view{"presets"};
  static constexpr bool holds_events = true;

  multiline_operator(const settings& s, const plugin_context& context) : clock_(*context.clock) {
    auto rules = rules_of(s);
    WEIR_ASSERT(rules); // the plan was validated with the same settings
    rules_ = {std::move(*rules), s.limits(), s.joins_pieces(), s.key};
    idle_.push_back(std::make_unique<multiline_channel>(rules_));
  }

  using holding_operator::apply;
  void apply(const event_view& in, std::uint64_t number, joining_output& out) override {
    const auto line = line_record::read(in.record, rules_.key);
    if (line.key.empty()) return out.put(in);
    if (!channels_.empty()) {
      write_key(in, line);
      if (const auto known = channels_.find(key_); known != channels_.end()) return take(known, in, line, number, out);
    }
    auto& channel = *idle_.back();
    channel.take(in, line, number, clock_.monotonic(), out);
    if (!channel.is_empty()) keep_idle(in, line);
  }

  auto held_since() const -> std::optional<std::uint64_t> override {
    auto since = std::optional<std::uint64_t>{};
    for (const auto& [key, c] : channels_)
      if (!c->is_empty() && (!since || c->first_held() < *since)) since = c->first_held();
    return since;
  }

  void flush(monotonic_time now, joining_output& out) override {
    const auto is_end = now == monotonic_time::max();
    for (auto at = channels_.begin(); at != channels_.end();) {
      auto& channel = *at->second;
      if (is_end || channel.due() <= now) channel.flush(is_end ? group_ending::whole : group_ending::timeout, out);
      at = channel.is_empty() ? let_go(at) : std::next(at);
    }
  }

  auto wake_at() const -> std::optional<monotonic_time> override {
    auto first = std::optional<monotonic_time>{};
    for (const auto& [key, c] : channels_)
      if (!first || c->due() < *first) first = c->due();
    return first;
  }

private:
  using channels = std::map<std::string, std::unique_ptr<multiline_channel>, std::less<>>;
  static constexpr std::size_t idle_max = 8;

  void take(channels::iterator at, const event_view& in, const line_record& line, std::uint64_t number, joining_output& out) {
    at->second->take(in, line, number, clock_.monotonic(), out);
    if (at->second->is_empty()) let_go(at);
  }

  void write_key(const event_view& in, const line_record& line) {
    key_ = in.tag;
    for (const auto value : line.origin) {
      key_ += '\0';
      key_ += value;
    }
  }

  /// It holds something now, so it is to be found.
  void keep_idle(const event_view& in, const line_record& line) {
    write_key(in, line);
    channels_.emplace(key_, std::move(idle_.back()));
    idle_.pop_back();
    if (idle_.empty()) idle_.push_back(std::make_unique<multiline_channel>(rules_));
  }

  auto let_go(channels::iterator at) -> channels::iterator {
    if (idle_.size() < idle_max) idle_.push_back(std::move(at->second));
    return channels_.erase(at);
  }

  const class clock& clock_;
  channel_rules rules_;
  channels channels_; ///< that hold something
  std::vector<std::unique_ptr<multiline_channel>> idle_;
  std::string key_;
};

const register_operator<multiline_operator> registered_multiline{
    "multiline", "Joins lines that are one event, such as stack traces, and pieces of lines."};

} // namespace
} // namespace weir
