#include "cli/tell/tap_desk.hpp"

#include "cli/tell/other_hosts.hpp"

namespace weir::cli {
namespace {

using namespace std::chrono_literals;

constexpr auto tapped_others_wait = 1s;
constexpr auto others_looked_for_each = 5s;

struct tapped_place {
  tap_wish wish;
  tag_pattern accepts; ///< what of a chunk is for it
};

auto read_place(const topology_plan& plan, const question& what) -> result<tapped_place> {
  const auto at = what.word("at");
  auto place = tapped_place{{what.word("component"), at == "exit", tap_wish::form::json}, {}};
  if (what.word("form") == "text") place.wish.as = tap_wish::form::text;
  if (!at.empty() && at != "entry" && at != "exit") return error{errc::malformed, "\"at\" wants entry or exit, not \"" + at + '"'};
  const auto* component = place.wish.component.empty() ? nullptr : plan.find(place.wish.component);
  if (!place.wish.component.empty() && component == nullptr)
    return error{errc::not_found, "there is no component \"" + place.wish.component + '"'};
  if (component != nullptr && component->in == tier::sink) place.accepts = std::get<sink_plan>(component->details).match;
  if (component != nullptr && component->in != tier::collector) return place;
  if (at == "entry") return error{errc::rejected, "what a collector reads is no event yet: it has an exit, and no entry"};
  place.wish.at_exit = true;
  return place;
}

} // namespace

tap_desk::~tap_desk() {
  {
    const auto lock = std::lock_guard{guard_};
    is_over_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

auto tap_desk::tell(const question& what, const asker& by) -> result<std::string> {
  if (what.word("session").empty()) return error{errc::malformed, "a tap wants a \"session\""};
  if (!what.word("close").empty()) return close(what);
  WEIR_TRY(const auto tap, find(what));
  const auto lock = std::lock_guard{tap->guard};
  const auto is_here = tap->view.attend(node_->boards()->all());
  auto news = tap->view.read(system_clock().monotonic());
  news.is_absent = !is_here;
  const auto whose = "\"" + what.word("component") + '"';
  if (what.word("alone").empty())
    news.add(ask_others(*tap, by.name));
  else if (!is_here && what.word("among").empty())
    return error{errc::not_found, "nothing of " + whose + " runs on this node"};
  if (news.is_absent && what.word("alone").empty()) {
    news.is_absent = false;
    news.problems.push_back("nothing of " + whose + " runs on this node or one that it is connected with");
  }
  return to_text(news);
}

auto tap_desk::find(const question& what) -> result<std::shared_ptr<open_tap>> {
  const auto lock = std::lock_guard{guard_};
  auto at = taps_.find(what.word("session"));
  if (at == taps_.end()) {
    if (taps_.size() >= taps_max)
      return error{errc::unavailable, "so many taps are open on this node already (" + std::to_string(taps_max) + ")"};
    WEIR_TRY(auto opened, open(what));
    at = taps_.emplace(what.word("session"), std::move(opened)).first;
    if (!thread_.joinable()) thread_ = std::thread{[this] { work(); }};
    changed_.notify_all();
  }
  at->second->asked_at = system_clock().monotonic();
  return at->second;
}

auto tap_desk::open(const question& what) -> result<std::shared_ptr<open_tap>> {
  const auto plan = reloads_.plan();
  WEIR_TRY(auto place, read_place(*plan, what));
  WEIR_TRY(auto filter, tap_filter::make(what.word("tag"), what.word("where")));
  return std::make_shared<open_tap>(what, std::move(place.wish), std::move(filter), std::move(place.accepts), reloads_.by().node);
}

auto tap_desk::close(const question& what) -> result<std::string> {
  auto gone = std::shared_ptr<open_tap>{};
  {
    const auto lock = std::lock_guard{guard_};
    if (const auto at = taps_.find(what.word("session")); at != taps_.end()) {
      gone = std::move(at->second);
      taps_.erase(at);
    }
  }
  if (!gone || !what.word("alone").empty()) return to_text(tap_news{});
  const auto lock = std::lock_guard{gone->guard};
  auto theirs = what;
  theirs.words["alone"] = "yes";
  if (!gone->others.empty()) (void)node_->ask_all({command_for(told::contents, theirs), {}, {}}, tapped_others_wait, &gone->others);
  return to_text(tap_news{});
}

void tap_desk::look_for_others(open_tap& of, tap_news& to) const {
  const auto now = system_clock().monotonic();
  if (of.others_known_at != monotonic_time{} && now - of.others_known_at < others_looked_for_each) return;
  of.others_known_at = now;
  const auto plan = reloads_.plan();
  const auto component = of.what.word("component");
  auto found = find_other_hosts(*node_, reloads_, [&](const std::string& name) {
    const auto* c = plan->find(name);
    return component.empty() ? c != nullptr && c->in == tier::collector : name == component;
  });
  of.others = std::move(found.linked);
  to.problems = std::move(found.away);
}

/// Who does not answer is left alone for a while.
auto tap_desk::ask_others(open_tap& of, const std::string& by) const -> tap_news {
  auto news = tap_news{};
  news.is_absent = true;
  look_for_others(of, news);
  if (of.others.empty()) return news;
  auto theirs = of.what;
  theirs.words["alone"] = theirs.words["among"] = "yes";
  for (const auto& a : node_->ask_all({command_for(told::contents, theirs), {}, by}, tapped_others_wait, &of.others)) {
    auto came = a.came ? parse_tap_news(*a.came) : std::nullopt;
    if (came) {
      for (auto& problem : came->problems) problem = a.node + ": " + problem;
      news.add(std::move(*came));
      continue;
    }
    of.others.erase(a.node);
    news.is_absent = false;
    news.problems.push_back(a.node + ": " + (a.came ? "it sent what cannot be read" : a.came.failure().what));
  }
  return news;
}

void tap_desk::work() {
  auto lock = std::unique_lock{guard_};
  while (true) {
    changed_.wait(lock, [this] { return is_over_ || !taps_.empty(); });
    if (changed_.wait_for(lock, 1s, [this] { return is_over_; })) return;
    const auto now = system_clock().monotonic();
    std::erase_if(taps_, [&](const auto& t) { return now - t.second->asked_at > tap_forgotten_after; });
  }
}

} // namespace weir::cli
