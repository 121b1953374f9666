#include "actors/aggregators/passed_questions.hpp"

#include <algorithm>

namespace weir {
namespace {

constexpr auto patience = std::chrono::seconds{3}; // so much later a chain of buffers begins if one is away
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
  const auto is_same = [&](const waiting& w) {
    return w.note.source == note.source && w.note.sender == note.sender;
  };
  auto at = std::find_if(waiting_.begin(), waiting_.end(), is_same);
  if (at != waiting_.end() && at->note.question == note.question) {
    at->asker = asker;
    return at->asked.clear();
  }
  if (at != waiting_.end()) waiting_.erase(at);
  const auto until = now + patience;
  waiting_.push_back({note, asker, until, now + complain_after, {note.source, components_, until}, {}});
  tell_peers(waiting_.back());
}

void passed_questions::on_answer(const known_positions& note) {
  for (auto& w : waiting_)
    if (w.note.question == note.question) w.inquiry.on_answer(note.receiver, note.positions, note.partly);
}

auto passed_questions::take_passed() -> std::vector<passed> {
  auto all = std::vector<passed>{};
  for (auto& w : waiting_)
    for (const auto& [component, p] : peers_)
      for (const auto& receiver : p.addresses)
        if (!w.inquiry.has_answered(receiver) && w.asked.insert(receiver).second)
          all.push_back({receiver, {w.note.question, w.note.source, address_, true, false}});
  return all;
}

auto passed_questions::is_answerable(const waiting& w, monotonic_time now) const -> bool {
  if (w.inquiry.is_complete(now)) return true;
  return now >= w.patience_ends && w.inquiry.is_any_answered();
}

auto passed_questions::take_answers(monotonic_time now) -> std::vector<answer> {
  auto all = std::vector<answer>{};
  std::erase_if(waiting_, [&](const waiting& w) {
    if (!is_answerable(w, now)) return false;
    auto found = w.inquiry.result();
    if (!are_all_) found.partly.insert(found.partly.end(), found.covered.begin(), found.covered.end());
    if (!are_all_) found.covered.clear();
    all.push_back({w.asker, {w.note.question, address_, std::move(found.covered), std::move(found.partly)}});
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
    for (const auto at : {w.patience_ends, w.complain_at})
      if (at > now && (!first || at < *first)) first = at;
  return first;
}

} // namespace weir
