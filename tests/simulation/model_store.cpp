#include "tests/simulation/model_store.hpp"

#include "runtime/event/entry.hpp"
#include "runtime/event/msgpack.hpp"
#include "runtime/flow/trim.hpp"

#include <algorithm>
#include <numeric>

namespace weir::test {

auto line_in(std::string_view record) -> std::string {
  auto text = std::string_view{};
  auto field = msgpack_reader{find_field(record, "message")};
  return field.str(text) ? std::string{text} : std::string{};
}

auto database::rejects(const std::string& line) const -> bool {
  constexpr auto one_in = 11;
  const auto name = line.substr(0, line.find('.', line.find('/')));
  return is_picky && std::accumulate(name.begin(), name.end(), 0) % one_in == 0;
}

auto database_store::dies() -> bool { return home_.disk->dies(); }

void database_store::add_rows(const std::vector<std::string>& lines) {
  for (const auto& line : lines)
    if (++tables_.rows[line] > 1)
      world_.broken("line " + line.substr(0, line.find('.', line.find('/'))) + " is in " + sink_ + " twice");
}

void database_store::add_to_ledger(const std::vector<chunk_ptr>& all) {
  for (const auto& c : all) {
    tables_.ids.insert(c->id);
    if (c->settled_below > 1) tables_.ids.insert({c->id.origin, 1, c->settled_below - 1});
    tables_.positions.add(*c);
    for (const auto& p : c->settled) tables_.settled.add(c->source, p);
  }
}

auto database_store::open() -> result<void> {
  if (world_.mistake == bug::forgets_too_early) tables_.positions = {};
  if (world_.mistake != bug::forgets_a_range) return {};
  auto all = std::vector<id_range>{};
  tables_.ids.for_each([&](const id_range& r) { all.push_back(r); });
  if (!all.empty())
    all.erase(all.begin() + static_cast<std::ptrdiff_t>(world_.random.between(0, all.size() - 1)));
  tables_.ids = {};
  for (const auto& r : all) tables_.ids.insert(r);
  return {};
}

/// Makes the mistakes that a trim can make.
auto database_store::spoilt(std::vector<index_range> fresh, const chunk& c) const -> std::vector<index_range> {
  if (fresh.empty() || is_whole(c, fresh)) return fresh;
  auto& first = fresh.front();
  if (world_.mistake == bug::trims_too_much) ++first.first;
  if (world_.mistake == bug::trims_too_little) first.first > 0 ? void(--first.first) : void(++fresh.back().end);
  return fresh;
}

auto database_store::find_new(const commit_batch& batch) -> new_rows {
  auto found = new_rows{};
  auto within = id_ranges{};
  const auto at = tables_.begun.find(writer_);
  const auto& ids = at == tables_.begun.end() ? tables_.ids : at->second.ids;
  auto known = at == tables_.begun.end() ? tables_.positions : at->second.positions;
  for (std::size_t i = 0; i < batch.chunks.size(); ++i) {
    const auto& c = batch.chunks[i];
    const auto is_in = ids.contains(c->id) || within.contains(c->id);
    world_.note(sink_, is_in ? "has already " : "stores ", c->id.origin % 10000, ".", c->id.sequence);
    if (is_in) {
      ++found.done.repeated_chunks;
      continue;
    }
    within.insert(c->id);
    found.chunks.push_back(c);
    const auto fresh = spoilt(trim(*c, known), *c);
    known.add(*c);
    for_each_run(batch, i, fresh, [&](const event_run& run) {
      auto read = entry_reader{run.entries};
      for (auto e = entry{}; read.next(e); ++found.done.events) found.lines.push_back(line_in(e.record));
    });
  }
  return found;
}

auto database_store::commit(const commit_batch& batch) -> result<committed> {
  if (home_.disk->is_dead()) return error{errc::unavailable, "the process has ended"};
  if (!world_.peace && world_.random.one_in(20)) return error{errc::unavailable, "the database is away"};
  auto [chunks, lines, done] = find_new(batch);
  if (std::any_of(lines.begin(), lines.end(), [&](const auto& line) { return tables_.rejects(line); }))
    return error{errc::rejected, "a line is not taken"};
  if (batch.confirm && !(world_.mistake == bug::keeps_what_it_tried && batch.only))
    WEIR_CHECK(batch.confirm({}));
  if (world_.mistake == bug::ledger_before_data) {
    add_to_ledger(chunks);
    if (dies()) return error{errc::unavailable, "the process has ended"};
    add_rows(lines);
    return done;
  }
  if (world_.mistake == bug::acks_before_commit) {
    world_.time.after(std::chrono::milliseconds{50},
                      [this, later = std::pair{chunks, lines}, &home = home_, was = home_.incarnation] {
                        if (home.incarnation != was || !home.is_up) return;
                        add_rows(later.second);
                        add_to_ledger(later.first);
                      });
    return done;
  }
  if (dies()) {
    if (world_.random.one_in(2)) return error{errc::unavailable, "the process has ended"};
    done.events = 0; // nobody will hear of it
  }
  add_rows(lines);
  add_to_ledger(chunks);
  if (home_.disk->is_dead()) return error{errc::unavailable, "the process has ended"};
  return done;
}

} // namespace weir::test
