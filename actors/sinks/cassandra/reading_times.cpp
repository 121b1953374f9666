#include "actors/sinks/cassandra/reading_times.hpp"

#include "runtime/base/varint.hpp"

#include <algorithm>

namespace weir {
namespace {

void append_step(std::string& to, std::uint64_t position, std::int64_t time_ns) {
  char bytes[2 * varint_bytes_max];
  const auto* end = write_uvarint(write_uvarint(bytes, position), to_zigzag(time_ns));
  to.append(bytes, static_cast<std::size_t>(end - bytes));
}

/// A row that is being made.
struct open_times {
  known_times row;
  timed_position last = {};

  void begin(const timed_position& e) {
    row = {e.position, e.position + 1, {}};
    append_step(row.times, 0, e.time_ns);
    last = e;
  }
  void add(const timed_position& e) {
    row.end = e.position + 1;
    if (e.time_ns == last.time_ns) return;
    const auto difference = static_cast<std::int64_t>(static_cast<std::uint64_t>(e.time_ns) - static_cast<std::uint64_t>(last.time_ns));
    append_step(row.times, e.position - last.position, difference);
    last = e;
  }
};

} // namespace

auto time_at(std::string_view times, std::uint64_t first, std::uint64_t position) -> std::optional<std::int64_t> {
  auto at = first;
  auto time = std::uint64_t{0};
  auto found = std::optional<std::int64_t>{};
  while (!times.empty()) {
    auto step = std::uint64_t{0};
    auto more = std::uint64_t{0};
    if (!read_uvarint(times, step) || !read_uvarint(times, more)) return std::nullopt;
    if (step > position - at) return found;
    at += step;
    time += static_cast<std::uint64_t>(from_zigzag(more));
    found = static_cast<std::int64_t>(time);
  }
  return found;
}

auto settle_times(std::span<timed_position> events, std::span<const known_times> known) -> std::vector<known_times> {
  auto made = std::vector<known_times>{};
  auto open = std::optional<open_times>{};
  auto at = known.begin();
  const auto close = [&] {
    if (open) made.push_back(std::move(open->row));
    open.reset();
  };
  for (auto& e : events) {
    for (; at != known.end() && at->end <= e.position; ++at) close();
    if (at != known.end() && at->contains(e.position)) {
      close();
      e.time_ns = time_at(at->times, at->first, e.position).value_or(e.time_ns);
    } else if (!open) {
      open.emplace().begin(e);
    } else {
      if (e.position + 1 == open->row.end) e.time_ns = open->last.time_ns;
      open->add(e);
    }
  }
  close();
  return made;
}

} // namespace weir
