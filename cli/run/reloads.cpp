#include "cli/run/reloads.hpp"

#include "cli/report.hpp"
#include "runtime/base/crc32c.hpp"
#include "runtime/os/whole_file.hpp"
#include "topology/diff.hpp"

#include <spdlog/spdlog.h>

#include <charconv>
#include <sstream>

namespace weir::cli {
namespace {

/// For the log.
auto in_one_line(std::string_view lines) -> std::string {
  auto line = std::string{};
  for (const auto c : lines.substr(0, lines.find_last_not_of('\n') + 1)) line += c == '\n' ? "; " : std::string{c};
  return line;
}

} // namespace

auto fingerprint_of(const std::string& topology) -> std::uint64_t {
  const auto bytes = read_whole(topology);
  return bytes ? crc32c(*bytes) : 0;
}

reloads::reloads(std::string topology, hosting by, std::chrono::nanoseconds patience)
    : topology_(std::move(topology)), by_(std::move(by)), patience_(patience) {}

reloads::~reloads() {
  stop();
  if (thread_.joinable()) thread_.join();
}

void reloads::begin(node& of, const topology_plan& plan, scaled_numbers numbers, beside heeds) {
  const auto lock = std::lock_guard{guard_};
  node_ = &of;
  heeds_ = std::move(heeds);
  plan_ = std::make_shared<const topology_plan>(plan);
  numbers_ = std::move(numbers);
  fingerprint_ = fingerprint_of(topology_);
}

auto reloads::ask(request what) -> result<std::uint64_t> {
  const auto lock = std::lock_guard{guard_};
  if (is_over_) return error{errc::rejected, "the node ends by itself, or stops already"};
  if (node_ == nullptr) return error{errc::rejected, "the node has not started yet"};
  if (is_busy_.exchange(true)) return error{errc::rejected, "another reload is under way"};
  if (thread_.joinable()) thread_.join(); // it has ended
  outcome_.reset();
  thread_ = std::thread{[this, what = std::move(what)] { work(what); }};
  return ++last_;
}

auto reloads::outcome_of(std::uint64_t number) const -> std::optional<outcome> {
  const auto lock = std::lock_guard{guard_};
  if (number != last_) return outcome{reload_end::refused, "there is another reload by now\n"};
  return outcome_;
}

void reloads::end_left_ones() {
  if (numbers_.empty()) return;
  auto wanted = request{};
  wanted.by = "the start";
  wanted.ends_left_ones = true;
  std::ignore = ask(std::move(wanted)); // a node that stops already passes on what it can as it is
}

void reloads::stop() { is_over_ = true; }

auto reloads::plan() const -> std::shared_ptr<const topology_plan> {
  const auto lock = std::lock_guard{guard_};
  return plan_;
}

auto reloads::fingerprint() const -> std::uint64_t {
  const auto lock = std::lock_guard{guard_};
  return fingerprint_;
}

auto reloads::name_of(const request& what) const -> std::string {
  if (what.ends_left_ones) return "what an earlier start left on disk";
  return what.scales.empty() ? "reload of " + topology_ : "scale " + what.scales;
}

void reloads::work(const request& what) {
  auto came = carry_out(what);
  const auto line = in_one_line(came.text);
  const auto name = name_of(what);
  if (came.how == reload_end::done)
    spdlog::info("{} (by {}): {}", name, what.by, line);
  else
    spdlog::error("{} (by {}): {}", name, what.by, line);
  if (what.done) what.done(came);
  const auto lock = std::lock_guard{guard_};
  outcome_ = std::move(came);
  is_busy_ = false;
}

auto reloads::carry_out(const request& what) -> outcome {
  if (what.ends_left_ones) return end_left();
  if (!what.scales.empty()) return scale(what);
  return what.content ? reload_with_content(what) : reload(what);
}

/// The file is replaced as a whole, so that whoever starts meanwhile reads one or the other.
auto reloads::reload_with_content(const request& what) -> outcome {
  const auto before = read_whole(topology_);
  if (!before) return {reload_end::refused, before.failure().what + '\n'};
  if (const auto put = replace_whole(topology_, *what.content); !put)
    return {reload_end::refused, put.failure().what + '\n'};
  auto came = reload(what);
  if (came.how == reload_end::done) return came;
  if (const auto back = replace_whole(topology_, *before); !back)
    came.text += topology_ + " still has what is wrong: " + back.failure().what + '\n';
  return came;
}

auto reloads::reload(const request& what) -> outcome {
  auto findings = std::ostringstream{};
  auto s = session{findings, findings, {}};
  auto written = load_or_explain(topology_, s, "nothing was changed");
  if (!written) return {reload_end::wrong_file, findings.str()};
  auto numbers = numbers_;
  const auto wanted = scaled(std::move(*written), numbers);
  const auto done = change_to(wanted, std::move(numbers), {what.discards, patience_, &is_over_, fingerprint_of(topology_)});
  if (!done) return {reload_end::refused, findings.str() + done.failure().what + "; all is as it was\n"};
  return {reload_end::done, findings.str() + *done};
}

/// Of what the node runs, whatever the file says by now.
auto reloads::scale(const request& what) -> outcome {
  const auto now = plan();
  const auto asked = read_scaling(what.scales, *now, by_.classes, by_.node);
  if (!asked) return {reload_end::refused, asked.failure().what + '\n'};
  const auto before = instances_of(*now->find(asked->component));
  auto numbers = numbers_;
  numbers[asked->component] = asked->number;
  const auto wanted = scaled(as_written(*now), numbers);
  const auto done = change_to(wanted, std::move(numbers), {false, patience_, &is_over_, fingerprint_});
  if (!done) return {reload_end::refused, done.failure().what + "; all is as it was\n"};
  return {reload_end::done, to_text(*asked, before) + '\n' + *done};
}

/// Nobody waits for them.
auto reloads::end_left() -> outcome {
  const auto done = change_to(as_written(*plan()), {}, {false, {}, &is_over_, fingerprint_});
  if (!done) return {reload_end::refused, done.failure().what + "; all is as it was\n"};
  return {reload_end::done, *done};
}

/// What came of it, as lines.
auto reloads::change_to(const topology_plan& wanted, scaled_numbers numbers, const reload_manner& how) -> result<std::string> {
  const auto changes = node_->changes_to(wanted);
  WEIR_TRY(const auto done, node_->reload(wanted, how));
  auto text = to_text(changes) + '\n';
  for (const auto& note : done.notes) text += note + '\n';
  numbers_ = std::move(numbers);
  text += heeds_(wanted);
  const auto lock = std::lock_guard{guard_};
  fingerprint_ = how.topology;
  plan_ = std::make_shared<const topology_plan>(wanted);
  return text;
}

namespace {

auto word_of(reload_end how) -> std::string_view {
  switch (how) {
  case reload_end::done: return "done\n";
  case reload_end::wrong_file: return "wrong\n";
  case reload_end::refused: break;
  }
  return "refused\n";
}

} // namespace

auto answer_reload(reloads& by, std::string_view request, const std::string& who) -> std::string {
  request.remove_prefix(std::min(request.size(), std::string_view{"reload "}.size()));
  auto number = std::uint64_t{0};
  if (std::from_chars(request.data(), request.data() + request.size(), number).ec == std::errc{}) {
    const auto came = by.outcome_of(number);
    return came ? std::string{word_of(came->how)} + came->text : "busy\n";
  }
  const auto begun = by.ask({who, request == "discard", {}, {}});
  return begun ? "begun\n" + std::to_string(*begun) + '\n' : "refused\n" + begun.failure().what + '\n';
}

auto answer_scale(reloads& by, const std::string& what, const std::string& who) -> std::string {
  auto wanted = reloads::request{};
  wanted.by = who;
  wanted.scales = what;
  const auto begun = by.ask(std::move(wanted));
  return begun ? "begun\n" + std::to_string(*begun) + '\n' : "refused\n" + begun.failure().what + '\n';
}

} // namespace weir::cli
