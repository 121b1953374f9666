#include "actors/aggregators/aggregator_machine.hpp"

#include "actors/aggregators/doubt_feed.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace weir {
namespace {

using namespace std::chrono_literals;

constexpr auto probe_interval = 5s;
constexpr auto links_told_each = 500ms;
constexpr auto drain_patience = 5s; // for what a log would keep as well

/// "/destination_aggregator/core" of "core-1/destination_aggregator/core/2".
auto component_part(std::string_view address) -> std::string_view {
  const auto begin = std::min(address.find('/'), address.size());
  const auto name = address.find('/', begin + 1);
  const auto end = name == std::string_view::npos ? name : address.find('/', name + 1);
  return address.substr(begin, end == std::string_view::npos ? end : end - begin);
}

} // namespace

aggregator_machine::aggregator_machine(aggregator_machine_settings settings, std::shared_ptr<aggregator_core> core,
                                       const clock& time)
    : settings_(std::move(settings)),
      core_(std::move(core)),
      time_(time),
      from_(core_->in),
      upkeep_(settings_.remember),
      keeper_(settings_.address, settings_.copies, settings_.random),
      refiller_(settings_.address, settings_.refills, settings_.random),
      how_(settings_.once ? ending::with_its_senders : ending::never) {
  if (!core_->is_durable()) passed_.emplace(settings_.address, settings_.downstream);
  core_->begin_again(time_.monotonic());
  add_ports();
  show();
}

void aggregator_machine::add_ports() {
  for (auto i = ports_.size(); i < core_->flow.size(); ++i) {
    const auto& named = core_->flow.at(i).component();
    ports_.push_back({named.empty() ? settings_.downstream[i].name : named, {settings_.address, i, settings_.random}, {}});
  }
}

void aggregator_machine::change(const aggregator_change& wanted) {
  settings_.downstream = wanted.downstream;
  settings_.local_senders = wanted.local_senders;
  core_->revise(wanted.core);
  keeper_.set(wanted.copies);
  settings_.refills = wanted.refills;
  refiller_.set(wanted.refills);
  if (passed_) passed_->set(settings_.downstream);
  add_ports();
  for (std::size_t i = 0; i < ports_.size(); ++i) {
    if (core_->flow.is_retired(i) || !ports_[i].links.is_closing()) continue;
    core_->flow.at(i).drop_peers(); // it was on its way out, and comes back
    ports_[i].links = {settings_.address, i, settings_.random};
    link(i);
  }
  close_retired(wanted.discards);
}

void aggregator_machine::link(std::size_t index) {
  auto& p = ports_[index];
  p.links.update(core_->flow, doubt_feed{*core_, index}.noted(p.there));
}

void aggregator_machine::close_retired(bool discards) {
  for (auto i = ports_.size(); i-- > 0;) {
    auto& links = ports_[i].links;
    if (!core_->flow.is_retired(i) || !(discards || core_->is_drained(i))) continue;
    links.close();
    if (discards || links.is_closed()) drop_port(i);
  }
}

void aggregator_machine::drop_port(std::size_t index) {
  auto words = ports_[index].links.take_outgoing();
  std::move(words.begin(), words.end(), std::back_inserter(last_words_));
  const auto lost = core_->remove(index);
  if (lost > 0 && !core_->is_durable()) // a log tells it itself
    spdlog::warn("{}: {} gets nothing more of it; {} events that it had not got are dropped for it", settings_.address,
                 ports_[index].component, lost);
  ports_.erase(ports_.begin() + static_cast<std::ptrdiff_t>(index));
  for (auto i = index; i < ports_.size(); ++i) ports_[i].links.move_to(i);
}

void aggregator_machine::leave() {
  settings_.local_senders.clear();
  how_ = ending::drained;
  leaves_ = true;
}

auto aggregator_machine::neighbours() const -> std::vector<std::string> {
  auto names = std::vector<std::string>{};
  if (!keeper_.component().empty()) names.push_back(keeper_.component());
  for (const auto& p : ports_) names.push_back(p.component);
  return names;
}

auto aggregator_machine::progress() const -> std::vector<outlet_progress> {
  auto all = std::vector<outlet_progress>{};
  for (std::size_t i = 0; i < ports_.size(); ++i) {
    const auto now = core_->progress_of(i);
    all.push_back({ports_[i].component, now.pushed, now.acked, core_->flow.is_retired(i)});
  }
  return all;
}

/// Who hears of it late, or has forgotten that it leaves, opens a link once more, and what came over that would stay here.
void aggregator_machine::on_open(const open_link& note, std::uint64_t sender) {
  if (is_ending_) return;
  const auto is_one_of_us = component_part(note.sender) == component_part(settings_.address);
  if (const auto refused = from_.on_open(note, sender, is_one_of_us); !refused.empty()) spdlog::warn("{}", refused);
}

void aggregator_machine::on_transfer(const transfer_chunks& note) {
  const auto now = time_.monotonic();
  const auto done = from_.on_transfer(note);
  if (done.lost) spdlog::warn("a message from {} was lost; its link is opened anew", done.sender);
  if (done.damaged) spdlog::warn("a chunk from {} arrived damaged; it is asked for again", done.sender);
  const auto wall_ns = time_.wall_ns();
  for (const auto& c : done.fresh) {
    core_->take(c, now);
    if (c->count > 0) core_->arrival_ns.add(delay_of(*c, wall_ns));
  }
  for (const auto& id : done.again) core_->pass_on_too(id);
}

/// From a sender, or from a receiver that confirms ours.
void aggregator_machine::on_close(const close_link& note, std::uint64_t sender) {
  if (note.sender != settings_.address) return from_.on_close(note, sender);
  for (auto& p : ports_) p.links.on_closed(core_->flow, note);
}

void aggregator_machine::on_feedback(const link_feedback& note) {
  for (auto& p : ports_) {
    auto news = p.links.on_feedback(core_->flow, note);
    if (!news) continue;
    return core_->on_news(std::move(*news));
  }
  refiller_.on_feedback(*core_, note);
}

void aggregator_machine::on_reopen(const reopen_link& note) {
  for (auto& p : ports_) p.links.on_reopen(core_->flow, note);
  refiller_.on_reopen(note);
}

void aggregator_machine::on_down(std::uint64_t who) {
  from_.on_down(who);
  if (passed_) passed_->forget(who);
  keeper_.on_down(who);
  refiller_.on_down(who, time_.monotonic());
  for (auto& p : ports_) {
    std::erase_if(p.there, [&](const auto& r) { return r.handle == who; });
    p.links.on_down(core_->flow, who);
  }
}

void aggregator_machine::on_question(const ask_positions& note, std::uint64_t asker) {
  if (passed_) return passed_->ask(note, asker, time_.monotonic());
  auto known = core_->knowledge_of(note.source);
  answers_.push_back({asker,
                      {note.question, settings_.address, std::move(known.positions), std::move(known.settled),
                       std::move(known.elsewhere)}});
}

void aggregator_machine::on_answer(const known_positions& note) {
  if (passed_) passed_->on_answer(note);
}

void aggregator_machine::on_question(const ask_settled& note, std::uint64_t asker) {
  auto known = core_->account_of(note.ids);
  known.question = note.question;
  last_words_.push_back({asker, std::move(known)});
  refiller_.on_question(note, asker, time_.monotonic());
}

void aggregator_machine::on_answer(const known_settled& note) { keeper_.on_answer(*core_, note); }

void aggregator_machine::on_question(const ask_had& note, std::uint64_t asker) {
  auto had = known_had{note.question, {}};
  for (const auto& r : note.ids)
    for (const auto& part : core_->in.seen_in(r)) had.ids.push_back(part);
  last_words_.push_back({asker, std::move(had)});
}

void aggregator_machine::on_answer(const known_had& note) {
  for (std::size_t i = 0; i < ports_.size(); ++i)
    if (auto& doubts = core_->doubts(i)) doubts->on_answer(note);
}

void aggregator_machine::ask_of_doubts(monotonic_time now) {
  for (std::size_t i = 0; i < ports_.size(); ++i)
    if (auto& doubts = core_->doubts(i)) doubts->ask(ports_[i].there, settings_.random, now, last_words_);
}

void aggregator_machine::on_peers(const std::string& component, std::vector<sender_links::receiver> there,
                                  const std::vector<std::string>& unheard) {
  if (component == keeper_.component()) {
    refiller_.on_peers(there, time_.monotonic());
    return keeper_.on_peers(std::move(there));
  }
  auto addresses = std::vector<std::string>{};
  for (const auto& p : there) addresses.push_back(p.address);
  if (passed_) passed_->on_peers(component, addresses, unheard);
  for (std::size_t i = 0; i < ports_.size(); ++i) {
    if (ports_[i].component != component) continue;
    ports_[i].there = there;
    link(i);
  }
}

void aggregator_machine::on_synced(const sync_job& job, const result<void>& outcome) {
  core_->finish_sync(job, outcome, time_.monotonic());
}

void aggregator_machine::drain() {
  how_ = ending::drained;
  if (core_->is_durable() && !drain_until_) drain_until_ = time_.monotonic() + drain_patience;
}

void aggregator_machine::work() {
  core_->board->begin_work(time_, "passing on");
  do_work();
  show();
}

void aggregator_machine::do_work() {
  const auto now = time_.monotonic();
  keeper_.work(*core_, now);
  core_->work(now);
  ask_of_doubts(now);
  const auto is_probe_due = now >= probe_at_;
  if (is_probe_due) probe_at_ = now + probe_interval;
  if (is_probe_due && upkeep_.is_due(now)) core_->forget_old(time_.wall_ns(), upkeep_.remember());
  for (auto& p : ports_) {
    if (auto news = p.links.flush(core_->flow, now); !news.acked.empty()) core_->on_news(std::move(news));
    if (is_probe_due) p.links.probe();
  }
  send_copies(now, is_probe_due);
  for (std::size_t i = 0; is_probe_due && i < ports_.size(); ++i) {
    link(i);
    doubt_feed{*core_, i}.forget_others(ports_[i].there);
  }
  close_retired(false);
  from_.send_feedback();
  tell_news(now);
  finish_if_done(now);
  deadline_ = next_call(now);
}

/// What is new goes first. Whoever ends leaves what it holds on its disk, or has nothing any more.
void aggregator_machine::send_copies(monotonic_time now, bool is_probe_due) {
  if (is_finished_ || is_ending_ || drain_until_) return refiller_.end();
  refiller_.work(*core_, now);
  if (is_probe_due) refiller_.probe();
}

void aggregator_machine::tell_news(monotonic_time now) {
  if (passed_) {
    auto some = passed_->take_answers(now);
    std::move(some.begin(), some.end(), std::back_inserter(answers_));
    for (const auto& text : passed_->take_complaints(now)) spdlog::warn("{}: {}", settings_.address, text);
  }
  unsure_.take(core_->flow);
  unsure_.add(core_->sent_unsure - std::exchange(told_unsure_, core_->sent_unsure), "somebody that was asked at its start");
  if (const auto text = unsure_.text(now); !text.empty()) spdlog::warn("{}: {}", settings_.address, text);
  for (const auto& text : keeper_.take_news()) spdlog::warn("{}: {}", settings_.address, text);
  auto told = refiller_.take_news();
  for (auto& news : core_->take_news(now)) told.push_back(std::move(news));
  for (const auto& news : told)
    spdlog::log(news.is_good ? spdlog::level::info : spdlog::level::warn, "{}: {}", settings_.address, news.text);
}

auto aggregator_machine::next_call(monotonic_time now) const -> monotonic_time {
  auto next = probe_at_;
  if (const auto due = core_->deadline()) next = std::min(next, *due);
  for (std::size_t i = 0; i < ports_.size(); ++i)
    if (const auto due = core_->doubts(i) ? core_->doubts(i)->deadline() : std::nullopt) next = std::min(next, *due);
  if (const auto due = keeper_.deadline(*core_)) next = std::min(next, *due);
  if (const auto due = refiller_.deadline()) next = std::min(next, *due);
  if (const auto due = passed_ ? passed_->deadline(now) : std::nullopt) next = std::min(next, *due);
  if (drain_until_ && *drain_until_ > now) next = std::min(next, *drain_until_);
  return next;
}

/// A log keeps what is not passed on when the node has to end.
auto aggregator_machine::has_delivered(monotonic_time now) const -> bool {
  return core_->is_empty() || (core_->is_safe() && drain_until_ && now >= *drain_until_);
}

void aggregator_machine::finish_if_done(monotonic_time now) {
  if (is_finished_) return;
  if (!is_ending_ && (!from_.is_done(settings_.local_senders, how_) || !has_delivered(now))) return;
  is_ending_ = leaves_;
  for (auto& p : ports_) p.links.close();
  const auto are_closed = std::all_of(ports_.begin(), ports_.end(), [](const auto& p) { return p.links.is_closed(); });
  is_finished_ = are_closed || (drain_until_ && now >= *drain_until_);
}

auto aggregator_machine::take_outgoing() -> std::vector<outgoing> {
  auto all = from_.take_outgoing();
  std::move(last_words_.begin(), last_words_.end(), std::back_inserter(all));
  last_words_.clear();
  auto asked = keeper_.take_outgoing();
  std::move(asked.begin(), asked.end(), std::back_inserter(all));
  auto copies = refiller_.take_outgoing();
  std::move(copies.begin(), copies.end(), std::back_inserter(all));
  for (auto& p : ports_) {
    auto some = p.links.take_outgoing();
    std::move(some.begin(), some.end(), std::back_inserter(all));
  }
  return all;
}

auto aggregator_machine::take_questions() -> std::vector<question> {
  auto all = std::vector<question>{};
  if (!passed_) return all;
  for (auto& q : passed_->take_passed())
    for (const auto& port : ports_)
      for (const auto& to : port.there)
        if (to.address == q.receiver) all.push_back({to.handle, q.note});
  return all;
}

auto aggregator_machine::state_word() const -> const char* {
  if (is_finished_) return "finished";
  return how_ == ending::drained ? "draining" : "running";
}

auto aggregator_machine::words() const -> actor_texts {
  auto now = actor_texts{};
  now.detail = core_->remarks();
  add_troubles(now);
  for (const auto& p : ports_)
    if (!is_finished_ && !p.links.has_receiver()) now.problems.push_back(absence_text(settings_.downstream, p.component));
  if (const auto lacking = core_->copies_lacking; !is_finished_ && lacking > 0)
    now.problems.push_back(std::to_string(lacking) + (lacking == 1 ? " event is" : " events are") + " on the disks of fewer than "
                           + std::to_string(settings_.refills.replicas) + " nodes");
  for (const auto& out : core_->flow.outlets())
    if (!is_finished_ && out.lacks_nodes()) now.problems.push_back(lack_text(out));
  add_unsure(core_->flow, time_.monotonic(), now.problems);
  for (std::size_t i = 0; i < ports_.size(); ++i)
    if (const auto& doubts = core_->doubts(i); doubts && !doubts->text().empty()) now.problems.push_back(doubts->text());
  return now;
}

/// The latest is the last error; all of them are problems until they are over.
void aggregator_machine::add_troubles(actor_texts& to) const {
  const auto now = time_.monotonic();
  for (auto& t : core_->troubles(now)) {
    const auto at_ns = time_.wall_ns() - std::chrono::nanoseconds{now - t.at}.count();
    if (at_ns > to.last_error_ns) to.last_error = t.what, to.last_error_ns = at_ns;
    to.problems.push_back(std::move(t.what));
  }
}

/// Not each time; once more behind what moves, and not while nothing does.
void aggregator_machine::look_at_links() {
  const auto now = time_.monotonic();
  if (now >= look_at_links_at_) {
    look_at_links_at_ = now + links_told_each;
    if (!links_.look(core_->flow)) return;
  }
  deadline_ = std::min(deadline_, look_at_links_at_);
}

void aggregator_machine::show() {
  look_at_links();
  words_.tell(*core_->board, words(), from_, links_);
  core_->show(state_word());
}

} // namespace weir
