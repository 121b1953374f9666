#include "tests/chaos/observer.hpp"

namespace weir::chaos {

using namespace std::chrono_literals;

namespace {

constexpr auto rows_max = std::uint64_t{20'000};

} // namespace

observer::observer(site& of) : site_(of) {
  for (const auto& stores : of.stores) tables_.emplace_back(stores.table);
  thread_ = std::jthread{[this](std::stop_token stop) { run(std::move(stop)); }};
}

void observer::finish() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

void observer::run(std::stop_token stop) {
  auto wait = pauses{stop};
  while (!wait.is_over()) {
    const auto rows = look();
    if (!rows) return void(problem_ = rows.failure().what);
    if (*rows < rows_max) wait.wait(50ms);
  }
}

auto observer::look() -> result<std::uint64_t> {
  auto most = std::uint64_t{0};
  for (auto& table : tables_) {
    WEIR_TRY(const auto rows, table.read_on(rows_max));
    most = std::max(most, rows);
  }
  for (auto& stream : site_.streams) {
    const auto& streams = tables_[stream->stores].counted().streams;
    const auto found = streams.find(stream->id);
    if (found == streams.end()) continue;
    stream->stored = found->second.distinct();
    stream->stored_floor = found->second.floor();
  }
  return most;
}

} // namespace weir::chaos
