#include "actors/collectors/collector_machine.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <iterator>

namespace weir {
namespace {

using namespace std::chrono_literals;

constexpr auto trickle_bytes_max = std::size_t{16} << 10; // a source that gives more is not left alone
constexpr auto starved_look = 100ms; // without demand: accept connections, answer heartbeats
constexpr auto probe_interval = 5s;
constexpr auto complain_after = 10s;
constexpr auto complain_again = 60s;
constexpr auto words_told_each = 200ms;
constexpr auto close_patience = 1s; // with receivers that hang: all that they had to have they have

} // namespace

collector_machine::collector_machine(collector_machine_settings settings, std::shared_ptr<collector_core> core)
    : settings_(std::move(settings)), core_(std::move(core)) {
  add_ports();
  for (std::size_t i = 0; i < ports_.size(); ++i) core_->flow.at(i).drop_peers();
}

void collector_machine::add_ports() {
  for (auto i = ports_.size(); i < core_->flow.size(); ++i) {
    const auto& named = core_->flow.at(i).component();
    ports_.push_back(
        {named.empty() ? settings_.downstream[i].name : named, {settings_.address, i, settings_.random}, {}, {}});
  }
  core_->show(state_word());
}

void collector_machine::change(const collector_change& wanted) {
  settings_.downstream = wanted.downstream;
  settings_.intake.wanted = wanted.wanted;
  if (takes_) takes_->take_only(wanted.wanted);
  core_->wire(wanted.outlets, wanted.fresh_origin);
  add_ports();
  for (std::size_t i = 0; i < ports_.size(); ++i) {
    if (core_->flow.is_retired(i) || !ports_[i].links.is_closing()) continue;
    core_->flow.at(i).drop_peers(); // it was on its way out, and comes back
    ports_[i].links = {settings_.address, i, settings_.random};
    if (!is_waiting() && ports_[i].links.update(core_->flow, ports_[i].there)) tell_standing();
  }
  close_retired(wanted.discards);
  if (inquiry_) begin_inquiry();
  step();
}

void collector_machine::close_retired(bool discards) {
  for (auto i = ports_.size(); i-- > 0;) {
    auto& links = ports_[i].links;
    if (!core_->flow.is_retired(i) || !(discards || core_->is_drained(i))) continue;
    links.close();
    if (discards || links.is_closed()) drop_port(i);
  }
}

void collector_machine::drop_port(std::size_t index) {
  auto words = ports_[index].links.take_outgoing();
  std::move(words.begin(), words.end(), std::back_inserter(last_words_));
  if (const auto lost = core_->flow.at(index).unacked_events(); lost > 0)
    spdlog::warn("{}: {} gets nothing more of it; {} events that it had not got are dropped for it", settings_.address,
                 ports_[index].component, lost);
  const auto safe = core_->remove(index);
  if (reads_ && !safe.empty()) reads_->acknowledge(safe);
  ports_.erase(ports_.begin() + static_cast<std::ptrdiff_t>(index));
  for (auto i = index; i < ports_.size(); ++i) ports_[i].links.move_to(i);
}

auto collector_machine::receivers() const -> std::vector<std::string> {
  auto names = std::vector<std::string>{};
  for (const auto& p : ports_) names.push_back(p.component);
  return names;
}

auto collector_machine::progress() const -> std::vector<outlet_progress> {
  auto all = std::vector<outlet_progress>{};
  for (std::size_t i = 0; i < ports_.size(); ++i) {
    const auto& to = core_->flow.at(i);
    all.push_back({ports_[i].component, to.pushed(), to.acked(), core_->flow.is_retired(i)});
  }
  return all;
}

collector_machine::~collector_machine() {
  if (reads_ && reads_->wake_fd() >= 0) settings_.forget(reads_->wake_fd());
}

void collector_machine::listen() {
  if (settings_.listens) make_source();
  deadline_ = now() + probe_interval;
}

/// An earlier instance of this actor knew where to go on.
void collector_machine::start() {
  is_started_ = true;
  if (!settings_.resumes || settings_.listens || core_->knows_where_to_go_on()) {
    for (auto& p : ports_) p.links.update(core_->flow, p.there);
    return open_source();
  }
  complain_at_ = now() + complain_after;
  begin_inquiry();
  step();
}

void collector_machine::begin_inquiry() {
  question_ = settings_.random();
  ask_at_ = {};
  inquiry_.emplace(settings_.source, settings_.downstream);
  be_patient();
  for (const auto& p : ports_) tell_inquiry(p); // who came before
}

void collector_machine::be_patient() {
  patience_begins_ = now() + (inquiry_->has_to_be_sure() ? settings_.pace.patience : duration{0});
  patience_ends_ = now() + inquiry_->patience(settings_.pace.patience);
}

void collector_machine::on_peers(const std::string& component, std::vector<sender_links::receiver> there,
                                 const std::vector<std::string>& unheard) {
  for (auto& p : ports_) {
    if (p.component != component) continue;
    if (p.there != there) ask_at_ = {}; // who is new
    // The others are about to be there as well, as far as they are there at all.
    if (!there.empty() && !std::exchange(has_met_some_, true) && inquiry_) be_patient();
    p.there = there;
    p.unheard = unheard;
    if (inquiry_) tell_inquiry(p);
    if (!is_waiting() && p.links.update(core_->flow, p.there)) tell_standing();
  }
  step(); // what a peer that went had in flight may go elsewhere
}

void collector_machine::tell_inquiry(const downstream_port& port) {
  auto addresses = std::vector<std::string>{};
  for (const auto& r : port.there) addresses.push_back(r.address);
  inquiry_->on_peers(port.component, addresses, port.unheard);
}

void collector_machine::inquire() {
  const auto time = now();
  const auto is_over = inquiry_->is_enough_answered() && time >= patience_ends_;
  if (is_over || (inquiry_->is_complete() && time >= patience_begins_)) return end_inquiry();
  ask(time);
  deadline_ = inquiry_->is_enough_answered() ? std::min(ask_at_, patience_ends_) : ask_at_;
  if (time < patience_begins_) deadline_ = std::min(deadline_, patience_begins_);
}

/// Asks those who have not answered, again and again: an answer may be lost, or its giver restarted.
void collector_machine::ask(monotonic_time time) {
  if (time >= ask_at_) {
    for (const auto& port : ports_)
      for (const auto& to : port.there)
        if (inquiry_->is_awaited(to.address)) questions_.push_back({to.handle, {question_, settings_.source}});
    ask_at_ = time + settings_.pace.ask_interval;
  }
  if (time < complain_at_) return;
  complain_at_ = time + complain_again;
  spdlog::warn("{}: waits for {} to say what it has of earlier data", settings_.address, inquiry_->missing_text());
}

void collector_machine::on_answer(const known_positions& note) {
  if (!inquiry_ || note.question != question_) return;
  inquiry_->on_answer(note);
  step();
}

void collector_machine::end_inquiry() {
  if (const auto missing = inquiry_->missing_text(); !missing.empty() && !is_at_end_)
    spdlog::warn("{}: begins before {} has said what it has: some may be sent to it again, {}", settings_.address, missing,
                 inquiry_->has_to_be_sure() ? "and to others: it may be stored twice"
                                                      : "and stores know that again");
  core_->resume(inquiry_->result());
  for (std::size_t i = 0; i < ports_.size(); ++i) core_->leave_out(i, inquiry_->not_again_to(ports_[i].component));
  inquiry_.reset();
  for (auto& p : ports_) p.links.update(core_->flow, p.there);
  open_source();
}

void collector_machine::forget_source() {
  if (reads_->wake_fd() >= 0) settings_.forget(reads_->wake_fd());
  is_expecting_ = false;
  is_ready_ = true;
  is_open_ = false;
  reads_.reset();
  noted_.clear();
}

/// The first start is the operator's to mend; later ones are retried.
void collector_machine::fail(error why, std::uint64_t fatal_up_to) {
  failure_ = failing{std::move(why), core_->starts <= fatal_up_to};
  is_open_ = false;
}

auto collector_machine::make_source() -> bool {
  takes_ = std::make_unique<chunking_intake>(settings_.intake, settings_.context, core_->builder, core_->counts,
                                             core_->letters);
  reads_ = settings_.make_source(settings_.context);
  const auto listening = reads_->listen();
  if (!listening) fail(listening.failure(), 1);
  return bool{listening};
}

void collector_machine::open_source() {
  const auto resume = core_->begin_again();
  if (!reads_ && !make_source()) return;
  if (const auto opened = reads_->open(resume); !opened) return fail(opened.failure(), 1);
  is_open_ = true;
  tell_standing();
  step();
}

void collector_machine::tell_standing() {
  if (!is_open_) return;
  for (const auto& p : reads_->standing()) core_->builder.tell_all(p.stream, p.begin, p.end);
}

void collector_machine::on_feedback(const link_feedback& note) {
  for (auto& p : ports_) {
    auto news = p.links.on_feedback(core_->flow, note);
    if (!news) continue;
    take_news(std::move(*news));
    break;
  }
  step();
}

void collector_machine::take_news(link_news news) {
  const auto safe = core_->on_news(std::move(news));
  if (reads_ && !safe.empty()) reads_->acknowledge(safe);
}

void collector_machine::on_reopen(const reopen_link& note) {
  for (auto& p : ports_) p.links.on_reopen(core_->flow, note);
  step();
}

void collector_machine::on_close(const close_link& note) {
  for (auto& p : ports_) p.links.on_closed(core_->flow, note);
  step();
}

void collector_machine::on_down(std::uint64_t receiver) {
  for (auto& p : ports_) {
    std::erase_if(p.there, [&](const auto& r) { return r.handle == receiver; });
    p.links.on_down(core_->flow, receiver);
  }
  step();
}

void collector_machine::on_wake() {
  is_expecting_ = false;
  is_ready_ = true;
  step();
}

auto collector_machine::wants_to_read(monotonic_time time) -> bool {
  if (is_at_end_ || time < takes_->rests_until()) return false;
  if (is_starved_ && core_->budget_bytes() > 0) return true;
  if (time < paused_until_) return false;
  if (const auto wake = reads_->wake_at(); wake && time >= *wake) is_ready_ = true;
  return is_ready_ || is_starved_;
}

auto collector_machine::read(monotonic_time time) -> read_status {
  const auto before = core_->builder.bytes();
  const auto room = settings_.pace.chunk_bytes_wanted - std::min(before, settings_.pace.chunk_bytes_wanted);
  const auto budget = std::min({core_->budget_bytes(), settings_.pace.read_bytes_max, room});
  const auto status = reads_->read(*takes_, budget);
  if (!status) return fail(status.failure(), 0), read_status::idle;
  if (before == 0 && core_->builder.bytes() > 0) collecting_since_ = time;
  is_at_end_ = is_at_end_ || *status == read_status::finished;
  is_starved_ = budget == 0;
  is_ready_ = *status == read_status::more;
  const auto trickles = !is_ready_ && core_->builder.bytes() - before < trickle_bytes_max;
  paused_until_ = time + (is_starved_ ? duration{starved_look} : trickles ? reads_->pause() : duration{0});
  return is_starved_ ? read_status::idle : *status;
}

auto collector_machine::should_close(monotonic_time time) const -> bool {
  if (core_->builder.empty()) return false;
  if (is_at_end_ || !core_->builder.notices().empty() || core_->builder.bytes() >= settings_.pace.chunk_bytes_wanted) return true;
  const auto gathers = is_ready_ && !is_starved_;
  const auto patience = !core_->flow.is_hungry() ? settings_.pace.chunk_age_max
                        : gathers                ? settings_.pace.gathering_max
                                                 : duration{0};
  return time >= collecting_since_ + patience;
}

void collector_machine::step() {
  core_->board->begin_work(*settings_.context.clock, "reading");
  work();
  show();
}

void collector_machine::work() {
  has_more_ = false;
  if (!is_started_) return void(deadline_ = now() + probe_interval);
  if (inquiry_) return inquire();
  if (!is_open_ || is_finished_) return;
  const auto& clock = *settings_.context.clock;
  if (const auto time = now(); wants_to_read(time)) has_more_ = read(time) == read_status::more;
  if (!is_open_) return;
  const auto time = now();
  if (!leaves_held_) takes_->flush(is_at_end_ ? monotonic_time::max() : time);
  if (should_close(time))
    if (const auto safe = core_->close_chunk(clock); !safe.empty()) reads_->acknowledge(safe);
  core_->tell_untaken(time, false);
  for (auto& p : ports_)
    if (auto news = p.links.flush(core_->flow, time); !news.acked.empty()) take_news(std::move(news));
  unsure_.take(core_->flow);
  if (const auto text = unsure_.text(time); !text.empty()) spdlog::warn("{}: {}", settings_.address, text);
  close_retired(false);
  probe_if_due(time);
  wait_for_source(time);
  finish_if_done();
  deadline_ = next_call(time);
}

void collector_machine::probe_if_due(monotonic_time time) {
  if (time < probe_at_) return;
  for (auto& p : ports_) p.links.probe();
  probe_at_ = time + probe_interval;
}

void collector_machine::wait_for_source(monotonic_time time) {
  const auto fd = reads_->wake_fd();
  if (is_at_end_ || is_expecting_ || is_ready_ || is_starved_ || fd < 0 || time < std::max(paused_until_, takes_->rests_until())) return;
  is_expecting_ = settings_.wait(fd);
}

auto collector_machine::next_call(monotonic_time time) const -> monotonic_time {
  auto next = time + probe_interval;
  const auto pause = std::max(paused_until_, takes_->rests_until());
  if (!is_at_end_ && pause > time) next = std::min(next, pause);
  if (const auto wake = reads_->wake_at(); wake && !is_at_end_) next = std::min(next, std::max(*wake, pause));
  if (!core_->builder.empty())
    next = std::min(next, std::max(collecting_since_ + settings_.pace.chunk_age_max, time + 1ms));
  if (const auto due = takes_->wake_at(); due && !leaves_held_) next = std::min(next, *due);
  if (const auto linger = core_->flow.deadline()) next = std::min(next, *linger);
  if (closing_until_ && *closing_until_ > time) next = std::min(next, *closing_until_);
  return next;
}

void collector_machine::drain() {
  const auto is_first = !std::exchange(is_draining_, true);
  if (settings_.reads_to_end) return is_first ? read_to_end() : void();
  leaves_held_ = leaves_held_ || (!is_at_end_ && settings_.resumes && !settings_.listens);
  is_at_end_ = true;
  inquiry_ ? end_inquiry() : step();
}

/// The source is made anew as one that ends by itself. Whoever may stay away for long is not waited for,
/// unless the run is to end only when all is stored: what is left then is there at the next start.
void collector_machine::read_to_end() {
  settings_.context.once = true;
  const auto is_away =
      is_waiting() || (is_open_ && core_->budget_bytes() == 0 && core_->flow.unacked_chunks() == 0);
  is_at_end_ = is_at_end_ || (!settings_.waits_to_the_end && is_away);
  if (inquiry_) return is_at_end_ ? end_inquiry() : void();
  if (!is_open_ || is_at_end_) return step();
  forget_source();
  open_source();
}

/// A drained one does not wait for receivers that hang once they have all events: notices are for their memory alone, and
/// that nothing more comes they also learn when its actor is gone.
void collector_machine::finish_if_done() {
  if (!is_at_end_ || !core_->has_confirmed_all()) return;
  // A store may be away for long; who waits until all is stored sends it again.
  const auto leaves_clients = core_->ack == ack_level::stored && is_draining_ && !settings_.waits_to_the_end;
  if (!leaves_clients && !reads_->is_settled()) return;
  const auto is_empty = core_->is_empty();
  if (is_empty)
    for (auto& p : ports_) p.links.close();
  if (!closing_until_) closing_until_ = now() + close_patience;
  const auto is_closed = [](const auto& p) { return p.links.is_closed(); };
  const auto waits_no_longer = is_draining_ && !settings_.waits_to_the_end && now() >= *closing_until_;
  if (!waits_no_longer && !(is_empty && std::all_of(ports_.begin(), ports_.end(), is_closed))) return;
  core_->tell_untaken(now(), true);
  is_finished_ = true;
}

auto collector_machine::take_outgoing() -> std::vector<outgoing> {
  auto all = std::exchange(last_words_, {});
  for (auto& p : ports_) {
    auto some = p.links.take_outgoing();
    std::move(some.begin(), some.end(), std::back_inserter(all));
  }
  return all;
}

auto collector_machine::state_word() const -> const char* {
  if (is_finished_) return "finished";
  if (is_waiting()) return "asking where to go on";
  if (is_at_end_) return "draining";
  return core_->budget_bytes() == 0 ? "waiting for demand" : "running";
}

/// Figures at once; words, which may be about a thousand files, a little later. Without anything new they may wait for the
/// next step: a node at rest is not woken for them.
void collector_machine::show() {
  if (is_finished_ || now() >= tell_at_ || own_problems() != told_problems_)
    tell();
  else if (core_->moved() != told_moved_)
    deadline_ = std::min(deadline_, tell_at_);
  core_->show(state_word());
}

void collector_machine::tell() {
  tell_at_ = now() + words_told_each;
  told_moved_ = core_->moved();
  auto seen = observation{};
  if (reads_) {
    seen.detail = reads_->summary();
    reads_->observe(seen);
    count_noted(seen.noted);
  }
  seen.last_error = core_->last_error;
  seen.last_error_ns = core_->last_error_ns;
  told_problems_ = own_problems();
  seen.problems.insert(seen.problems.end(), told_problems_.begin(), told_problems_.end());
  links_.look(core_->flow);
  seen.links = links_.links;
  seen.links_left_out = links_.left_out;
  core_->board->tell(std::make_shared<const actor_texts>(std::move(static_cast<actor_texts&>(seen))));
}

auto collector_machine::own_problems() const -> std::vector<std::string> {
  auto found = std::vector<std::string>{};
  if (!core_->last_error.empty()) found.push_back(core_->last_error);
  if (is_finished_) return found;
  for (const auto& p : ports_)
    if (is_waiting() ? is_missed(p) : !p.links.has_receiver()) found.push_back(absence_text(settings_.downstream, p.component));
  for (const auto& out : core_->flow.outlets())
    if (out.lacks_nodes()) found.push_back(lack_text(out));
  add_unsure(core_->flow, now(), found);
  if (const auto missing = inquiry_ && inquiry_->has_to_be_sure() ? inquiry_->missing_text() : std::string{}; !missing.empty())
    found.push_back("reads nothing before " + missing + " has said what it has of earlier data");
  return found;
}

/// By who asks where to go on: one of this node is there in a moment.
auto collector_machine::is_missed(const downstream_port& port) const -> bool {
  const auto& all = settings_.downstream;
  const auto at = std::find_if(all.begin(), all.end(), [&](const auto& c) { return c.name == port.component; });
  return port.there.empty() && at != all.end() && !at->is_local;
}

void collector_machine::count_noted(const counts_by_name& so_far) {
  for (const auto& [what, events] : so_far) core_->counts.noted.add(what, events - std::exchange(noted_[what], events));
}

} // namespace weir
