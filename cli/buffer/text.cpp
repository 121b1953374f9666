#include "cli/buffer/account.hpp"
#include "cli/figures.hpp"
#include "cli/text_table.hpp"

#include <map>

namespace weir::cli {
namespace {

constexpr auto streams_shown = std::size_t{20};

auto file_name(const std::string& path) -> std::string { return path.substr(path.rfind('/') + 1); }

auto size_of(std::uint64_t bytes) -> std::string { return size_text(static_cast<double>(bytes)); }

auto many(std::uint64_t count, const std::string& noun) -> std::string {
  return count_text(count) + ' ' + noun + (count == 1 ? "" : "s");
}

auto sums_text(const buffer_sums& sums) -> std::string {
  return many(sums.chunks, "chunk") + ", " + many(sums.events, "event") + ", " + size_of(sums.bytes);
}

auto segments_text(const buffer_account& account) -> std::string {
  auto table = text_table{{"segment", "records", "chunks", "events", "bytes", "on disk"}};
  for (const auto& s : account.log.segments) {
    const auto sums = account.segments.contains(s.path) ? account.segments.at(s.path) : buffer_sums{};
    const auto is_empty = s.last < s.header.first;
    table.add_row({file_name(s.path),
                   is_empty ? "none" : std::to_string(s.header.first) + ".." + std::to_string(s.last),
                   count_text(sums.chunks), count_text(sums.events), size_of(sums.bytes), size_of(s.bytes)});
  }
  return table.text();
}

auto tags_text(const buffer_account& account) -> std::string {
  auto table = text_table{{"tag", "", "chunks", "events", "bytes"}};
  for (const auto& [tag, sums] : account.tags)
    table.add_row(
        {printable(tag), "", count_text(sums.chunks), count_text(sums.events), size_of(sums.bytes)});
  return table.text();
}

auto readers_text(const buffer_account& account) -> std::string {
  auto table = text_table{{"reader", "settled up to", "chunks unsettled", "events", "bytes"}};
  for (const auto& reader : account.log.readers) {
    const auto sums =
        account.unsettled.contains(reader.name()) ? account.unsettled.at(reader.name()) : buffer_sums{};
    auto settled = std::to_string(reader.first_unsettled() - 1);
    if (!reader.beyond().empty()) settled += " and " + many(reader.beyond().size(), "range") + " beyond";
    table.add_row({printable(reader.name()), settled, count_text(sums.chunks), count_text(sums.events),
                   size_of(sums.bytes)});
  }
  return table.text();
}

auto streams_text(const buffer_account& account) -> std::string {
  struct covered {
    std::string ranges;
    std::size_t count = 0;
  };
  auto rows = std::map<std::pair<std::string, std::string>, covered>{};
  account.log.memory.positions.for_each([&](const std::string& source, const position_range& range) {
    auto& at = rows[{source, range.stream}];
    if (++at.count <= 3)
      at.ranges +=
          (at.count > 1 ? ", " : "") + std::to_string(range.begin) + ".." + std::to_string(range.end);
  });
  auto table = text_table{{"collector", "stream", "positions"}};
  auto shown = std::size_t{0};
  for (const auto& [names, at] : rows) {
    if (shown++ == streams_shown) break;
    table.add_row(
        {printable(names.first), printable(names.second), at.count > 3 ? at.ranges + ", …" : at.ranges});
  }
  if (rows.size() > streams_shown)
    table.add_line("and " + count_text(rows.size() - streams_shown) + " more; --json has all");
  return rows.empty() ? "" : table.text() + '\n';
}

auto chunks_text(const buffer_account& account) -> std::string {
  auto table = text_table{{"record", "chunk", "events", "bytes", "timed at reading", "tags", "unsettled by"}};
  const auto listed = [](const std::vector<std::string>& names) {
    auto text = std::string{};
    for (const auto& name : names) text += (text.empty() ? "" : ",") + printable(name);
    return text;
  };
  for (const auto& c : account.chunks) {
    char id[32];
    std::snprintf(id, sizeof id, "%016llx", static_cast<unsigned long long>(c.id.origin));
    table.add_row({std::to_string(c.number), std::string{id} + ':' + std::to_string(c.id.sequence),
                   count_text(c.events), size_of(c.bytes), count_text(c.timed_at_reading), listed(c.tags),
                   c.unsettled_by.empty() ? "-" : listed(c.unsettled_by)});
  }
  return account.chunks.empty() ? "" : table.text() + '\n';
}

auto holder_text(const buffer_account& account) -> std::string {
  return account.holder.empty() ? "not in use" : "in use by " + printable(account.holder);
}

/// Each thing that is not as it should be, on a line.
auto findings_text(const buffer_account& account) -> std::string {
  auto text = std::string{};
  for (const auto& f : account.log.findings) {
    text += file_name(f.path);
    if (f.end > f.offset) text += " at byte " + std::to_string(f.offset);
    if (f.number > 0) text += ", record " + std::to_string(f.number);
    text += ": " + f.what + '\n';
  }
  for (const auto& path : account.log.foreign) text += file_name(path) + ": no segment of this log\n";
  if (account.log.findings_left_out > 0)
    text += "and " + many(account.log.findings_left_out, "more finding") + '\n';
  return text;
}

auto damage_text(const buffer_account& account) -> std::string {
  auto text = std::string{};
  if (account.log.damaged_records > 0) text += many(account.log.damaged_records, "damaged record");
  if (!account.log.foreign.empty())
    text += (text.empty() ? "" : ", ") + many(account.log.foreign.size(), "file")
            + (account.log.foreign.size() == 1 ? " that does not belong" : " that do not belong");
  if (account.log.cut_tails > 0)
    text +=
        std::string{text.empty() ? "" : ", "} + "a torn tail"
        + (account.holder.empty() ? ", which the next start cuts" : ", or a record that is being written");
  return text.empty() ? "no damage" : text;
}

auto quarantine_text(const buffer_account& account) -> std::string {
  if (account.quarantined_files == 0) return "";
  return "quarantine: " + many(account.quarantined_files, "file") + " set aside at earlier starts\n";
}

} // namespace

auto buffer_text(const buffer_account& account) -> std::string {
  const auto bytes = [&] {
    auto sum = std::uint64_t{0};
    for (const auto& s : account.log.segments) sum += s.bytes;
    return sum;
  }();
  auto text = account.path + ": " + many(account.log.segments.size(), "segment") + ", " + size_of(bytes)
              + " on disk; " + sums_text(account.all) + "; " + holder_text(account) + "\n\n";
  text += segments_text(account) + '\n' + chunks_text(account);
  if (!account.tags.empty()) text += tags_text(account) + '\n';
  if (!account.log.readers.empty()) text += readers_text(account) + '\n';
  text += streams_text(account);
  text += "unsettled by some reader: " + many(account.log.unsettled.chunks, "chunk") + ", "
          + many(account.log.unsettled.events, "event") + '\n';
  return text + findings_text(account) + quarantine_text(account) + damage_text(account) + '\n';
}

auto verdict_text(const buffer_account& account) -> std::string {
  auto text = findings_text(account);
  for (const auto& [tag, sums] : account.tags)
    text += "tag " + printable(tag) + ": " + sums_text(sums) + '\n';
  text += quarantine_text(account);
  return text + account.path + ": " + sums_text(account.all) + " in "
         + many(account.log.segments.size(), "segment") + "; " + damage_text(account) + '\n';
}

} // namespace weir::cli
