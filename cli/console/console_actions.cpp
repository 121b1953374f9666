// What the console has its node do. Each is in the log with who wanted it.
#include "cli/console/console.hpp"

#include "cli/json_text.hpp"
#include "cli/tell/question.hpp"

#include <charconv>
#include <string_view>

namespace weir::cli {
namespace {

constexpr auto accepted = 202; // it goes on

auto actor_of(const console_call& c) -> std::string { return c.who->name + ", " + c.what.peer; }

auto done() -> http_response { return json("{\"done\": true}\n"); }

auto word_of(reload_end how) -> std::string_view {
  switch (how) {
  case reload_end::done: return "done";
  case reload_end::wrong_file: return "wrong file";
  case reload_end::refused: break;
  }
  return "refused";
}

auto change_text(std::uint64_t number, std::string_view state, const std::string& text) -> std::string {
  return "{\"change\": " + std::to_string(number) + ", \"state\": " + json_string(state) + ", \"text\": " + json_string(text) + "}\n";
}

} // namespace

void console::add_actions() {
  const auto is_own = [this](const std::string& name) { return name.empty() || name == settings_.who.node; };
  routes_.add({"POST", "/api/v1/drain", console_right::action, [this, is_own](const console_call& c) {
                 const auto other = c.what.word("node");
                 if (is_own(other)) return settings_.drain(actor_of(c)), done();
                 const auto came = node_.command(other, {"drain", {}, actor_of(c)});
                 return came ? done() : problem(came.failure());
               }});
  routes_.add({"POST", "/api/v1/scale", console_right::action, [this, is_own](const console_call& c) {
                 auto wanted = reloads::request{};
                 wanted.scales = c.what.word("component") + '=' + c.what.word("instances");
                 const auto other = c.what.word("node");
                 if (is_own(other)) return begin_change(std::move(wanted), c);
                 const auto came = node_.command(other, {"scale " + wanted.scales, {}, actor_of(c)});
                 return came ? json(change_text(0, "done", *came)) : problem(came.failure());
               }});
  routes_.add({"POST", "/api/v1/reload", console_right::action, [this](const console_call& c) {
                 auto wanted = reloads::request{};
                 const auto discards = question{"reload", {}, c.what.query}.yes_or_no("discard");
                 if (!discards) return problem(discards.failure());
                 wanted.discards = *discards;
                 return begin_change(std::move(wanted), c);
               }});
  routes_.add({"GET", "/api/v1/changes/*", console_right::contents,
               [this](const console_call& c) { return change_document(c.parts.front()); }});
}

auto console::begin_change(reloads::request wanted, const console_call& c) -> http_response {
  wanted.by = actor_of(c);
  const auto begun = reloads_.ask(std::move(wanted));
  return begun ? json(change_text(*begun, "begun", {}), accepted) : problem(409, begun.failure().what);
}

auto console::change_document(const std::string& number) const -> http_response {
  auto asked = std::uint64_t{0};
  const auto end = number.data() + number.size();
  if (const auto [rest, bad] = std::from_chars(number.data(), end, asked); bad != std::errc{} || rest != end)
    return problem(400, "changes have numbers, not \"" + number + '"');
  const auto came = reloads_.outcome_of(asked);
  return json(came ? change_text(asked, word_of(came->how), came->text) : change_text(asked, "begun", {}));
}

} // namespace weir::cli
