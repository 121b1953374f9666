#include "actors/aggregators/passed_questions.hpp"

#include <algorithm>

namespace weir {
namespace {

constexpr auto complain_after = std::chrono::seconds{10};
constexpr auto complain_again = std::chrono::seconds{60};

} // namespace

void passed_questions::on_peers(const std::string& component, const std::vector<std::string>& addresses,
                                const std::vector<std::string>& unheard) {
  peers_[component] = {addresses, unheard};
  for (auto& w : waiting_) tell_peers(w);
}

void passed_questions::tell_peers(waiting& w) const {
  for (const auto& [component, p] : peers_) w.inquiry.on_peers(component, p.addresses, p.unheard);
}

void passed_questions::ask(const ask_positions& note, std::uint64_t asker, monotonic_time now) {
  const auto is_same = [&](const waiting& w) { return w.note.source == note.source && w.asker == asker; };
  auto at = std::find_if(waiting_.begin(), waiting_.end(), is_same);
  if (at != waiting_.end() && at->note.question == note.question) return at->asked.clear();
  if (at != waiting_.end()) waiting_.erase(at);
  auto inquiry = resume_inquiry{note.source, components_};
  const auto begins = now + (inquiry.has_to_be_sure() ? duration{resume_patience} : duration{0});
  const auto ends = now + inquiry.patience(resume_patience);
  waiting_.push_back({note, asker, begins, ends, now + complain_after, std::move(inquiry), {}});
  tell_peers(waiting_.back());
}

void passed_questions::on_answer(const known_positions& note) {
  for (auto& w : waiting_)
    if (w.note.question == note.question) w.inquiry.on_answer(note);
}

void passed_questions::forget(std::uint64_t asker) {
  std::erase_if(waiting_, [&](const waiting& w) { return w.asker == asker; });
}

auto passed_questions::take_passed() -> std::vector<passed> {
  auto all = std::vector<passed>{};
  for (auto& w : waiting_)
    for (const auto& [component, p] : peers_)
      for (const auto& receiver : p.addresses)
        if (w.inquiry.is_awaited(receiver) && w.asked.insert(receiver).second) all.push_back({receiver, {w.note.question, w.note.source}});
  return all;
}

auto passed_questions::take_answers(monotonic_time now) -> std::vector<answer> {
  auto all = std::vector<answer>{};
  std::erase_if(waiting_, [&](const waiting& w) {
    const auto is_over = w.inquiry.is_enough_answered() && now >= w.patience_ends;
    if (!is_over && !(w.inquiry.is_complete() && now >= w.patience_begins)) return false;
    auto found = w.inquiry.result();
    all.push_back({w.asker,
                   {w.note.question, address_, std::move(found.covered), w.inquiry.settled(),
                    std::move(found.elsewhere)}});
    return true;
  });
  return all;
}

auto passed_questions::take_complaints(monotonic_time now) -> std::vector<std::string> {
  auto all = std::vector<std::string>{};
  for (auto& w : waiting_) {
    if (now < w.complain_at) continue;
    w.complain_at = now + complain_again;
    all.push_back("waits for " + w.inquiry.missing_text() + " to say what they have of " + w.note.source);
  }
  return all;
}

auto passed_questions::deadline(monotonic_time now) const -> std::optional<monotonic_time> {
  auto first = std::optional<monotonic_time>{};
  for (const auto& w : waiting_)
    for (const auto at : {w.patience_begins, w.patience_ends, w.complain_at})
      if (at > now && (!first || at < *first)) first = at;
  return first;
}

} // namespace weir
