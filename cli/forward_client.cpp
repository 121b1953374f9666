#include "cli/forward_client.hpp"

namespace weir::cli {

auto forward_client::connect(const forward_target& target) -> result<forward_client> {
  auto route = forward_route{target.at};
  route.credentials = target.credentials;
  auto opened = forward_channel::open(route, target.timeout);
  if (!opened && opened.failure().code == errc::rejected) return opened.failure(); // it is there
  if (!opened) return error{opened.failure().code, "cannot connect to " + to_text(target.at) + ": " + opened.failure().what};
  return forward_client{std::move(*opened), target.timeout};
}

auto forward_client::send(const forward_outgoing& message) -> result<void> {
  auto bytes = byte_buffer{};
  WEIR_CHECK(append_packed_forward(bytes, message));
  return by_->send(bytes.view(), timeout_);
}

auto forward_client::await_ack(std::string_view chunk) -> result<void> {
  WEIR_TRY(const auto answer, by_->receive(timeout_));
  return check_ack(answer, chunk);
}

} // namespace weir::cli
