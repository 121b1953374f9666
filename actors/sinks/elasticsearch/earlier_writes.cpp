#include "actors/sinks/elasticsearch/earlier_writes.hpp"

#include <algorithm>
#include <set>

namespace weir {
namespace {

/// More indices than these are asked all at once, which refreshes those that are written to as well.
constexpr auto groups_apart_max = 4;

/// The documents that `wants(document)`, in `indices`.
template <class Wants>
auto mark_known(bulk_batch& batch, search_api& api, const std::string& indices, Wants&& wants) -> result<void> {
  auto ids = std::vector<std::string_view>{};
  for (const auto& d : batch.documents())
    if (wants(d)) ids.push_back(batch.id_of(d));
  auto found = std::set<std::string, std::less<>>{};
  WEIR_CHECK(api.find(indices, ids, found));
  if (found.empty()) return {};
  for (auto& d : batch.documents())
    if (wants(d) && found.find(batch.id_of(d)) != found.end()) d.is = bulk_document::state::known;
  return {};
}

} // namespace

auto mark_known_behind(bulk_batch& batch, search_api& api, const std::string& name) -> result<void> {
  return mark_known(batch, api, name, [](const bulk_document& d) { return d.is == bulk_document::state::waiting; });
}

auto mark_known_of_other_times(bulk_batch& batch, search_api& api) -> result<void> {
  const auto& indices = batch.indices();
  auto concerned = std::vector<bool>(indices.size());
  for (const auto& d : batch.documents())
    if (d.is_timed_at_reading && indices[d.index].all_times != indices[d.index].name) concerned[d.index] = true;
  const auto groups = std::count(concerned.begin(), concerned.end(), true);
  if (groups > groups_apart_max) {
    const auto all = batch.names().of_all();
    WEIR_CHECK(api.refresh(all));
    return mark_known(batch, api, all, [](const bulk_document& d) { return d.is_timed_at_reading; });
  }
  for (std::uint32_t i = 0; i < indices.size(); ++i) {
    if (!concerned[i]) continue;
    // What is in the one that they go to `create` knows, without a refresh.
    const auto others = indices[i].all_times + ",-" + indices[i].name;
    WEIR_CHECK(api.refresh(others));
    WEIR_CHECK(mark_known(batch, api, others, [&](const bulk_document& d) { return d.index == i && d.is_timed_at_reading; }));
  }
  return {};
}

} // namespace weir
