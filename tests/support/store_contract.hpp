/// What every store promises, checked the same way for all: a test of a store begins with these.
#pragma once

#include "actors/sinks/store.hpp"
#include "runtime/event/cuts.hpp"
#include "tests/support/entries.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <functional>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

namespace weir::test {

struct tagged_entries {
  std::string tag;
  std::string entries;
  std::uint32_t count = 0;
};

/// Of a chunk that no test names.
inline auto fresh_sequence() -> std::uint64_t {
  static auto last = std::uint64_t{1'000'000};
  return ++last;
}

/// A chunk of these sections; its id is (1, sequence).
inline auto make_chunk(const std::vector<tagged_entries>& sections, std::uint64_t sequence = fresh_sequence())
    -> chunk_ptr {
  auto made = std::make_shared<chunk>();
  auto body = byte_buffer{};
  for (const auto& s : sections) {
    made->sections.push_back({s.tag, s.count, static_cast<std::uint32_t>(s.entries.size())});
    made->count += s.count;
    body.append(s.entries);
  }
  made->id = {1, sequence};
  made->body = shared_bytes{std::move(body)};
  return made;
}

/// The same chunk as its collector would close it that handed on these positions of a stream; its events were born
/// at equal distances there.
inline auto born_in(const chunk_ptr& c, const std::string& stream, std::uint64_t begin, std::uint64_t end) -> chunk_ptr {
  auto made = std::make_shared<chunk>(*c);
  made->source = "n/collector/c";
  made->positions = {{stream, begin, end}};
  auto cuts = cut_writer{};
  auto at = begin;
  for (auto& s : made->sections) {
    auto born = births{};
    for (auto n = s.count; n > 0; --n, at += (end - begin) / made->count) born.add({at}, 1);
    cuts.begin_section(made->cuts);
    cuts.add(born.runs().front(), born.deltas_of(0), made->positions[0], 0);
    s.cuts = cuts.end_section();
  }
  return made;
}

inline auto at_positions(const chunk_ptr& c, std::uint64_t begin, std::uint64_t end) -> chunk_ptr {
  return born_in(c, "s", begin, end);
}

inline auto born_from(const chunk_ptr& c, std::uint64_t begin, std::uint64_t apart) -> chunk_ptr {
  return born_in(c, "t", begin, begin + c->count * apart);
}

/// The same chunk with one event in each of these ranges, at its begin.
inline auto born_in_turns(const chunk_ptr& c, std::vector<position_range> ranges) -> chunk_ptr {
  auto made = std::make_shared<chunk>(*c);
  made->source = "n/collector/c";
  made->positions = std::move(ranges);
  BOOST_REQUIRE(made->sections.size() == 1U && made->positions.size() == made->count);
  auto cuts = cut_writer{};
  cuts.begin_section(made->cuts);
  for (std::uint32_t i = 0; i < made->count; ++i) {
    const auto at = birth{made->positions[i].begin};
    cuts.add({at, at, 1}, {}, made->positions[i], i);
  }
  made->sections[0].cuts = cuts.end_section();
  return made;
}

inline auto pattern_of(const std::vector<std::string>& patterns) -> tag_pattern {
  auto parsed = tag_pattern::parse(patterns);
  BOOST_REQUIRE(parsed);
  return std::move(*parsed);
}

inline auto commit(store& to, const std::vector<chunk_ptr>& chunks,
                   const std::vector<std::string>& match = {}) -> result<committed> {
  const auto pattern = pattern_of(match);
  return to.commit({chunks, pattern});
}

inline auto refused_events(const committed& done) -> std::uint64_t {
  auto events = std::uint64_t{0};
  for (const auto& r : done.refused) events += r.events;
  return events;
}

/// A value of a map as the topology file has it.
inline auto map_of(const std::vector<std::pair<std::string, config::value>>& members) -> config::value {
  auto map = config::value{};
  map.type = config::value::kind::map;
  for (const auto& [key, content] : members) map.members.push_back({key, {}, content});
  return map;
}

inline auto scalar(std::string text) -> config::value {
  auto made = config::value{};
  made.type = config::value::kind::scalar;
  made.scalar = std::move(text);
  return made;
}

inline auto list(const std::vector<std::string>& items) -> config::value {
  auto made = config::value{};
  made.type = config::value::kind::sequence;
  for (const auto& item : items) made.items.push_back(scalar(item));
  return made;
}

/// The store, open.
inline auto opened(std::unique_ptr<store> made) -> std::unique_ptr<store> {
  const auto state = made->open();
  BOOST_REQUIRE_MESSAGE(state, (state ? std::string{} : state.failure().what));
  return made;
}

/// The number, "n", of an event in JSON.
inline auto number_of(const std::string& event) -> std::int64_t {
  const auto at = event.find("\"n\":");
  BOOST_REQUIRE_MESSAGE(at != std::string::npos, event);
  return std::stoll(event.substr(at + 4));
}

/// Those of events, sorted.
inline auto numbers_of_events(const std::vector<std::string>& events) -> std::vector<std::int64_t> {
  auto found = std::vector<std::int64_t>{};
  for (const auto& e : events) found.push_back(number_of(e));
  std::sort(found.begin(), found.end());
  return found;
}

/// 0, 1, ... below `count`.
inline auto numbers_upto(std::int64_t count) -> std::vector<std::int64_t> {
  auto all = std::vector<std::int64_t>(static_cast<std::size_t>(count));
  std::iota(all.begin(), all.end(), std::int64_t{0});
  return all;
}

/// What is wrong with these settings of the store plug-in `type`; empty if nothing is.
inline auto problems_of(const std::string& type, const config::value& settings) -> std::string {
  const auto* plugin = plugin_registry<store>::find(type);
  BOOST_REQUIRE(plugin != nullptr);
  auto problems = config::diagnostics{};
  (void)plugin->configure(settings, "sink \"s\"", problems, {});
  auto text = std::string{};
  for (const auto& p : problems) text += p.what + '\n';
  return text;
}

/// Makes a store as the topology would, not opened yet.
inline auto make_store(const std::string& type, const config::value& settings,
                       const plugin_context& context = {"s", "n"}) -> std::unique_ptr<store> {
  const auto* plugin = plugin_registry<store>::find(type);
  BOOST_REQUIRE(plugin != nullptr);
  auto problems = config::diagnostics{};
  const auto make = plugin->configure(settings, "sink \"s\"", problems, {});
  for (const auto& p : problems) BOOST_ERROR(p.what);
  return make(context);
}

/// The store under test: how to make it, and how to read back the field `n` of all that it holds, in order.
struct store_under_test {
  std::function<std::unique_ptr<store>()> make;
  std::function<std::vector<std::int64_t>()> numbers; ///< absent if the store cannot be read back
  bool keeps_ledger = false;                          ///< knows chunks again, also after a restart
};

/// A section of entries {"n": from}, {"n": from + 1}, … below `to`.
inline auto numbered(const std::string& tag, int from, int to) -> tagged_entries {
  auto made = tagged_entries{tag, {}, static_cast<std::uint32_t>(to - from)};
  for (auto n = from; n < to; ++n) made.entries += entry_of(1'700'000'000'000'000'000 + n, record("n", n));
  return made;
}

void check_store_contract(const store_under_test& t);

} // namespace weir::test
