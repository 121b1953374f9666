#include "actors/system/node_wire.hpp"

#include "actors/system/proxy.hpp"

#include <algorithm>
#include <utility>

namespace weir {
namespace {

constexpr auto proxies_max = std::size_t{4096}; // of the actors of one guest
/// Of frames that take no credit; no honest guest comes near either.
constexpr auto frames_at_once_max = 65'536.0;
constexpr auto frames_a_second = 10'000.0;

using wire::frame_type;

auto exit_of(const caf::actor& who) { caf::anon_send_exit(who, caf::exit_reason::remote_link_unreachable); }

} // namespace

node_wire::node_wire(std::shared_ptr<wire_commons> commons, std::shared_ptr<net::stream> bytes, caf::actor owner)
    : commons_(std::move(commons)),
      bytes_(std::move(bytes)),
      is_host_(!owner),
      reader_(*this, commons_->bodies),
      frames_left_(frames_at_once_max),
      owner_(std::move(owner)) {}

auto node_wire::who() const -> std::string {
  return node_.empty() ? bytes_->peer() : "node \"" + node_ + "\" (" + bytes_->peer() + ')';
}

void node_wire::send(const wire::frame& what, net::send_as how) { bytes_->send(encode(what), how); }

void node_wire::send(std::uint32_t to, const caf::strong_actor_ptr& from, wire::routed_message what) {
  const auto is_data = std::holds_alternative<transfer_chunks>(what);
  auto note = wire::routed{to, 0, std::move(what)};
  auto is_new = false;
  {
    const auto lock = std::lock_guard{mutex_};
    if (is_over_ || !from) return;
    note.from = number_of(from, is_new);
    guard_.note_sent(note);
  }
  if (is_new && !is_host_)
    from->get()->attach_functor([weak = weak_from_this(), id = from->id()] {
      if (const auto self = weak.lock()) self->on_local_end(id);
    });
  bytes_->send(encode(wire::frame{std::move(note)}), is_data ? net::send_as::data : net::send_as::control);
}

auto node_wire::number_of(const caf::strong_actor_ptr& from, bool& is_new) -> std::uint32_t {
  const auto [at, added] = numbers_.try_emplace(from->id(), last_number_ + 1);
  is_new = added;
  if (!added) return at->second;
  locals_[++last_number_].actor = caf::actor_cast<caf::weak_actor_ptr>(from);
  return last_number_;
}

void node_wire::on_local_end(caf::actor_id id) {
  auto number = std::uint32_t{0};
  {
    const auto lock = std::lock_guard{mutex_};
    const auto at = numbers_.find(id);
    if (at == numbers_.end()) return;
    number = at->second;
    numbers_.erase(at);
    locals_.erase(number);
    guard_.forget_sender(number);
  }
  send(wire::gone{number});
}

void node_wire::welcome(const node_welcome& answer, guest_rights rights) {
  auto told = wire::welcome{answer.node, answer.refused, answer.incarnation, {}, answer.serves, answer.classes};
  {
    const auto lock = std::lock_guard{mutex_};
    is_welcome_ = answer.refused.empty();
    rights_ = std::move(rights);
    if (is_welcome_) told.members = take_members(answer.peers);
  }
  send(told);
  if (!answer.refused.empty()) bytes_->finish("refused");
}

void node_wire::set_members(const std::vector<peer>& peers) {
  auto told = wire::members{};
  {
    const auto lock = std::lock_guard{mutex_};
    told.all = take_members(peers);
  }
  send(told);
}

/// Those that are not among them any more are no member's: what comes for them is dropped.
auto node_wire::take_members(const std::vector<peer>& peers) -> std::vector<wire::member> {
  auto all = std::vector<wire::member>{};
  auto there = std::set<std::uint32_t>{};
  for (const auto& p : peers) {
    const auto actor = caf::actor_cast<caf::strong_actor_ptr>(p.handle);
    if (!actor) continue;
    auto is_new = false;
    const auto number = number_of(actor, is_new);
    locals_[number].component = p.component;
    there.insert(number);
    all.push_back({number, p.address, p.component});
  }
  std::erase_if(numbers_, [&](const auto& n) { return !there.contains(n.second); });
  std::erase_if(locals_, [&](const auto& l) {
    if (there.contains(l.first)) return false;
    guard_.forget_receiver(l.first);
    return true;
  });
  return all;
}

void node_wire::leave(const std::string& why) {
  send(wire::bye{why});
  bytes_->finish(why);
}

auto node_wire::take(std::size_t bytes) -> result<void> {
  const auto taken = reader_.take(bytes);
  if (taken) return {};
  const auto& why = taken.failure().what;
  commons_->warn("broken", bytes_->peer(), who() + ": " + why + "; its connection is closed");
  leave(why);
  return {};
}

void node_wire::ended(const std::string& why, bool is_own) {
  auto last = caf::actor{};
  auto proxies = std::unordered_map<std::uint32_t, caf::actor>{};
  {
    const auto lock = std::lock_guard{mutex_};
    is_over_ = true;
    last = std::exchange(owner_, nullptr);
    proxies.swap(proxies_);
    locals_.clear();
    numbers_.clear();
  }
  on_hello_ = nullptr;
  for (const auto& [number, one] : proxies) exit_of(one);
  const auto reason = bye_.empty() || is_own ? why : "it said: " + bye_;
  // Who dialled and got no further has nobody else who would tell it.
  if (is_host_ && !is_opened_) commons_->warn("unsafe", bytes_->peer(), bytes_->peer() + " is not let in: " + why);
  if (last) caf::anon_send(last, wire_ended{reason, !bye_.empty()});
}

/// What a guest sends is a sender's, what a host sends a receiver's.
auto node_wire::may_come(frame_type type) const -> bool {
  const auto lock = std::lock_guard{mutex_};
  switch (type) {
  case frame_type::bye: return true;
  case frame_type::hello: return is_host_ && !owner_;
  case frame_type::welcome: return !is_host_ && !is_welcome_;
  case frame_type::close_link:
  case frame_type::gossip:
  case frame_type::observe:
  case frame_type::observed:
  case frame_type::command:
  case frame_type::commanded:
  case frame_type::pulse: return is_welcome_;
  case frame_type::gone:
  case frame_type::open_link:
  case frame_type::transfer_chunks:
  case frame_type::probe_link:
  case frame_type::ask_positions:
  case frame_type::ask_settled:
  case frame_type::ask_had: return is_host_ && is_welcome_;
  case frame_type::members:
  case frame_type::link_feedback:
  case frame_type::reopen_link:
  case frame_type::known_positions:
  case frame_type::known_settled:
  case frame_type::known_had: return !is_host_ && is_welcome_;
  }
  return false;
}

/// Whether a guest keeps to what its frames cost here.
auto node_wire::spend() -> bool {
  const auto now = system_clock().monotonic();
  const auto passed = std::chrono::duration<double>(now - refilled_).count();
  refilled_ = now;
  frames_left_ = std::min(frames_at_once_max, frames_left_ + passed * frames_a_second) - 1;
  return frames_left_ > 0;
}

auto node_wire::on_header(const wire::frame_header& header) -> result<void> {
  if (!may_come(header.type))
    return error{errc::rejected, name_of(header.type) + " of " + std::to_string(header.length)
                                     + " bytes, which it may not send" + (is_welcome_ ? "" : " now")};
  if (is_host_ && header.type != frame_type::transfer_chunks && !spend())
    return error{errc::limit, "more than " + std::to_string(static_cast<int>(frames_a_second)) + " frames a second"};
  return {};
}

auto node_wire::judge(const wire::routed& note) -> wire::judgement {
  const auto lock = std::lock_guard{mutex_};
  const auto to = locals_.find(note.to);
  if (to == locals_.end()) return {wire::verdict::stale};
  const auto is_known = proxies_.contains(note.from);
  if (!is_known && !is_host_) return {wire::verdict::stale};
  if (!is_known && proxies_.size() >= proxies_max)
    return {wire::verdict::refused,
            "it has " + std::to_string(proxies_max) + " actors that send, which is as many as may be"};
  return guard_.judge(note, is_host_ && rights_.include(to->second.component));
}

/// Whether it is wanted.
auto node_wire::judged(const wire::routed& note) -> result<bool> {
  const auto found = judge(note);
  if (found.is == wire::verdict::broken) return error{errc::rejected, found.why};
  if (found.is != wire::verdict::passes) drop(note, found);
  return found.is == wire::verdict::passes;
}

void node_wire::drop(const wire::routed& note, const wire::judgement& found) {
  ++dropped_;
  if (found.is != wire::verdict::refused) return;
  const auto type = name_of(type_of(wire::frame{note}));
  commons_->warn("refused", node_,
                 who() + ": " + type + " is refused: " + found.why + " (" + std::to_string(dropped_)
                     + " of its frames were dropped so far)");
}

auto node_wire::on_transfer(const wire::routed& begun) -> result<bool> { return judged(begun); }

auto node_wire::on_frame(wire::frame&& whole) -> result<void> {
  return std::visit([this](auto&& x) { return on(std::move(x)); }, std::move(whole));
}

auto node_wire::on(wire::hello&& x) -> result<void> {
  node_ = x.node.substr(0, 255);
  auto owner = on_hello_ ? on_hello_(shared_from_this(), x) : caf::actor{};
  if (!owner) return error{errc::unavailable, "this node ends"};
  const auto lock = std::lock_guard{mutex_};
  owner_ = std::move(owner);
  return {};
}

auto node_wire::doubt_of(const std::string& node) const -> std::string {
  const auto& names = bytes_->certificate_name();
  // The library takes a name that begins with a dot for any name below it.
  if (names.empty() || (!node.starts_with('.') && bytes_->is_certified(node))) return {};
  return "its certificate is for " + names + ", not for \"" + node + '"';
}

auto node_wire::on(wire::welcome&& x) -> result<void> {
  node_ = x.node.substr(0, 255);
  if (auto why = doubt_of(node_); !why.empty() && x.refused.empty()) return error{errc::rejected, std::move(why)};
  {
    const auto lock = std::lock_guard{mutex_};
    is_welcome_ = x.refused.empty();
  }
  tell_owner(caf::make_message(node_welcome{x.node, x.refused, x.incarnation, proxies_of(x.members), x.serves, x.classes}));
  return {};
}

auto node_wire::on(wire::members&& x) -> result<void> {
  tell_owner(caf::make_message(node_peers{node_, proxies_of(x.all)}));
  return {};
}

auto node_wire::on(wire::bye&& x) -> result<void> {
  bye_ = x.why.empty() ? "it ends" : x.why;
  // Why a guest wants nothing of this node is heard by nobody else, if it only wanted to hear of others.
  if (is_host_ && bye_ != "the node ends" && bye_ != "it ends")
    commons_->warn("left", bytes_->peer(), who() + " ends the connection: " + bye_.substr(0, 512));
  return {};
}

auto node_wire::on(wire::gone&& x) -> result<void> {
  const auto lock = std::lock_guard{mutex_};
  guard_.forget_sender(x.actor);
  const auto at = proxies_.find(x.actor);
  if (at == proxies_.end()) return {};
  exit_of(at->second);
  proxies_.erase(at);
  return {};
}

auto node_wire::on(wire::routed&& x) -> result<void> {
  if (!std::holds_alternative<transfer_chunks>(x.what)) {
    WEIR_TRY(const auto is_wanted, judged(x));
    if (!is_wanted) return {};
  }
  deliver(std::move(x));
  return {};
}

template <class T> auto node_wire::on(T&& other) -> result<void> {
  tell_owner(caf::make_message(frame_arrived{std::forward<T>(other)}));
  return {};
}

void node_wire::deliver(wire::routed&& note) {
  auto to = caf::strong_actor_ptr{};
  auto from = caf::strong_actor_ptr{};
  {
    const auto lock = std::lock_guard{mutex_};
    const auto at = locals_.find(note.to);
    if (at == locals_.end() || is_over_) return;
    to = at->second.actor.lock();
    from = caf::actor_cast<caf::strong_actor_ptr>(proxy_of(note.from));
    guard_.charge(note);
  }
  if (!to) return;
  std::visit(
      [&](auto&& what) {
        to->enqueue(caf::make_mailbox_element(std::move(from), caf::make_message_id(), {}, std::move(what)),
                    nullptr);
      },
      std::move(note.what));
}

auto node_wire::proxy_of(std::uint32_t handle) -> caf::actor {
  auto& one = proxies_[handle];
  if (!one) one = commons_->system.spawn<proxy>(shared_from_this(), handle);
  return one;
}

auto node_wire::proxies_of(const std::vector<wire::member>& members) -> std::vector<peer> {
  const auto lock = std::lock_guard{mutex_};
  auto all = std::vector<peer>{};
  auto there = std::set<std::uint32_t>{};
  for (const auto& m : members) {
    there.insert(m.handle);
    all.push_back({m.address, m.component, proxy_of(m.handle)});
  }
  std::erase_if(proxies_, [&](const auto& p) {
    if (there.contains(p.first)) return false;
    exit_of(p.second);
    guard_.forget_receiver(p.first);
    return true;
  });
  return all;
}

void node_wire::tell_owner(caf::message note) {
  const auto lock = std::lock_guard{mutex_};
  if (owner_) caf::anon_send(owner_, std::move(note));
}

} // namespace weir
