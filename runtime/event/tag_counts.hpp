/// Counts of events by tag, bounded: tags come from outside.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace weir {

using tag_counts = std::map<std::string, std::uint64_t, std::less<>>;

/// Adds to the count of the tag; past a thousand tags the rest share one.
template <class Less>
void count_by_tag(std::map<std::string, std::uint64_t, Less>& by_tag, std::string_view tag,
                  std::uint64_t events) {
  constexpr auto tags_max = std::size_t{1000};
  constexpr auto others = std::string_view{"(other tags)"};
  const auto find = [&](std::string_view name) {
    if constexpr (requires { typename Less::is_transparent; })
      return by_tag.find(name);
    else
      return by_tag.find(std::string{name});
  };
  if (const auto known = find(tag); known != by_tag.end())
    known->second += events;
  else
    by_tag[std::string{by_tag.size() < tags_max ? tag : others}] += events;
}

/// `web.a 12, web.b 3`: the five largest, and how many more there are.
auto largest_counts(const tag_counts& counts) -> std::string;

} // namespace weir
