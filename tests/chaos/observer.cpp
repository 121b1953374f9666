#include "tests/chaos/observer.hpp"

#include <algorithm>

namespace weir::chaos {

using namespace std::chrono_literals;

namespace {

constexpr auto rows_max = std::uint64_t{20'000};
constexpr auto server_rows_max = std::uint64_t{100'000}; // each question is a client's start

} // namespace

observer::observer(site& of) : site_(of) {
  if (of.server) server_.emplace(*of.server);
  for (const auto& stores : of.stores)
    if (!stores.table.empty()) tables_.emplace_back(stores.table);
  // Where disks are destroyed what is in one store may be lost to the other, unless it can be read again.
  if (of.is_cluster)
    for (const auto& stores : of.stores) files_.emplace_back(stores.file);
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
  if (server_) {
    WEIR_TRY(most, server_->read_on(server_rows_max, std::chrono::steady_clock::now()));
  }
  for (auto& table : tables_) {
    WEIR_TRY(const auto rows, table.read_on(rows_max));
    most = std::max(most, rows);
  }
  for (auto& file : files_) WEIR_CHECK(file.read_on());
  for (auto& stream : site_.streams) note(*stream);
  return most;
}

void observer::note(stream_state& stream) const {
  const auto none = stream_tally{};
  const auto find = [&](const tally& counted) -> const stream_tally& {
    const auto found = counted.streams.find(stream.id);
    return found == counted.streams.end() ? none : found->second;
  };
  const auto& table = find(server_ ? server_->counted() : tables_[stream.stores].counted());
  const auto& file = files_.empty() ? table : find(files_[stream.stores].counted());
  stream.stored = std::min(table.distinct(), file.distinct());
  stream.stored_floor = std::min(table.floor(), file.floor());
}

} // namespace weir::chaos
