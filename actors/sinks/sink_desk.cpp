#include "actors/sinks/sink_desk.hpp"

namespace weir {

sink_desk::sink_desk(caf::actor_addr sink, sink_machine_settings settings, std::shared_ptr<sink_core> core,
                     const clock& time)
    : sink_(std::move(sink)),
      core_(std::move(core)),
      time_(time),
      machine_(std::move(settings), *core_, time) {
  machine_.show();
}

void sink_desk::pass_on() {
  const auto from = caf::actor_cast<caf::actor>(sink_);
  if (!from) return;
  for (auto& m : machine_.take_outgoing())
    if (const auto to = handles_.find(m.to))
      std::visit([&](auto& note) { caf::send_as(from, to, std::move(note)); }, m.what);
  for (auto& a : machine_.take_answers())
    if (const auto to = handles_.find(a.to)) caf::send_as(from, to, std::move(a.what));
}

void sink_desk::employ(std::vector<std::function<void()>> wakes) {
  const auto lock = std::lock_guard{guard_};
  for (auto& wake : wakes) writers_.push_back({std::move(wake)});
}

void sink_desk::settle() {
  pass_on();
  call_writer();
}

void sink_desk::call_writer() {
  auto* next = static_cast<employed*>(nullptr);
  for (std::size_t i = 0; i < writers_.size(); ++i) {
    auto& w = writers_[i];
    if (w.where == whereabouts::is_called) return;
    if (next == nullptr && w.where == whereabouts::waits && machine_.has_job(i)) next = &w;
  }
  if (next == nullptr) return;
  next->where = whereabouts::is_called;
  next->wake();
}

void sink_desk::will_look(monotonic_time at) {
  const auto lock = std::lock_guard{guard_};
  looks_at_ = at;
}

void sink_desk::close() {
  const auto lock = std::lock_guard{guard_};
  is_closed_ = true;
}

auto sink_desk::take(const transfer_chunks& note) -> bool {
  const auto lock = std::lock_guard{guard_};
  if (is_closed_) return true;
  if (!machine_.has_link(note.link)) return false;
  machine_.on_transfer(note);
  settle();
  machine_.show();
  if (machine_.is_filling()) call_sink();
  return true;
}

auto sink_desk::next_job(std::size_t writer) -> std::optional<writer_job> {
  const auto lock = std::lock_guard{guard_};
  if (is_closed_) return std::nullopt;
  auto job = machine_.take_job(writer);
  machine_.show_work();
  writers_[writer].where = job ? whereabouts::is_at_work : whereabouts::waits;
  if (writers_.size() > 1) call_writer();
  call_sink();
  return job;
}

void sink_desk::finish(std::size_t writer, job_outcome done) {
  const auto lock = std::lock_guard{guard_};
  if (is_closed_) return;
  machine_.on_outcome(writer, std::move(done));
  machine_.show();
  pass_on();
}

/// If there is something for it: an end, how its stores open, or a time before it looks again.
void sink_desk::call_sink() {
  const auto next = machine_.deadline();
  const auto sees_it = !next || (looks_at_ && *looks_at_ > time_.monotonic() && *looks_at_ <= *next);
  const auto is_opened = !is_opening_told_ && machine_.opening();
  if (sees_it && !machine_.is_finished() && !is_opened) return;
  is_opening_told_ = is_opening_told_ || is_opened;
  if (const auto sink = caf::actor_cast<caf::actor>(sink_)) caf::send_as(sink, sink, step_atom::value);
}

} // namespace weir
