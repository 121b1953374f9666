#include "actors/system/failure.hpp"

#include <caf/logger.hpp>
#include <spdlog/spdlog.h>

#include <exception>

namespace weir {
namespace {

constexpr auto category = caf::atom("weir");

auto sentence_of(const std::exception_ptr& thrown) -> std::string {
  try {
    std::rethrow_exception(thrown);
  } catch (const std::exception& e) {
    return e.what();
  } catch (...) {
    return "an unknown exception";
  }
}

auto failed(const std::string& name, const std::string& why) -> std::string {
  return "its " + name + " failed: " + why;
}

} // namespace

auto failure_reason(failure kind, const std::string& sentence) -> caf::error {
  return {static_cast<std::uint8_t>(kind), category, caf::make_message(sentence)};
}

auto failure_text(const caf::actor_system& system, const caf::error& reason) -> std::string {
  if (reason.category() == category && reason.context().match_elements<std::string>())
    return reason.context().get_as<std::string>(0);
  return system.render(reason);
}

auto is_fatal(const caf::error& reason) -> bool {
  return reason.category() == category && reason.code() == static_cast<std::uint8_t>(failure::fatal);
}

void fail(caf::event_based_actor* self, const std::string& address, const error& e, failure kind) {
  // A fatal one is said once, by whoever ends the process.
  if (kind == failure::fatal) return self->quit(failure_reason(kind, address + ": " + e.what));
  spdlog::error("{}: {}", address, e.what);
  self->quit(failure_reason(kind, e.what));
}

void end_on_exceptions(caf::event_based_actor* self, const std::string& address) {
  // CAF notes which actor runs in which thread, behind one spinlock, for a log that is compiled out: with a
  // thousand threads they wait for nothing else.
  caf::logger::set_current_actor_system(nullptr);
  self->set_exception_handler([address](std::exception_ptr& thrown) -> caf::error {
    const auto sentence = sentence_of(thrown);
    spdlog::error("{}: {}", address, sentence);
    return failure_reason(failure::retry, sentence);
  });
}

void end_node_on_exceptions(caf::scheduled_actor* self, const std::string& name) {
  self->set_exception_handler([name](std::exception_ptr& thrown) -> caf::error {
    return failure_reason(failure::fatal, failed(name, sentence_of(thrown)));
  });
}

void end_node_with(caf::abstract_actor& who, std::string name, std::function<void(const std::string&)> on_failed) {
  who.attach_functor([system = &who.home_system(), name = std::move(name),
                      on_failed = std::move(on_failed)](const caf::error& reason) {
    if (!reason || reason == caf::exit_reason::user_shutdown) return;
    const auto why = failure_text(*system, reason);
    on_failed(is_fatal(reason) ? why : failed(name, why));
  });
}

} // namespace weir
