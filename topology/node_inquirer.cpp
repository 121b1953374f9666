#include "topology/node_inquirer.hpp"

#include "actors/system/failure.hpp"

namespace weir {
namespace {

/// The other node says why not, or is away.
auto refusal_of(caf::actor_system& system, const caf::error& e) -> error {
  const auto is_away = e == caf::sec::request_timeout || e == caf::sec::request_receiver_down;
  return {is_away ? errc::unavailable : errc::rejected, failure_text(system, e)};
}

} // namespace

node_inquirer::~node_inquirer() {
  if (own_) self_->send(own_, hang_up_atom::value);
}

auto node_inquirer::dial(const dialling& with, const host_port& to, const node_hello& hello) -> result<caf::actor> {
  const auto dials = self_->spawn<caf::detached>(dialer, with);
  auto failed = std::string{};
  self_->request(dials, patience_, dial_atom::value, to.host, to.port)
      .receive([&](const caf::actor& made) { own_ = made; },
               [&](const caf::error& e) { failed = failure_text(self_->system(), e); });
  self_->send_exit(dials, caf::exit_reason::user_shutdown);
  if (!own_) return error{errc::unavailable, failed};
  self_->send(own_, hello);
  self_->receive([&](const node_welcome& answer) { failed = answer.refused; },
                 caf::after(patience_) >> [&] { failed = "it does not answer"; });
  if (!failed.empty()) return error{errc::unavailable, failed};
  return own_;
}

auto node_inquirer::ask(const caf::actor& at, const node_command& what) -> result<std::string> {
  auto came = result<std::string>{error{errc::unavailable, "it did not answer"}};
  self_->request(at, patience_, what)
      .receive([&](std::string& text) { came = std::move(text); },
               [&](const caf::error& e) { came = refusal_of(self_->system(), e); });
  return came;
}

auto ask_side_by_side(caf::actor_system& system, const std::vector<std::pair<std::string, caf::actor>>& nodes, const node_command& what,
                      duration patience) -> std::vector<node_answer> {
  auto self = caf::scoped_actor{system};
  using inquiry = decltype(self->request(caf::actor{}, patience, what));
  auto asked = std::vector<inquiry>{};
  for (const auto& [node, at] : nodes) asked.push_back(self->request(at, patience, what));
  auto answers = std::vector<node_answer>{};
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    answers.push_back({nodes[i].first, error{errc::unavailable, "it did not answer"}});
    auto& came = answers.back().came;
    asked[i].receive([&](std::string& text) { came = std::move(text); },
                     [&](const caf::error& e) { came = refusal_of(system, e); });
  }
  return answers;
}

} // namespace weir
