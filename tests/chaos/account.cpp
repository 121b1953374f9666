#include "tests/chaos/account.hpp"

#include "tests/chaos/stores.hpp"

#include <sstream>

namespace weir::chaos {

namespace {

auto list(const std::vector<std::uint64_t>& numbers) -> std::string {
  auto text = std::ostringstream{};
  for (const auto number : numbers) text << ' ' << number;
  return text.str();
}

void account_for_stream(store_account& into, const stream_state& written, const stream_tally& found) {
  const auto name =
      "stream " + std::to_string(written.id) + " (" + std::to_string(written.written) + " lines)";
  auto first_missing = std::vector<std::uint64_t>{};
  const auto missing = found.missing(written.written, first_missing);
  if (missing > 0)
    into.examples.push_back(name + " lost " + std::to_string(missing) + ":" + list(first_missing));
  if (found.repeated() > 0)
    into.examples.push_back(name + " repeated " + std::to_string(found.repeated()) + ":"
                            + list(found.first_repeated()));
  const auto beyond = found.beyond(written.written);
  if (beyond > 0) into.examples.push_back(name + " has " + std::to_string(beyond) + " lines never written");
  into.lost += missing;
  into.repeated += found.repeated();
  into.foreign += beyond;
}

auto account_for(const site& of, std::size_t stores, std::string name, const tally& found) -> store_account {
  auto made = store_account{std::move(name), found.lines, 0, 0, found.foreign, {}};
  if (found.foreign > 0) made.examples.push_back("not a line of ours: " + found.first_foreign);
  auto of_others = found.streams;
  for (const auto& stream : of.streams) {
    if (stream->stores != stores) continue;
    account_for_stream(made, *stream, of_others[stream->id]);
    of_others.erase(stream->id);
  }
  for (const auto& [id, lines] : of_others) made.foreign += lines.distinct() + lines.repeated();
  return made;
}

auto count_server(const site& of) -> result<store_account> {
  auto table = server_table_reader{*of.server};
  for (auto rows = std::uint64_t{1}; rows > 0;) {
    WEIR_TRY(rows, table.read_on(500'000, std::chrono::steady_clock::now()));
  }
  return account_for(of, 0, of.server->name(), table.counted());
}

} // namespace

auto count_stores(const site& of) -> result<std::vector<store_account>> {
  auto all = std::vector<store_account>{};
  if (of.server) {
    WEIR_TRY(auto counted, count_server(of));
    return all.push_back(std::move(counted)), all;
  }
  for (std::size_t i = 0; i < of.stores.size(); ++i) {
    const auto& stores = of.stores[i];
    auto file = file_reader{stores.file};
    WEIR_CHECK(file.read_on());
    all.push_back(account_for(of, i, stores.name + " file", file.counted()));
    if (file.rest_bytes() > 0) {
      ++all.back().foreign;
      all.back().examples.push_back("the file ends in the middle of a line");
    }
    auto table = table_reader{stores.table};
    for (auto rows = std::uint64_t{1}; rows > 0;) {
      WEIR_TRY(rows, table.read_on(1'000'000));
    }
    all.push_back(account_for(of, i, stores.name + " sqlite", table.counted()));
  }
  return all;
}

} // namespace weir::chaos
