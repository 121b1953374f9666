#include "actors/system/cluster.hpp"

#include "actors/system/failure.hpp"
#include "runtime/cluster/gossip_codec.hpp"
#include "runtime/event/own_events.hpp"
#include "runtime/os/random.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace weir {
namespace {

using namespace std::chrono_literals;

constexpr auto introduction_timeout = 60s; // names are looked up, and each address may take a second
constexpr auto introduced_for = 5s;        // then those that matter are dialled

auto is_bad(member_news::kind what) -> bool {
  using kind = member_news::kind;
  return what == kind::suspect || what == kind::down || what == kind::same_name || what == kind::clock_off
         || what == kind::too_many || what == kind::restless || what == kind::talkative;
}

} // namespace

void cluster_state::on_greeted(const link_greeted& note) {
  const auto connection = caf::actor_cast<caf::actor>(self->current_sender());
  if (!connection) return;
  links[connection.id()] = {connection.address(), note.who.node, note.say};
  self->monitor(connection);
  members->on_linked(connection.id(), note.who, now(), wall_ns());
}

void cluster_state::on_heard() {
  if (const auto& from = self->current_sender(); from) members->on_heard(from->id(), now());
}

void cluster_state::on_gossip(const wire::gossip& note) {
  const auto& from = self->current_sender();
  const auto by = from ? links.find(from->id()) : links.end();
  if (by == links.end()) return;
  const auto said = decode_gossip(note.content);
  if (!said)
    return warnings.warn("unreadable", by->second.node,
                         "node \"" + by->second.node + "\": what it says of members cannot be read: " + said.failure().what);
  members->on_heard(from->id(), now());
  members->on_gossip(from->id(), *said, now(), wall_ns());
}

void cluster_state::on_connection_end(const caf::down_msg& note) {
  if (seeds.connection && seeds.connection.address() == note.source) {
    seeds.connection = nullptr;
    const auto why = note.reason ? failure_text(self->system(), note.reason) : std::string{"it ended the connection"};
    if (!seeds.is_answered) on_no_introduction("seed " + to_text(seeds.seeds[seeds.asked].at) + ": " + why);
  }
  const auto at = std::find_if(links.begin(), links.end(), [&](const auto& l) { return l.second.connection == note.source; });
  if (at == links.end()) return;
  members->on_unlinked(at->first, !note.reason || note.reason == caf::exit_reason::normal, now(), wall_ns());
  links.erase(at);
}

/// One that answers once is as good as any.
void cluster_state::on_welcome(const node_welcome& answer) {
  seeds.is_answered = true;
  if (!answer.refused.empty()) {
    on_no_introduction("refused by \"" + answer.node + "\": " + answer.refused);
    return hang_up();
  }
  seeds.failures = 0;
  seeds.last_problem.clear();
  seeds.seeds[seeds.asked].node = answer.node;
  seeds.hang_up_at = now() + introduced_for;
  if (answer.node == settings.self.node) hang_up(); // a seed may be this node itself
}

void cluster_state::on_introduced(const caf::actor& connection) {
  seeds.is_asking = false;
  seeds.again_at = now() + introduced_for;
  seeds.ask_at = now() + settings.ask_anyway;
  hang_up();
  seeds.connection = connection;
  seeds.is_answered = false;
  seeds.hang_up_at = now() + introduced_for;
  self->monitor(connection);
  const auto& me = settings.identity;
  auto hello = node_hello{protocol_version, me.cluster, me.node, me.incarnation, me.classes, protocol_oldest};
  hello.serves = settings.self.serves;
  hello.introduces = true;
  caf::send_as(caf::actor_cast<caf::actor>(self), connection, std::move(hello)); // connections have no type
}

void cluster_state::on_no_introduction(const std::string& why) {
  seeds.is_asking = false;
  seeds.again_at = now() + backoff_delay(settings.ask_again, ++seeds.failures, random_id());
  seeds.ask_at = std::max(seeds.ask_at, seeds.again_at);
  const auto is_news = why != std::exchange(seeds.last_problem, why);
  if (!links.empty() || (!is_news && now() - seeds.told_at < settings.told_every)) return;
  seeds.told_at = now();
  spdlog::warn("no other node is found: {}; it goes on trying", why);
}

void cluster_state::look_for_others(monotonic_time now) {
  if (seeds.connection && now >= seeds.hang_up_at) {
    if (!seeds.is_answered) on_no_introduction("seed " + to_text(seeds.seeds[seeds.asked].at) + ": it does not say who it is");
    hang_up();
  }
  if (seeds.is_asking || seeds.connection) return;
  if (const auto which = seed_to_ask(now)) ask(*which);
}

/// Whoever is behind it may not know of this node.
auto cluster_state::is_wanted(const introductions::candidate& c) const -> bool {
  if (c.at.is != seed::kind::address) return links.empty();
  if (c.node == settings.self.node) return false;
  const auto* known = members->find(c.node);
  return known == nullptr || known->state == member_state::left || known->state == member_state::down;
}

auto cluster_state::seed_to_ask(monotonic_time now) const -> std::optional<std::size_t> {
  const auto count = seeds.seeds.size();
  for (std::size_t i = 1; i <= count && now >= seeds.again_at; ++i)
    if (const auto at = (seeds.asked + i) % count; is_wanted(seeds.seeds[at])) return at;
  if (count == 0 || now < seeds.ask_at) return std::nullopt;
  return (seeds.asked + 1) % count;
}

auto cluster_state::ask_seeds_at() const -> monotonic_time {
  const auto& all = seeds.seeds;
  const auto is_one_wanted = std::any_of(all.begin(), all.end(), [this](const auto& c) { return is_wanted(c); });
  return is_one_wanted ? std::min(seeds.again_at, seeds.ask_at) : seeds.ask_at;
}

void cluster_state::ask(std::size_t which) {
  seeds.is_asking = true;
  seeds.asked = which;
  const auto& asked = seeds.seeds[which].at;
  const auto as = "seed " + to_text(asked) + ": ";
  self->request(introducer, introduction_timeout, introduce_atom::value, asked)
      .then([this](const caf::actor& connection) { on_introduced(connection), go_on(); },
            [this, as](const caf::error& e) {
              on_no_introduction(as + failure_text(self->system(), e));
              go_on();
            });
}

void cluster_state::on_state(member_state now_is) {
  auto me = members->self();
  me.state = now_is;
  change_self(std::move(me));
}

void cluster_state::change_self(member now_is) {
  members->change_self(now_is, wall_ns());
  go_on();
}

auto cluster_state::give_up(const give_up_order& order) -> caf::result<give_up_atom> {
  const auto done = members->give_up(order.node, order.by, order.is_unreachable, now(), wall_ns());
  go_on();
  if (!done) return failure_reason(failure::retry, done.failure().what);
  return give_up_atom::value;
}

auto cluster_state::why_alone() const -> std::string { return links.empty() ? seeds.last_problem : std::string{}; }

auto cluster_state::about_self() const -> gossip {
  auto all = gossip{};
  all.members.push_back(members->self());
  all.clock_ns = wall_ns();
  return all;
}

void cluster_state::hang_up() {
  if (!seeds.connection) return;
  caf::anon_send(std::exchange(seeds.connection, nullptr), hang_up_atom::value);
}

void cluster_state::go_on() {
  members->on_time(now(), wall_ns());
  look_for_others(now());
  send_gossip();
  tell_news();
  warnings.tell_left_out();
  tell_members();
  auto next = members->deadline();
  if (seeds.connection) next = std::min(next, seeds.hang_up_at);
  if (!seeds.seeds.empty() && !seeds.is_asking && !seeds.connection) next = std::min(next, ask_seeds_at());
  timer.arm(self, now(), next);
}

void cluster_state::send_gossip() {
  for (auto& note : members->take_outgoing())
    if (const auto to = links.find(note.link); to != links.end())
      to->second.say(wire::gossip{encode_gossip(note.what)});
}

void cluster_state::tell_news() {
  for (const auto& news : members->take_news()) {
    is_bad(news.what) ? spdlog::warn("{}", news.text) : spdlog::info("{}", news.text);
    own_events_here().tell({"weir.cluster",
                            wall_ns(),
                            {{"cluster", settings.identity.cluster},
                             {"what", name_of(news.what)},
                             {"member", news.node},
                             {"message", news.text}}});
  }
}

void cluster_state::tell_members() {
  if (!settings.on_members || members->edition() == std::exchange(told_edition, members->edition())) return;
  auto others = std::vector<member>{};
  for (auto& seen : members->members(now()))
    if (!seen.is_self && seen.who.state != member_state::left) others.push_back(std::move(seen.who));
  settings.on_members(others, members->lost());
}

auto cluster(cluster_actor::stateful_pointer<cluster_state> self, cluster_settings settings)
    -> cluster_actor::behavior_type {
  end_node_on_exceptions(self, "cluster");
  auto& s = self->state;
  s.self = self;
  s.settings = std::move(settings);
  s.members.emplace(s.settings.membership, s.settings.self, s.settings.time->wall_ns());
  for (auto& at : s.settings.seeds) s.seeds.seeds.push_back({at, {}});
  if (!s.seeds.seeds.empty()) {
    s.introducer = s.settings.make_introducer(self);
    self->link_to(s.introducer);
  }
  self->set_down_handler([self](const caf::down_msg& m) {
    self->state.on_connection_end(m);
    self->state.go_on();
  });
  self->send(self, timer_atom::value, std::uint64_t{0});
  return {
      [self](const link_greeted& note) { self->state.on_greeted(note), self->state.go_on(); },
      [self](heard_atom) { self->state.on_heard(); },
      [self](const wire::gossip& note) { self->state.on_gossip(note), self->state.go_on(); },
      [self](const node_welcome& answer) { self->state.on_welcome(answer), self->state.go_on(); },
      [self](members_atom) { return self->state.members->members(self->state.settings.time->monotonic()); },
      [self](alone_atom) { return self->state.why_alone(); },
      [self](const give_up_order& order) { return self->state.give_up(order); },
      [self](drain_atom) { self->state.on_state(member_state::draining); },
      [self](leave_atom) {
        self->state.on_state(member_state::left);
        for (const auto& [id, link] : self->state.links) link.say({encode_gossip(self->state.about_self())});
        return leave_atom::value;
      },
      [self](const self_changed& note) {
        auto me = self->state.members->self();
        me.components = note.components;
        me.topology = note.topology;
        self->state.change_self(std::move(me));
      },
      [self](advertise_atom, const std::string& address) {
        auto me = self->state.members->self();
        me.address = address;
        self->state.change_self(std::move(me));
      },
      [self](timer_atom, std::uint64_t number) {
        self->state.timer.fired(number);
        self->state.go_on();
      },
  };
}

} // namespace weir
