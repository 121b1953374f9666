#include "actors/sinks/dead_letters.hpp"

#include "runtime/event/entry.hpp"

namespace weir {
namespace {

/// Calls `visit(chunk, tag, index in the chunk, entry bytes, time)` for each event; what is damaged is one
/// event up to the end of its section.
template <class Visitor> void for_each_entry(const commit_batch& batch, Visitor&& visit) {
  for (const auto& c : batch.chunks) {
    auto index = std::uint64_t{0};
    for_each_section(*c, [&](const section& s, std::string_view entries) {
      if (!batch.match.matches(s.tag)) return void(index += s.count);
      auto reader = entry_reader{entries};
      auto e = entry{};
      for (auto rest = entries; !rest.empty(); rest = reader.rest()) {
        const auto is_whole = reader.next(e);
        const auto bytes = is_whole ? rest.substr(0, rest.size() - reader.rest().size()) : rest;
        visit(*c, s.tag, index++, bytes, is_whole ? e.time_ns : 0);
        if (!is_whole) break;
      }
    });
  }
}

auto letter_of(const chunk& c, const std::string& tag, std::uint64_t index, std::string_view bytes)
    -> dead_letter {
  auto letter = dead_letter{};
  letter.tag = tag;
  letter.bytes = bytes;
  letter.chunk = c.id;
  letter.index = index;
  return letter;
}

/// Makes letters of the events of a batch, one after the other.
class letter_writer {
public:
  void add(const chunk& c, const std::string& tag, std::uint64_t index, std::string_view bytes,
           std::int64_t time_ns) {
    auto& letter = letters.emplace_back(letter_of(c, tag, index, bytes));
    letter.time_ns = time_ns;
    if (chunk_ != &c && !c.positions.empty())
      place_ = std::make_shared<const chunk_place>(chunk_place{c.source, c.positions});
    else if (chunk_ != &c)
      place_.reset();
    chunk_ = &c;
    letter.place = place_;
  }

  std::vector<dead_letter> letters;

private:
  const chunk* chunk_ = nullptr;
  std::shared_ptr<const chunk_place> place_;
};

} // namespace

auto letters_of(const refusal& refused, const commit_batch& batch) -> std::vector<dead_letter> {
  auto made = letter_writer{};
  auto rest = std::string_view{refused.entries}; // in the order of the batch
  for_each_entry(batch, [&](const chunk& c, const std::string& tag, std::uint64_t index,
                            std::string_view bytes, std::int64_t time_ns) {
    if (rest.empty() || tag != refused.tag || !rest.starts_with(bytes)) return;
    made.add(c, tag, index, bytes, time_ns);
    rest.remove_prefix(bytes.size());
  });
  if (rest.empty()) return std::move(made.letters);
  auto& unknown = made.letters.emplace_back(); // never lost, whatever the store made of it
  unknown.tag = refused.tag;
  unknown.bytes = rest;
  return std::move(made.letters);
}

auto all_letters_of(const commit_batch& batch) -> std::vector<dead_letter> {
  auto made = letter_writer{};
  for_each_entry(batch,
                 [&](const chunk& c, const std::string& tag, std::uint64_t index, std::string_view bytes,
                     std::int64_t time_ns) { made.add(c, tag, index, bytes, time_ns); });
  return std::move(made.letters);
}

} // namespace weir
