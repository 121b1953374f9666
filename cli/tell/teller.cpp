#include "cli/tell/teller.hpp"

#include "actors/system/peer_questions.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <exception>

namespace weir::cli {
namespace {

constexpr auto tell_word = std::string_view{"tell "};
constexpr auto errands_max = std::size_t{16};
constexpr auto errand_threads = std::size_t{2}; // a search takes a second or so, and others go on meanwhile
constexpr auto answer_bytes_most = std::size_t{4'000'000}; // of what goes to another node: less than its frame may have

} // namespace

auto command_for(told what, const question& asked) -> std::string {
  return std::string{what == told::figures ? figures_word : tell_word} + to_text(asked);
}

teller::~teller() { stop(); }

void teller::begin() {
  const auto lock = std::lock_guard{guard_};
  is_begun_ = true;
}

void teller::stop() {
  auto left = std::deque<errand>{};
  {
    const auto lock = std::lock_guard{guard_};
    is_over_ = true;
    left.swap(waiting_);
  }
  came_.notify_all();
  for (auto& t : std::exchange(threads_, {})) t.join();
  for (const auto& e : left) e.done(error{errc::unavailable, "the node ends"});
}

auto teller::find(std::string_view name) const -> const topic* {
  const auto at = std::find_if(topics_.begin(), topics_.end(), [&](const topic& t) { return t.name == name; });
  return at == topics_.end() ? nullptr : &*at;
}

auto teller::answer(const question& what, const asker& by) const -> result<std::string> {
  {
    const auto lock = std::lock_guard{guard_};
    if (!is_begun_ || is_over_) return error{errc::unavailable, is_over_ ? "the node ends" : "the node has not started yet"};
  }
  const auto* about = find(what.topic);
  if (about == nullptr || (!what.about.empty() && !about->has_parts))
    return error{errc::not_found, "it knows nothing of \"" + what.topic + (what.about.empty() ? "" : '/' + what.about) + '"'};
  try {
    return about->answer(what, by);
  } catch (const std::exception& e) {
    spdlog::error("question {}: {}", what.topic, e.what());
    return error{errc::failed, "it failed; the log says why"};
  }
}

/// Whoever may see figures sees no more by asking for them so.
auto teller::read_command(std::string_view command) const -> result<question> {
  const auto is_for_figures = command.starts_with(figures_word);
  command.remove_prefix(std::min(command.size(), is_for_figures ? figures_word.size() : tell_word.size()));
  WEIR_TRY(auto asked, parse_question(command));
  const auto* about = find(asked.topic);
  if (is_for_figures && about != nullptr && about->what != told::figures)
    return error{errc::rejected, '"' + asked.topic + "\" is more than figures"};
  return asked;
}

void teller::answer_aside(std::string_view command, asker by, std::function<void(result<std::string>)> done) {
  auto asked = read_command(command);
  if (!asked) return done(asked.failure());
  {
    const auto lock = std::lock_guard{guard_};
    if (!is_over_ && waiting_.size() < errands_max) {
      waiting_.push_back({std::move(*asked), std::move(by), std::move(done)});
      if (threads_.size() < errand_threads) threads_.emplace_back([this] { work(); });
      came_.notify_one();
      return;
    }
  }
  done(error{errc::unavailable, "too much is asked of it at once"});
}

void teller::work() {
  auto lock = std::unique_lock{guard_};
  while (true) {
    came_.wait(lock, [this] { return is_over_ || !waiting_.empty(); });
    if (is_over_) return;
    auto next = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    auto came = answer(next.what, next.by);
    if (came && came->size() > answer_bytes_most)
      came = error{errc::limit, "its answer has " + std::to_string(came->size()) + " bytes, which is more than may be sent"};
    next.done(std::move(came));
    lock.lock();
  }
}

} // namespace weir::cli
