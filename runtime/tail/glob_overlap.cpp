#include "runtime/tail/glob.hpp"

#include <algorithm>
#include <array>
#include <bitset>
#include <set>
#include <tuple>

namespace weir {
namespace {

/// What is too much to look at may be so.
constexpr auto places_max = std::size_t{20'000};

using bytes_of = std::bitset<256>;

auto one_byte(char c) -> bytes_of { return bytes_of{}.set(static_cast<unsigned char>(c)); }

auto element_bytes(std::string_view element) -> bytes_of {
  auto found = bytes_of{};
  for (std::size_t code = 1; code < found.size(); ++code) {
    const auto c = static_cast<char>(code);
    if (c != '/' && name_matches(element, {&c, 1})) found.set(code);
  }
  return found;
}

} // namespace

/// Reads whole paths byte by byte; in several states at once, one for each way that a pattern may have come so far.
class glob_set::automaton {
public:
  using states = std::vector<std::size_t>;

  explicit automaton(const glob_set& patterns) : hides_dots_(patterns.dots_are_special_) {
    for (const auto& p : patterns.patterns_) add(p.parts);
    close(begin_);
  }

  auto begin() const -> const states& { return begin_; }
  auto is_end(const states& at) const -> bool {
    return std::any_of(at.begin(), at.end(), [&](auto s) { return all_[s].is_end; });
  }
  auto step(const states& at, std::size_t byte) const -> states {
    auto next = states{};
    for (const auto s : at)
      for (const auto& [on, to] : all_[s].edges)
        if (on.test(byte)) next.push_back(to);
    close(next);
    return next;
  }
  /// What its edges tell apart.
  void add_bytes(std::set<std::string>& all) const {
    for (const auto& s : all_)
      for (const auto& e : s.edges) all.insert(e.on.to_string());
  }

private:
  struct edge {
    bytes_of on;
    std::size_t to = 0;
  };
  struct state {
    std::vector<edge> edges;
    std::vector<std::size_t> is_also; ///< it goes on as these do
    bool is_end = false;
  };

  auto make() -> std::size_t {
    all_.emplace_back();
    return all_.size() - 1;
  }

  auto after(std::size_t from, const bytes_of& on) -> std::size_t {
    const auto to = make();
    all_[from].edges.push_back({on, to});
    return to;
  }

  void add(const std::vector<part>& parts) {
    auto at = make();
    begin_.push_back(at);
    for (const auto& p : parts) {
      if (p.is == kind::any_depth)
        add_depth(at);
      else
        at = add_name(after(at, one_byte('/')), p);
    }
    all_[at].is_end = true;
  }

  /// Any number of directories.
  void add_depth(std::size_t at) {
    auto rest = ~one_byte('/');
    auto first = rest;
    if (hides_dots_) first.reset('.');
    const auto name = after(after(at, one_byte('/')), first);
    all_[name].edges.push_back({rest, name});
    all_[name].is_also.push_back(at);
  }

  auto add_name(std::size_t at, const part& p) -> std::size_t {
    if (p.is == kind::literal) {
      for (const auto c : p.text) at = after(at, one_byte(c));
      return at;
    }
    const auto begin = make();
    auto end = begin;
    for (auto rest = std::string_view{p.text}; !rest.empty();) {
      const auto element = first_element(rest);
      rest.remove_prefix(element.size());
      if (element == "*")
        all_[end].edges.push_back({~one_byte('/'), end});
      else
        end = after(end, element_bytes(element));
    }
    // No name is empty, and a leading dot may have to be written.
    auto edges = all_[begin].edges;
    if (hides_dots_ && !p.text.starts_with('.'))
      for (auto& e : edges) e.on.reset('.');
    all_[at].edges = std::move(edges);
    return end;
  }

  void close(states& some) const {
    for (std::size_t i = 0; i < some.size(); ++i)
      for (const auto also : all_[some[i]].is_also) some.push_back(also);
    std::sort(some.begin(), some.end());
    some.erase(std::unique(some.begin(), some.end()), some.end());
  }

  bool hides_dots_;
  std::vector<state> all_;
  states begin_;
};

/// Quick to say of most: nothing is in common where directories that are written out differ.
auto glob_set::differ_at_front(const pattern& a, const pattern& b) -> bool {
  for (std::size_t i = 0; i < std::min(a.parts.size(), b.parts.size()); ++i) {
    if (a.parts[i].is != kind::literal || b.parts[i].is != kind::literal) return false;
    if (a.parts[i].text != b.parts[i].text) return true;
  }
  return false;
}

auto glob_set::overlaps(const glob_set& other, const glob_set& excluded) const -> bool {
  const auto differ = [&](const pattern& mine) {
    return std::all_of(other.patterns_.begin(), other.patterns_.end(),
                       [&](const pattern& its) { return differ_at_front(mine, its); });
  };
  if (std::all_of(patterns_.begin(), patterns_.end(), differ)) return false;
  const auto machines = std::array{automaton{*this}, automaton{other}, automaton{excluded}};
  auto kinds = std::set<std::string>{};
  for (const auto& m : machines) m.add_bytes(kinds);
  auto bytes = std::vector<std::size_t>{}; // one for all that no edge tells apart
  auto seen = std::set<std::string>{};
  for (std::size_t byte = 1; byte < 256; ++byte) {
    auto signature = std::string{};
    for (const auto& k : kinds) signature += k[255 - byte];
    if (seen.insert(signature).second) bytes.push_back(byte);
  }
  using place = std::array<automaton::states, 3>;
  auto open = std::vector<place>{{machines[0].begin(), machines[1].begin(), machines[2].begin()}};
  auto known = std::set<place>{open.front()};
  while (!open.empty() && known.size() < places_max) {
    const auto at = std::move(open.back());
    open.pop_back();
    if (machines[0].is_end(at[0]) && machines[1].is_end(at[1]) && !machines[2].is_end(at[2])) return true;
    for (const auto byte : bytes) {
      auto next = place{};
      for (std::size_t i = 0; i < next.size(); ++i) next[i] = machines[i].step(at[i], byte);
      if (!next[0].empty() && !next[1].empty() && known.insert(next).second) open.push_back(std::move(next));
    }
  }
  return !open.empty();
}

} // namespace weir
