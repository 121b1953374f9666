#include "topology/node_inquirer.hpp"

#include "actors/system/failure.hpp"

#include <chrono>

namespace weir {
namespace {

constexpr auto inquiry_patience = std::chrono::seconds{65}; // a node may read a file, and try it

} // namespace

node_inquirer::~node_inquirer() {
  if (own_) self_->send(own_, hang_up_atom::value);
}

auto node_inquirer::dial(const dialling& with, const host_port& to, const node_hello& hello) -> result<caf::actor> {
  const auto dials = self_->spawn<caf::detached>(dialer, with);
  auto failed = std::string{};
  self_->request(dials, inquiry_patience, dial_atom::value, to.host, to.port)
      .receive([&](const caf::actor& made) { own_ = made; },
               [&](const caf::error& e) { failed = failure_text(self_->system(), e); });
  self_->send_exit(dials, caf::exit_reason::user_shutdown);
  if (!own_) return error{errc::unavailable, failed};
  self_->send(own_, hello);
  self_->receive([&](const node_welcome& answer) { failed = answer.refused; },
                 caf::after(inquiry_patience) >> [&] { failed = "it does not answer"; });
  if (!failed.empty()) return error{errc::unavailable, failed};
  return own_;
}

auto node_inquirer::ask(const caf::actor& at, const node_command& what) -> result<std::string> {
  auto came = result<std::string>{error{errc::unavailable, "it did not answer"}};
  self_->request(at, inquiry_patience, what)
      .receive([&](std::string& text) { came = std::move(text); },
               [&](const caf::error& e) { came = error{errc::failed, failure_text(self_->system(), e)}; });
  return came;
}

} // namespace weir
