#include "actors/system/peer_questions.hpp"

#include "actors/system/failure.hpp"
#include "runtime/measure/observation_codec.hpp"

#include <utility>

namespace weir {
namespace {

constexpr auto questions_max = std::size_t{16};

/// Of the oldest nobody waits any more.
template <class Promise> auto keep_question(std::map<std::uint64_t, Promise>& among, std::uint64_t number, Promise answer) {
  if (among.size() >= questions_max) among.erase(among.begin());
  among.emplace(number, std::move(answer));
}

template <class Promise> auto take_question(std::map<std::uint64_t, Promise>& among, std::uint64_t number) -> std::optional<Promise> {
  const auto at = among.find(number);
  if (at == among.end()) return std::nullopt;
  auto found = std::move(at->second);
  among.erase(at);
  return found;
}

/// As large as a frame of it may be; no node has so much to tell.
auto figures_for(std::uint64_t question, const board_registry& boards) -> wire::observed {
  auto answer = wire::observed{question, {}, encode_observations(boards.observe(system_clock()))};
  if (const auto size = answer.figures.size(); size + 4096 > payload_bytes_max(wire::frame_type::observed)) {
    answer.problem = "its figures have " + std::to_string(size) + " bytes, which is more than may be sent";
    answer.figures.clear();
  }
  return answer;
}

auto has_right(const std::function<bool(right)>& may, right wanted) -> bool { return may && may(wanted); }

} // namespace

void peer_questions::ask(node_wire& over, caf::typed_response_promise<figures> answer) {
  keep_question(observing_, ++last_, std::move(answer));
  over.send(wire::observe{last_});
}

void peer_questions::ask(node_wire& over, const node_command& what, caf::typed_response_promise<std::string> answer) {
  keep_question(commanding_, ++last_, std::move(answer));
  over.send(wire::command{last_, what.what, what.content, what.by});
}

void peer_questions::on(const wire::observed& note) {
  auto promise = take_question(observing_, note.question);
  if (!promise) return;
  auto all = decode_observations(note.figures);
  if (!note.problem.empty())
    promise->deliver(failure_reason(failure::retry, note.problem));
  else if (all)
    promise->deliver(std::move(*all));
  else
    promise->deliver(failure_reason(failure::retry, "it sent figures that cannot be read"));
}

void peer_questions::on(const wire::commanded& note) {
  auto promise = take_question(commanding_, note.question);
  if (!promise) return;
  if (note.problem.empty())
    promise->deliver(note.text);
  else
    promise->deliver(failure_reason(failure::retry, note.problem));
}

namespace {

void answer_observe(const wire::observe& asked, node_wire& over, const std::string& node, const node_answers& answers,
                    const std::function<bool(right)>& may) {
  if (has_right(may, right::observe) && answers.boards) return over.send(figures_for(asked.question, *answers.boards));
  over.send(wire::observed{asked.question, "node \"" + node + "\" may not observe it", {}});
  over.tell_refused(node, "it may not observe this node");
}

void answer_command(const wire::command& asked, const std::shared_ptr<node_wire>& over, const std::string& node,
                    const node_answers& answers, const std::function<bool(right)>& may) {
  const auto only_observes = asked.what.starts_with(figures_word);
  if (!has_right(may, only_observes ? right::observe : right::operate) || !answers.obey) {
    const auto verb = std::string{only_observes ? "observe" : "operate"};
    over->send(wire::commanded{asked.question, "node \"" + node + "\" may not " + verb + " it", {}});
    return over->tell_refused(node, "it may not " + verb + " this node: \"" + asked.what.substr(0, 64) + "\" is refused");
  }
  answers.obey(node, {asked.what, asked.content, asked.by}, [over, number = asked.question](result<std::string> came) {
    over->send(came ? wire::commanded{number, {}, std::move(*came)} : wire::commanded{number, came.failure().what, {}});
  });
}

} // namespace

void peer_questions::take(const wire::frame& what, const std::shared_ptr<node_wire>& over, const std::string& node,
                          const node_answers& answers, const std::function<bool(right)>& may) {
  if (const auto* note = std::get_if<wire::observed>(&what)) return on(*note);
  if (const auto* note = std::get_if<wire::commanded>(&what)) return on(*note);
  if (const auto* asked = std::get_if<wire::observe>(&what)) return answer_observe(*asked, *over, node, answers, may);
  if (const auto* asked = std::get_if<wire::command>(&what)) return answer_command(*asked, over, node, answers, may);
}

} // namespace weir
