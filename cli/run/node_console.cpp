#include "cli/run/node_console.hpp"

#include <spdlog/spdlog.h>

namespace weir::cli {

auto node_console::make(const console_plan& plan) -> result<void> {
  auto wanted = *settings_;
  wanted.plan = plan;
  WEIR_TRY(console_, console::open(std::move(wanted), *node_, *reloads_, *tells_));
  settings_->plan = plan;
  spdlog::info("console: {} (`weir console` shows how to get in)", console_->address());
  return {};
}

auto node_console::open(console_settings settings, node& of, reloads& by, const teller& tells) -> bool {
  const auto lock = std::lock_guard{guard_};
  settings_ = std::move(settings);
  node_ = &of;
  reloads_ = &by;
  tells_ = &tells;
  const auto opened = make(settings_->plan);
  if (opened) return true;
  const auto is_asked_for = settings_->plan.listen.has_value();
  spdlog::log(is_asked_for ? spdlog::level::critical : spdlog::level::warn, "no console: {}", opened.failure().what);
  return !is_asked_for;
}

auto node_console::renew(const console_plan& wanted) -> std::string {
  const auto lock = std::lock_guard{guard_};
  if (!console_ || wanted == settings_->plan) return {};
  console_.reset();
  const auto opened = make(wanted);
  if (opened) return "console: it is at " + console_->address() + " now\n";
  const auto former = make(settings_->plan);
  return "console: " + opened.failure().what
         + (former ? "; it stays as it was\n" : "; there is none any more: " + former.failure().what + '\n');
}

void node_console::close() {
  const auto lock = std::lock_guard{guard_};
  console_.reset();
}

void node_console::withdraw() {
  const auto lock = std::unique_lock{guard_, std::try_to_lock}; // a reload may hang in it
  if (lock.owns_lock() && console_) console_->withdraw();
}

} // namespace weir::cli
