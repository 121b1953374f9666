/// An intake that remembers what was put into it, and how a source is made from settings.
#pragma once

#include "actors/collectors/source.hpp"

#include <boost/test/unit_test.hpp>

#include <map>
#include <string>
#include <vector>

namespace weir::test {

struct fake_intake : intake {
  std::vector<std::string> lines, tags, records;
  std::vector<std::uint64_t> born; ///< at which position of its stream each line was
  std::vector<std::uint64_t> records_born; ///< the same of each event
  std::map<std::string, std::uint64_t> covered_to;
  std::size_t lines_covered = 0; ///< lines and events that were there at the last save point
  std::vector<bool> timed_at_reading; ///< by record
  bool is_gapless = true;

  void line(std::string_view tag, std::int64_t, std::string_view line) override {
    // What parsers are promised: reading on behind the line is harmless.
    for (std::size_t i = 0; i < line_padding; ++i)
      sum_ = sum_ + static_cast<unsigned char>(line.data()[line.size() + i]);
    lines.emplace_back(line);
    tags.emplace_back(tag);
    born.push_back(take_birth().position);
  }
  void event(const event_view& event) override {
    records.emplace_back(event.record);
    records_born.push_back(take_birth().position);
    timed_at_reading.push_back(event.is_timed_at_reading);
    tags.emplace_back(event.tag);
  }
  void entries(std::string_view, std::string_view, std::uint32_t) override {}
  void drop(std::string_view, std::uint64_t) override {}
  void covered(std::string_view stream, std::uint64_t begin, std::uint64_t end) override {
    const auto [place, is_new] = covered_to.try_emplace(std::string{stream}, begin);
    is_gapless = is_gapless && place->second == begin && begin <= end;
    place->second = end;
    lines_covered = lines.size() + records.size();
  }
  auto resume() const -> resume_info {
    auto info = resume_info{};
    for (const auto& [stream, end] : covered_to) info.covered.push_back({stream, 0, end});
    return info;
  }

private:
  volatile unsigned sum_ = 0;
};

/// A map of scalars as a topology file would give it.
inline auto settings_of(const std::vector<std::pair<std::string, std::string>>& fields) -> config::value {
  auto map = config::value{};
  map.type = config::value::kind::map;
  for (const auto& [key, text] : fields) {
    auto scalar = config::value{};
    scalar.type = config::value::kind::scalar;
    scalar.scalar = text;
    map.members.push_back({key, {}, std::move(scalar)});
  }
  return map;
}

/// What `weir check` would say of these settings.
inline auto problems_of(const std::string& type,
                        const std::vector<std::pair<std::string, std::string>>& fields) -> std::size_t {
  auto problems = config::diagnostics{};
  const auto settings = settings_of(fields);
  plugin_registry<source>::find(type)->configure(settings, "source", problems, {});
  return problems.size();
}

inline auto make_source(const std::string& type,
                        const std::vector<std::pair<std::string, std::string>>& fields,
                        const plugin_context& context) -> std::unique_ptr<source> {
  auto problems = config::diagnostics{};
  const auto settings = settings_of(fields);
  auto make = plugin_registry<source>::find(type)->configure(settings, "source", problems, {});
  BOOST_TEST_REQUIRE(problems.size() == 0U);
  return make(context);
}

} // namespace weir::test
