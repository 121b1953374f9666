#include "tests/simulation/sink_actor.hpp"

#include "runtime/event/entry.hpp"
#include "tests/simulation/model_store.hpp"

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
      core_(how.window, tag_pattern{}) {
  begin();
}

void sink_actor::begin() {
  auto decides = sink_machine_settings{};
  decides.address = address;
  decides.component = component;
  decides.retry = {100ms, 1s};
  decides.group_bytes_max = plan_.group_bytes_max;
  decides.random = [this] { return in.random.next(); };
  auto does = store_writer_settings{};
  does.address = address;
  does.context.clock = &in.time;
  does.make_store = [this](const plugin_context&) { return make_store_(); };
  does.letters = letters_;
  job_.reset();
  writer_ = std::make_unique<store_writer>(std::move(does));
  machine_ = std::make_unique<sink_machine>(std::move(decides), core_, in.time);
}

/// The store threw: what was not committed survives.
void sink_actor::fail() {
  actor::fail();
  writer_.reset(); // the store is gone before there is another
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
  pass_on();
}

/// A job is done some time after it was given.
void sink_actor::step() {
  if (job_) {
    auto done = writer_->run(*job_);
    if (home.disk->is_dead()) return;
    if (done.failure) in.note(address, "failed: ", done.failure->what);
    if (done.events > 0) in.note(address, "committed ", done.events, " events");
    job_.reset();
    machine_->on_outcome(std::move(done));
  }
  pass_on();
}

void sink_actor::pass_on() {
  in.send_all(*this, machine_->take_outgoing());
  for (auto& a : machine_->take_answers()) in.send(*this, a.to, std::move(a.what));
  if (job_) return;
  job_ = machine_->take_job();
  const auto now = in.time.monotonic();
  if (job_)
    call_at(now + in.random.time_between(0ns, plan_.commit_takes));
  else if (const auto next = machine_->deadline(); next && *next > now)
    call_at(*next);
}

auto sink_actor::check() const -> std::string {
  const auto gone = core_.events_stored + core_.ready_events + core_.dropped.total();
  if (gone > core_.events_in) return "more events left than came in";
  return {};
}

} // namespace weir::test
