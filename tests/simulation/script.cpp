#include "tests/simulation/script.hpp"

#include "runtime/flow/position_index.hpp"

#include <algorithm>

namespace weir::test {

auto scripted_file::line(std::size_t number) const -> std::string {
  auto text = name + "/" + std::to_string(number);
  text.resize(line_bytes, '.');
  return text;
}

auto scripted_file::is_done() const -> bool {
  return std::all_of(safe.begin(), safe.end(), [](bool is_safe) { return is_safe; });
}

void scripted_file::write(std::size_t lines, std::chrono::nanoseconds now) {
  written = std::min(lines_in_all, written + lines);
  written_at.resize(written, now);
}

auto scripted_file::waits_since() const -> std::optional<std::chrono::nanoseconds> {
  for (std::size_t n = 0; n < written; ++n)
    if (!safe[n]) return written_at[n];
  return std::nullopt;
}

auto script::is_done() const -> bool {
  return std::all_of(files.begin(), files.end(), [](const auto& f) { return f.is_done(); });
}

auto scripted_source::open(const resume_info& resume) -> result<void> {
  files_.assign(from_.files.size(), {});
  for (std::size_t i = 0; i < files_.size(); ++i) {
    const auto& f = from_.files[i];
    auto& r = files_[i];
    r.covered.resize(f.lines_in_all);
    r.over = f.deleted;
    for (const auto& p : resume.covered) {
      if (p.stream != f.name) continue;
      if (p.begin % f.line_bytes != 0 || p.end % f.line_bytes != 0 || p.end > f.size())
        world_.broken("a collector is told to resume inside a line");
      const auto last = std::min<std::uint64_t>(p.end / f.line_bytes, f.lines_in_all);
      for (auto n = p.begin / f.line_bytes; n < last; ++n) r.covered[n] = true;
    }
  }
  if (is_first_) acknowledge(resume.covered);
  return {};
}

auto scripted_source::read_block(std::size_t index, intake& out) -> std::size_t {
  auto& r = files_[index];
  auto& f = from_.files[index];
  if (f.deleted) {
    if (!r.over) out.tell_all(f.name, f.size(), end_of_stream);
    r.over = true;
    return 0;
  }
  while (r.next < f.written && r.covered[r.next]) ++r.next;
  const auto begin = r.next;
  const auto end = std::min(f.written, begin + world_.random.between(1, 4));
  while (r.next < end && !r.covered[r.next]) {
    if (f.tells_positions) out.born_at(r.next * f.line_bytes);
    out.line("sim." + f.name, world_.time.wall_ns(), f.line(r.next++));
  }
  if (r.next > begin) out.covered(f.name, begin * f.line_bytes, r.next * f.line_bytes);
  return (r.next - begin) * f.line_bytes;
}

auto scripted_source::read(intake& out, std::size_t budget) -> result<read_status> {
  auto done = std::size_t{0};
  for (auto idle = std::size_t{0}, i = std::size_t{0}; done < budget && idle < files_.size(); ++i) {
    const auto bytes = read_block(i % files_.size(), out);
    idle = bytes == 0 ? idle + 1 : 0;
    done += bytes;
  }
  return done >= budget ? read_status::more : read_status::idle;
}

void scripted_source::acknowledge(std::span<const position_range> safe) {
  for (const auto& p : safe)
    for (auto& f : from_.files) {
      if (f.name != p.stream || p.end == end_of_stream) continue;
      for (auto n = p.begin / f.line_bytes; n < p.end / f.line_bytes; ++n) f.safe[n] = true;
      if (f.is_done() && !f.deleted && world_.random.one_in(3)) f.deleted = true;
    }
}

} // namespace weir::test
