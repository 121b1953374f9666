#include "cli/buffer/account.hpp"
#include "cli/json_text.hpp"

namespace weir::cli {
namespace {

/// `{…}`, `[…]` around parts with commas between them.
class json_parts {
public:
  explicit json_parts(char open) : text_(1, open) {}
  auto add(const std::string& part) -> json_parts& {
    text_ += (text_.size() > 1 ? "," : "") + part;
    return *this;
  }
  auto add(const std::string& key, const std::string& value) -> json_parts& {
    return add(json_string(key) + ':' + value);
  }
  auto add(const std::string& key, std::uint64_t number) -> json_parts& {
    return add(key, std::to_string(number));
  }
  auto text() const -> std::string { return text_ + (text_.front() == '{' ? '}' : ']'); }

private:
  std::string text_;
};

void add_sums(json_parts& to, const buffer_sums& sums) {
  to.add("chunks", sums.chunks).add("events", sums.events).add("bytes", sums.bytes);
}

auto sums_at(const std::map<std::string, buffer_sums>& in, const std::string& key) -> buffer_sums {
  const auto at = in.find(key);
  return at == in.end() ? buffer_sums{} : at->second;
}

auto segments_json(const buffer_account& account) -> std::string {
  auto all = json_parts{'['};
  for (const auto& s : account.log.segments) {
    auto one = json_parts{'{'};
    one.add("path", json_string(s.path)).add("first", s.header.first).add("last", s.last);
    one.add("disk_bytes", s.bytes);
    add_sums(one, sums_at(account.segments, s.path));
    all.add(one.text());
  }
  return all.text();
}

auto readers_json(const buffer_account& account) -> std::string {
  auto all = json_parts{'['};
  for (const auto& reader : account.log.readers) {
    auto ranges = json_parts{'['};
    for (const auto& [first, last] : reader.beyond())
      ranges.add('[' + std::to_string(first) + ',' + std::to_string(last) + ']');
    auto unsettled = json_parts{'{'};
    add_sums(unsettled, sums_at(account.unsettled, reader.name()));
    all.add(json_parts{'{'}
                .add("name", json_string(reader.name()))
                .add("first_unsettled", reader.first_unsettled())
                .add("settled_beyond", ranges.text())
                .add("unsettled", unsettled.text())
                .text());
  }
  return all.text();
}

auto positions_json(const buffer_account& account) -> std::string {
  auto all = json_parts{'['};
  account.log.memory.positions.for_each([&](const std::string& source, const position_range& range) {
    all.add(json_parts{'{'}
                .add("collector", json_string(source))
                .add("stream", json_string(range.stream))
                .add("begin", range.begin)
                .add("end", range.end)
                .text());
  });
  return all.text();
}

auto ids_json(const buffer_account& account) -> std::string {
  auto all = json_parts{'['};
  account.log.memory.seen.for_each([&](const id_range& r) {
    // As text: readers of JSON round numbers above 2^53.
    all.add(json_parts{'{'}
                .add("origin", json_string(std::to_string(r.origin)))
                .add("first", r.first)
                .add("last", r.last)
                .text());
  });
  return all.text();
}

auto chunks_json(const buffer_account& account) -> std::string {
  auto all = json_parts{'['};
  for (const auto& c : account.chunks)
    all.add(json_parts{'{'}
                .add("record", c.number)
                .add("origin", json_string(std::to_string(c.id.origin)))
                .add("sequence", c.id.sequence)
                .add("events", c.events)
                .add("bytes", c.bytes)
                .add("timed_at_reading", c.timed_at_reading)
                .add("tags", json_list(c.tags))
                .add("unsettled_by", json_list(c.unsettled_by))
                .text());
  return all.text();
}

auto findings_json(const buffer_account& account) -> std::string {
  auto all = json_parts{'['};
  for (const auto& f : account.log.findings)
    all.add(json_parts{'{'}
                .add("path", json_string(f.path))
                .add("offset", f.offset)
                .add("bytes", f.end - f.offset)
                .add("record", f.number)
                .add("what", json_string(f.what))
                .text());
  return all.text();
}

} // namespace

auto buffer_json(const buffer_account& account) -> std::string {
  auto tags = json_parts{'{'};
  for (const auto& [tag, sums] : account.tags) {
    auto one = json_parts{'{'};
    add_sums(one, sums);
    tags.add(tag, one.text());
  }
  const auto& log = account.log;
  auto whole = json_parts{'{'};
  whole.add("path", json_string(account.path)).add("holder", json_string(account.holder));
  add_sums(whole, account.all);
  whole.add("unsettled_chunks", log.unsettled.chunks).add("unsettled_events", log.unsettled.events);
  whole.add("damaged_records", log.damaged_records).add("cut_tails", log.cut_tails);
  whole.add("quarantined_files", account.quarantined_files).add("foreign", json_list(log.foreign));
  whole.add("segments", segments_json(account))
      .add("tags", tags.text())
      .add("readers", readers_json(account));
  whole.add("positions", positions_json(account)).add("ids", ids_json(account));
  whole.add("chunks_listed", chunks_json(account)).add("findings", findings_json(account));
  return whole.text() + '\n';
}

} // namespace weir::cli
