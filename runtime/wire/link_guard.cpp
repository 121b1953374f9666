#include "runtime/wire/link_guard.hpp"

namespace weir::wire {
namespace {

/// Both ends count footprints; a little more does no harm.
constexpr auto credit_slack = std::int64_t{1} << 20;

template <class... Ts> struct overloaded : Ts... {
  using Ts::operator()...;
};
template <class... Ts> overloaded(Ts...) -> overloaded<Ts...>;

} // namespace

auto link_guard::judge(const routed& note, bool may_send) -> judgement {
  const auto not_here = judgement{verdict::refused, "it may not send to this component"};
  const auto by_sender = pair{note.from, note.to};
  const auto by_receiver = pair{note.to, note.from};
  return std::visit(
      overloaded{
          [&](const open_link& x) { return may_send ? open(note, x.link) : not_here; },
          [&](const transfer_chunks& x) { return of_transfer(note, x.link); },
          [&](const probe_link& x) { return of_link(by_sender, x.link); },
          // Who is done says so, and who leaves: either end.
          [&](const close_link& x) { return of_link(links_.contains(by_sender) ? by_sender : by_receiver, x.link); },
          [&](const link_feedback& x) { return of_link(by_receiver, x.link); },
          [&](const reopen_link& x) { return of_link(by_receiver, x.link); },
          [&](const ask_positions&) { return may_send ? judgement{} : not_here; },
          [&](const ask_settled&) { return may_send ? judgement{} : not_here; },
          [&](const ask_had&) { return may_send ? judgement{} : not_here; },
          [&](const known_positions& x) { return of_answer(by_receiver, x.question); },
          [&](const known_settled& x) { return of_answer(by_receiver, x.question); },
          [&](const known_had& x) { return of_answer(by_receiver, x.question); },
      },
      note.what);
}

auto link_guard::open(const routed& note, std::uint64_t id) -> judgement {
  const auto who = pair{note.from, note.to};
  if (!links_.contains(who) && links_.size() >= links_max)
    return {verdict::refused, "it has " + std::to_string(links_max) + " links, which is as many as may be"};
  links_[who] = {id, 0};
  return {};
}

auto link_guard::of_answer(const pair& who, std::uint64_t question) const -> judgement {
  const auto asked = questions_.find(who);
  if (asked == questions_.end()) return {verdict::refused, "it was not asked"};
  return {asked->second == question ? verdict::passes : verdict::stale};
}

auto link_guard::of_link(const pair& who, std::uint64_t id) const -> judgement {
  const auto at = links_.find(who);
  if (at == links_.end()) return {verdict::refused, "there is no such link"};
  return {at->second.id == id ? verdict::passes : verdict::stale};
}

auto link_guard::of_transfer(const routed& note, std::uint64_t id) const -> judgement {
  const auto who = pair{note.from, note.to};
  const auto known = of_link(who, id);
  if (known.is != verdict::passes || links_.at(who).credit > -credit_slack) return known;
  return {verdict::broken, "it sends without credit"};
}

void link_guard::charge(const routed& transfer) {
  const auto at = links_.find({transfer.from, transfer.to});
  const auto* note = std::get_if<transfer_chunks>(&transfer.what);
  if (at == links_.end() || note == nullptr) return;
  for (const auto& c : note->chunks)
    if (c.content) at->second.credit -= static_cast<std::int64_t>(c.content->footprint_bytes());
}

void link_guard::note_sent(const routed& note) {
  if (const auto* x = std::get_if<link_feedback>(&note.what)) {
    const auto at = links_.find({note.to, note.from});
    if (at != links_.end() && at->second.id == x->link)
      at->second.credit += static_cast<std::int64_t>(x->grant_bytes);
  }
  if (const auto* x = std::get_if<open_link>(&note.what)) links_[{note.from, note.to}] = {x->link, 0};
  if (const auto* x = std::get_if<ask_positions>(&note.what)) questions_[{note.from, note.to}] = x->question;
  if (const auto* x = std::get_if<ask_settled>(&note.what)) questions_[{note.from, note.to}] = x->question;
  if (const auto* x = std::get_if<ask_had>(&note.what)) questions_[{note.from, note.to}] = x->question;
}

void link_guard::forget_sender(std::uint32_t handle) {
  std::erase_if(links_, [&](const auto& l) { return l.first.first == handle; });
  std::erase_if(questions_, [&](const auto& q) { return q.first.first == handle; });
}

void link_guard::forget_receiver(std::uint32_t handle) {
  std::erase_if(links_, [&](const auto& l) { return l.first.second == handle; });
  std::erase_if(questions_, [&](const auto& q) { return q.first.second == handle; });
}

} // namespace weir::wire
