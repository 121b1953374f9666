#include "actors/aggregators/copy_refiller.hpp"

#include <algorithm>
#include <utility>

namespace weir {
namespace {

using namespace std::chrono_literals;

constexpr auto old_after = 10s;      // by then whoever has a copy has asked about it
constexpr auto marks_every = 1s;
constexpr auto counts_every = 10s;   // while nothing lacks
constexpr auto counts_again = 1s;    // while something does
constexpr auto parts_every = 100ms;
constexpr auto looks_max = std::size_t{4096}; // at records, in one part
constexpr auto bytes_under_way_max = std::uint64_t{4} << 20; // so that what is new goes first

auto events_text(std::uint64_t events) -> std::string {
  return std::to_string(events) + (events == 1 ? " event" : " events");
}

} // namespace

copy_refiller::copy_refiller(std::string address, copy_refiller_settings settings, std::function<std::uint64_t()> random)
    : address_(std::move(address)),
      settings_(std::move(settings)),
      elsewhere_(address_),
      flow_(fresh_flow()),
      links_(address_, 0, std::move(random)) {}

auto copy_refiller::fresh_flow() const -> fan_out {
  auto to = outlet_settings{};
  to.copies = std::max(settings_.replicas, std::uint32_t{2});
  to.zone_of = settings_.zone_of;
  return fan_out{std::vector<outlet_settings>{to}};
}

void copy_refiller::set(copy_refiller_settings settings) {
  settings_ = std::move(settings);
  abandon();
}

/// What is under way counts as not given: whoever has it by then acks it at once when it comes again.
void copy_refiller::abandon() {
  links_.leave(flow_);
  flow_ = fresh_flow();
  under_way_.clear();
  bytes_under_way_ = 0;
  look_at_ = {};
  rest({});
}

void copy_refiller::on_peers(const std::vector<sender_links::receiver>& there, monotonic_time now) {
  elsewhere_.on_peers(there, now);
  auto others = std::vector<sender_links::receiver>{};
  for (const auto& r : there)
    if (node_of_address(r.address) != node_of_address(address_)) others.push_back(r);
  const auto is_there = [&](std::uint64_t handle) {
    return std::any_of(others.begin(), others.end(), [&](const auto& r) { return r.handle == handle; });
  };
  std::erase_if(leaving_, [&](std::uint64_t handle) { return !is_there(handle); });
  look_at_ = now;
  if (std::exchange(there_, others) != others && links_.has_receiver()) abandon();
}

void copy_refiller::on_down(std::uint64_t handle, monotonic_time now) {
  elsewhere_.on_down(handle, now);
  look_at_ = now;
  if (std::erase_if(there_, [&](const auto& r) { return r.handle == handle; }) > 0 && links_.has_receiver()) abandon();
}

void copy_refiller::on_question(const ask_settled& note, std::uint64_t asker, monotonic_time now) {
  if (settings_.replicas > 1) elsewhere_.on_question(note, asker, old_up_to(now), now);
}

void copy_refiller::on_feedback(aggregator_core& core, const link_feedback& note) {
  const auto& peers = flow_.at(0).peers();
  const auto peer = std::find_if(peers.begin(), peers.end(), [&](const auto& p) { return p.id == note.link; });
  if (peer == peers.end()) return;
  const auto address = peer->address;
  for (const auto& id : note.acks)
    if (under_way_.contains(id)) elsewhere_.note_had(address, id);
  const auto news = links_.on_feedback(flow_, note);
  for (const auto& c : news->acked) {
    const auto at = under_way_.find(c->id);
    if (at == under_way_.end()) continue;
    const auto [events, bytes] = at->second;
    core.copies_lacking -= std::min(core.copies_lacking, events);
    if (copied_) *copied_ += events;
    bytes_under_way_ -= bytes;
    under_way_.erase(at);
  }
  if (!note.leaving) return;
  for (const auto& r : there_)
    if (r.address == address) leaving_.insert(r.handle);
  abandon();
}

void copy_refiller::note_age(const aggregator_core& core, monotonic_time now) {
  if (marks_.empty()) marks_.push_back({now - old_after, core.last_record()}); // what was there before
  if (now - marks_.back().at >= marks_every) marks_.push_back({now, core.last_record()});
  while (marks_.size() > 1 && marks_[1].at <= now - old_after) marks_.pop_front();
}

auto copy_refiller::old_up_to(monotonic_time now) const -> record_number {
  return marks_.empty() || marks_.front().at > now - old_after ? 0 : marks_.front().last;
}

void copy_refiller::begin(task next, monotonic_time now) {
  does_ = next;
  at_ = 0;
  up_to_ = elsewhere_.told_up_to(old_up_to(now), now);
  if (next == task::count) up_to_ = std::max(up_to_, lost_at_);
  look_at_ = now;
  found_ = 0;
  has_seen_all_ = has_given_ = false;
}

/// What others had of it went, or there is more of it: that is told at once, though it is given only when nobody is in doubt.
void copy_refiller::note_changes(const aggregator_core& core, monotonic_time now) {
  const auto is_lost = std::exchange(losses_seen_, elsewhere_.losses()) != elsewhere_.losses();
  const auto is_more = std::exchange(takeovers_seen_, core.takeovers()) != core.takeovers();
  if (is_lost) lost_at_ = core.last_record();
  if (is_lost && does_ == task::fill) abandon();
  if ((is_lost || is_more) && does_ != task::fill) begin(task::count, now);
}

void copy_refiller::stop(aggregator_core& core, monotonic_time now) {
  is_idle_ = true;
  core.copies_lacking = 0;
  if (links_.has_receiver()) abandon();
  if (copied_) tell_end();
  look_at_ = now + marks_every;
}

void copy_refiller::work(aggregator_core& core, monotonic_time now) {
  if (is_over_ || settings_.replicas < 2 || !core.is_durable()) return;
  const auto is_due = now >= look_at_ || (does_ == task::fill && bytes_under_way_ < bytes_under_way_max / 2);
  if (is_due) {
    note_age(core, now);
    elsewhere_.forget_silent(now);
    if (!core.owns()) return stop(core, now);
    is_idle_ = false;
    look_at_ = now + marks_every;
    note_changes(core, now);
    if (does_ == task::none && now >= count_at_) begin(task::count, now);
    if (does_ == task::count) count(core, now);
    if (does_ == task::fill) fill(core, now);
  }
  if (links_.has_receiver()) links_.flush(flow_, now);
}

auto copy_refiller::lacks(const aggregator_core& core, record_number number) const -> bool {
  const auto id = core.own_id(number);
  return id && elsewhere_.count_nodes_with(*id) + 1 < settings_.replicas;
}

auto copy_refiller::next_lacking(const aggregator_core& core, std::size_t& looks) -> record_number {
  while (looks > 0) {
    const auto number = core.next_unsettled(at_);
    if (number == 0 || number > up_to_) return 0;
    at_ = number;
    --looks;
    if (lacks(core, number)) return number;
  }
  return 0;
}

void copy_refiller::count(aggregator_core& core, monotonic_time now) {
  auto looks = looks_max;
  while (const auto number = next_lacking(core, looks)) found_ += core.events_of(number);
  if (looks == 0)
    look_at_ = now + parts_every;
  else
    finish_count(core, now);
}

void copy_refiller::finish_count(aggregator_core& core, monotonic_time now) {
  const auto found = core.copies_lacking = found_;
  if (found == 0 && copied_) tell_end();
  if (found == 0 && links_.has_receiver()) abandon();
  look_at_ = now + marks_every;
  rest(now + (found > 0 ? duration{counts_again} : duration{counts_every}));
  if (found == 0 || now < fill_at_ || elsewhere_.is_in_doubt(now) || targets().empty()) return;
  begin(task::fill, now);
  if (!copied_) tell_begin(found);
  links_.update(flow_, targets());
}

void copy_refiller::fill(aggregator_core& core, monotonic_time now) {
  auto looks = looks_max;
  while (!has_seen_all_ && bytes_under_way_ < bytes_under_way_max && looks > 0) {
    const auto number = next_lacking(core, looks);
    if (number != 0 && give(core, number, now)) has_given_ = true;
    has_seen_all_ = number == 0 && looks > 0;
  }
  if (looks == 0) look_at_ = now + parts_every;
  if (has_seen_all_ && under_way_.empty()) finish_fill(now);
}

void copy_refiller::finish_fill(monotonic_time now) {
  if (!has_given_) fill_at_ = now + counts_every;
  rest(now);
  look_at_ = now;
}

auto copy_refiller::targets() const -> std::vector<sender_links::receiver> {
  auto to = there_;
  std::erase_if(to, [&](const auto& r) { return leaving_.contains(r.handle); });
  return to;
}

auto copy_refiller::give(aggregator_core& core, record_number number, monotonic_time now) -> bool {
  const auto c = core.read_own(number);
  if (!c || under_way_.contains(c->id)) return false;
  auto nodes = elsewhere_.nodes_with(c->id);
  auto others = std::set<std::string_view>{};
  const auto to = targets();
  for (const auto& r : to)
    if (const auto node = node_of_address(r.address); std::find(nodes.begin(), nodes.end(), node) == nodes.end())
      others.insert(node);
  const auto wanted = settings_.replicas - 1 - std::min<std::size_t>(settings_.replicas - 1, nodes.size());
  const auto copies = static_cast<std::uint32_t>(std::min(wanted, others.size()));
  if (copies == 0) return false;
  const auto bytes = c->footprint_bytes();
  under_way_.emplace(c->id, given{c->count, bytes});
  bytes_under_way_ += bytes;
  flow_.at(0).push_held(c, address_, std::move(nodes), copies, now);
  return true;
}

void copy_refiller::tell_begin(std::uint64_t events) {
  copied_ = 0;
  auto nodes = std::set<std::string_view>{};
  const auto to = targets();
  for (const auto& r : to) nodes.insert(node_of_address(r.address));
  auto text = events_text(events) + (events == 1 ? " lacks" : " lack") + " a copy";
  if (elsewhere_.losses() != losses_told_) text += " since " + elsewhere_.lost() + " went";
  text += events == 1 ? "; it is copied to" : "; they are copied to";
  for (const auto node : nodes) text += (node == *nodes.begin() ? " " : ", ") + std::string{node};
  news_.push_back({std::move(text), false});
}

void copy_refiller::tell_end() {
  news_.push_back({"nothing lacks a copy any more; " + events_text(*copied_) + (*copied_ == 1 ? " was" : " were") + " copied", true});
  copied_.reset();
  losses_told_ = elsewhere_.losses();
}

void copy_refiller::end() {
  is_over_ = true;
  is_idle_ = true;
  if (links_.has_receiver()) abandon();
}

auto copy_refiller::deadline() const -> std::optional<monotonic_time> {
  if (is_idle_) return std::nullopt;
  return look_at_;
}

} // namespace weir
