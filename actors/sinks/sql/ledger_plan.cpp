#include "actors/sinks/sql/ledger_plan.hpp"

#include "runtime/flow/trim.hpp"
#include "runtime/ledger/event_key.hpp"
#include "runtime/ledger/row_folding.hpp"

#include <algorithm>
#include <charconv>

namespace weir {
namespace {

auto signed_number(std::uint64_t n) -> std::int64_t { return static_cast<std::int64_t>(n); }
auto unsigned_number(std::int64_t n) -> std::uint64_t { return static_cast<std::uint64_t>(n); }

auto hex_of(std::uint64_t number) -> std::string {
  char digits[16];
  const auto end = std::to_chars(digits, digits + sizeof digits, number, 16).ptr;
  return {digits, end};
}

auto ids_of(const chunk& c) -> ledger_stream { return {'c', {}, hex_of(c.id.origin)}; }

auto positions_of(const chunk& c, const std::string& stream) -> ledger_stream {
  return {is_window_stream(stream) ? 'w' : 'p', owner_of(c.source, stream), stream};
}

auto settled_of(const chunk& c, const std::string& stream) -> ledger_stream { return {'s', c.source, stream}; }

/// What a stream of clients' ids has in common with every sink nobody ever asks for.
auto is_worth_a_row(const position_range& settled) { return !is_window_stream(settled.stream); }

void widen(std::map<ledger_stream, ledger_span>& all, ledger_stream of, const ledger_span& by) {
  const auto [at, is_new] = all.try_emplace(std::move(of), by);
  if (is_new) return;
  at->second.first = std::min(at->second.first, by.first);
  at->second.last = std::max(at->second.last, by.last);
}

auto span_of(const position_range& p) -> ledger_span {
  if (p.end == end_of_stream) return {-1, -1};
  return {signed_number(p.begin), signed_number(p.end)};
}

/// Plans chunk after chunk: what an earlier one of the commit adds is known to the later one.
class planner {
public:
  planner(const ledger_view& view, ledger_plan& made) : view_(view), made_(made) {}

  void add(const chunk& c) {
    made_.fresh.push_back(add_id(c) ? take(c) : std::nullopt);
  }

private:
  /// Sequence 0 means that a chunk has no id: it is always new.
  auto add_id(const chunk& c) -> bool {
    if (c.id.sequence == 0) return true;
    const auto of = ids_of(c);
    auto& ids = ids_[c.id.origin];
    if (ids.empty()) {
      for (const auto& row : rows_of(of)) ids.push_back(row);
      auto& below = made_.whole_below[of.stream];
      below = std::max(below, signed_number(c.settled_below));
    }
    const auto sequence = signed_number(c.id.sequence);
    const auto has_it = [&](const ledger_span& row) { return row.first <= sequence && sequence < row.last; };
    if (std::any_of(ids.begin(), ids.end(), has_it)) return false;
    ids.push_back({sequence, sequence + 1});
    made_.rows.emplace_back(of, ids.back());
    return true;
  }

  /// Before the first of its ranges is added: several of a chunk may be of one stream. All of them count.
  auto take(const chunk& c) -> std::optional<std::vector<index_range>> {
    for (const auto& p : c.positions) learn(c.source, p, positions_of(c, p.stream), positions_);
    auto fresh = trim(c, positions_, made_.regrouped);
    for (const auto& p : c.positions) add_range(c.source, p, positions_of(c, p.stream), positions_);
    for (const auto& p : c.settled) {
      if (!is_worth_a_row(p)) continue;
      learn(c.source, p, settled_of(c, p.stream), settled_);
      add_range(c.source, p, settled_of(c, p.stream), settled_);
    }
    if (fresh.empty() && c.count > 0) return std::nullopt;
    return fresh;
  }

  void learn(const std::string& source, const position_range& p, const ledger_stream& of, position_index& to) {
    if (p.end == end_of_stream || !learned_.insert({of, true}).second) return;
    for (const auto& row : rows_of(of))
      if (row.first >= 0) to.add(source, {p.stream, unsigned_number(row.first), unsigned_number(row.last)});
  }

  void add_range(const std::string& source, const position_range& p, ledger_stream of, position_index& known) {
    if (p.end == end_of_stream) {
      if (!is_window_stream(p.stream)) end_stream(std::move(of));
      return;
    }
    for (const auto& part : missing_parts(source, p, known)) made_.rows.emplace_back(of, span_of(part));
    known.add(source, p);
  }

  void end_stream(ledger_stream of) {
    const auto& rows = rows_of(of);
    const auto is_over = std::any_of(rows.begin(), rows.end(), [](const auto& r) { return r.first < 0; });
    if (!is_over && ended_.insert({of, true}).second) made_.rows.emplace_back(std::move(of), ledger_span{-1, -1});
  }

  auto rows_of(const ledger_stream& of) const -> const std::vector<ledger_span>& {
    static const auto none = std::vector<ledger_span>{};
    const auto found = view_.find(of.key());
    return found == view_.end() ? none : found->second;
  }

  const ledger_view& view_;
  ledger_plan& made_;
  std::map<std::uint64_t, std::vector<ledger_span>> ids_;
  std::map<ledger_stream, bool> learned_, ended_;
  position_index positions_{SIZE_MAX}, settled_{SIZE_MAX};
};

auto is_plain(char c) -> bool {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
         || std::string_view{"-_.:/~*!@+=,"}.find(c) != std::string_view::npos;
}

} // namespace

auto ledger_stream::key() const -> stream_key {
  // The kind stands before the name, as no collector's does.
  const auto text = event_key{std::string{kind} + ' ' + owner, stream, 0, 0}.text();
  constexpr auto place_digits = std::size_t{32};
  return {std::string{text.view().substr(0, place_digits)}};
}

auto streams_of(std::span<const chunk_ptr> chunks) -> std::map<ledger_stream, ledger_span> {
  auto all = std::map<ledger_stream, ledger_span>{};
  for (const auto& c : chunks) {
    const auto sequence = signed_number(c->id.sequence);
    if (sequence != 0) widen(all, ids_of(*c), {sequence, sequence + 1});
    for (const auto& p : c->positions) widen(all, positions_of(*c, p.stream), span_of(p));
    for (const auto& p : c->settled)
      if (is_worth_a_row(p)) widen(all, settled_of(*c, p.stream), span_of(p));
  }
  return all;
}

auto plan_commit(std::span<const chunk_ptr> chunks, const ledger_view& known) -> ledger_plan {
  auto made = ledger_plan{};
  auto plan = planner{known, made};
  for (const auto& c : chunks) plan.add(*c);
  std::stable_sort(made.rows.begin(), made.rows.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  return made;
}

auto ledger_plan::has_fresh() const -> bool {
  return std::any_of(fresh.begin(), fresh.end(), [](const auto& of) { return of.has_value(); });
}

auto text_for_row(std::string_view name) -> std::string {
  constexpr auto digits = std::string_view{"0123456789ABCDEF"};
  auto text = std::string{};
  for (const auto c : name) {
    const auto byte = static_cast<unsigned char>(c);
    if (is_plain(c))
      text += c;
    else
      text.append({'%', digits[byte >> 4U], digits[byte & 15U]});
  }
  return text;
}

auto name_of_row(std::string_view text) -> std::string {
  auto name = std::string{};
  for (std::size_t at = 0; at < text.size(); ++at) {
    auto byte = unsigned{};
    const auto* hex = text.data() + at + 1;
    if (text[at] == '%' && at + 2 < text.size() && std::from_chars(hex, hex + 2, byte, 16).ptr == hex + 2) {
      name += static_cast<char>(byte);
      at += 2;
    } else {
      name += text[at];
    }
  }
  return name;
}

} // namespace weir
