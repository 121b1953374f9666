#include "tests/simulation/sink_actor.hpp"

#include "runtime/event/entry.hpp"
#include "tests/simulation/model_store.hpp"

#include <algorithm>
#include <set>
#include <sstream>

namespace weir::test {
namespace {

using namespace std::chrono_literals;

auto letters_of_sink(const std::string& sink) -> std::string { return "/letters/" + sink + ".jsonl"; }

} // namespace

auto lines_of_letters(const simulated_disk& disk, const std::string& sink)
    -> std::map<std::string, std::size_t> {
  auto lines = std::map<std::string, std::size_t>{};
  auto reader = dead_letter_reader{};
  auto text = std::istringstream{disk.content(letters_of_sink(sink))};
  for (auto line = std::string{}; std::getline(text, line);) {
    const auto letter = reader.read(line);
    auto e = entry{};
    if (letter && entry_reader{letter->bytes}.next(e)) ++lines[line_in(e.record)];
  }
  return lines;
}

sink_actor::sink_actor(world& w, process& host, const plan& how, store_maker make_store)
    : actor(w, host, how.component, how.address),
      plan_(how),
      make_store_(std::move(make_store)),
      letters_(std::make_shared<letter_box>(
          how.address, std::make_shared<dead_letter_file>(*host.files, letters_of_sink(how.component)),
          std::nullopt)),
      core_(how.window, how.match, how.writers) {
  begin();
}

void sink_actor::begin() {
  auto decides = sink_machine_settings{};
  decides.address = address;
  decides.retry = {100ms, 1s};
  decides.writers = plan_.writers;
  decides.batch.bytes_max = plan_.group_bytes_max;
  decides.fill_delay = plan_.fill_delay;
  decides.random = [this] { return in.random.next(); };
  writers_.clear();
  for (std::size_t i = 0; i < plan_.writers; ++i) writers_.emplace_back().does = make_writer(i);
  late_.clear();
  machine_ = std::make_unique<sink_machine>(std::move(decides), core_, in.time);
}

auto sink_actor::make_writer(std::size_t number) -> std::unique_ptr<store_writer> {
  auto does = store_writer_settings{};
  does.address = address;
  does.context.clock = &in.time;
  does.make_store = [this, number](const plugin_context&) { return make_store_(number); };
  does.letters = letters_;
  does.match = plan_.match;
  return std::make_unique<store_writer>(std::move(does));
}

/// The store threw: what was not committed survives.
void sink_actor::fail() {
  actor::fail();
  writers_.clear(); // the stores are gone before there are others
  begin();
  call_at(in.time.monotonic() + 1ms);
}

void sink_actor::on_down(handle who) {
  machine_->on_down(who);
  pass_on();
}

void sink_actor::receive(handle from, const message& m) {
  if (const auto* open = std::get_if<open_link>(&m)) machine_->on_open(*open, from);
  if (const auto* chunks = std::get_if<transfer_chunks>(&m)) machine_->on_transfer(*chunks);
  if (const auto* probe = std::get_if<probe_link>(&m)) machine_->on_probe(*probe, from);
  if (const auto* close = std::get_if<close_link>(&m)) machine_->on_close(*close, from);
  if (const auto* asked = std::get_if<ask_positions>(&m)) machine_->on_question(*asked, from);
  if (const auto* asked = std::get_if<ask_had>(&m)) {
    if (in.mistake == bug::asks_nobody_at_its_start) return in.send(*this, from, known_had{asked->question, {}});
    machine_->on_question(*asked, from);
  }
  pass_on();
}

/// Jobs are done some time after they were given, in any order.
void sink_actor::step() {
  const auto now = in.time.monotonic();
  for (std::size_t i = 0; i < writers_.size(); ++i)
    if (writers_[i].job && writers_[i].done_at <= now && !finish_job(i)) return;
  for (auto& l : std::exchange(late_, {})) (void)l.does->run(*l.job);
  if (home.disk->is_dead()) return;
  pass_on();
}

/// Whether the process lives on.
auto sink_actor::finish_job(std::size_t number) -> bool {
  auto done = writers_[number].does->run(*writers_[number].job);
  if (home.disk->is_dead()) return false;
  if (done.failure) in.note(address, "failed: ", done.failure->what);
  if (done.events > 0) in.note(address, "committed ", done.events, " events");
  writers_[number].job.reset();
  machine_->on_outcome(number, std::move(done));
  return true;
}

void sink_actor::pass_on() {
  machine_->show();
  in.send_all(*this, machine_->take_outgoing());
  for (auto& a : machine_->take_answers()) in.send(*this, a.to, std::move(a.what));
  auto next = machine_->deadline();
  const auto now = in.time.monotonic();
  for (std::size_t i = 0; i < writers_.size(); ++i) {
    begin_job(i);
    if (writers_[i].job && (!next || *next <= now || writers_[i].done_at < *next)) next = writers_[i].done_at;
  }
  if (is_overlapping()) in.broken(address + " has two commits of one range at once");
  if (next && (*next > now || is_busy())) call_at(std::max(*next, now));
}

void sink_actor::begin_job(std::size_t number) {
  auto& w = writers_[number];
  if (w.job) return;
  w.job = machine_->take_job(number);
  if (!w.job) return;
  w.done_at = in.time.monotonic() + in.random.time_between(0ns, plan_.commit_takes);
  const auto* commit = std::get_if<commit_job>(&*w.job);
  if (commit == nullptr) return;
  if (plan_.on_begin) plan_.on_begin(number);
  if (in.mistake != bug::repeats_a_commit || !in.random.one_in(4)) return;
  // The mistake: it is taken for failed, and goes to another writer while it is under way.
  const auto unknown = plan_.writers + late_.size();
  if (plan_.on_begin) plan_.on_begin(unknown);
  late_.push_back({make_writer(unknown), std::move(w.job), {}});
  w.job.reset();
  auto failed = job_outcome{};
  failed.failure = error{errc::unavailable, "it takes too long"};
  machine_->on_outcome(number, std::move(failed));
}

auto sink_actor::is_busy() const -> bool {
  return std::any_of(writers_.begin(), writers_.end(), [](const writer& w) { return w.job.has_value(); });
}

auto sink_actor::is_overlapping() const -> bool {
  auto busy = busy_ranges{};
  auto ids = std::set<chunk_id>{};
  for (const auto& w : writers_) {
    const auto* commit = w.job ? std::get_if<commit_job>(&*w.job) : nullptr;
    if (commit == nullptr) continue;
    for (const auto& c : commit->chunks)
      if (busy.touches(*c) || !ids.insert(c->id).second) return true;
    for (const auto& c : commit->chunks) busy.add(*c);
  }
  return false;
}

auto sink_actor::check() const -> std::string {
  return imbalance_of(*core_.board, {address, component, "sink", {}}, in.time);
}

} // namespace weir::test
