#include "runtime/event/tag_pattern.hpp"

#include <algorithm>

namespace weir {

/// Whether a glob can match a tag of a shape: both are walked at the same time, every way that there is. What
/// stands beside a gap is taken to fit, so a "no" is certain.
class tag_pattern::shape_walk {
public:
  shape_walk(const std::vector<token>& tokens, const tag_shape& shape) : tokens_(tokens) {
    for (const auto& part : shape.parts) {
      if (&part != &shape.parts.front()) text_.push_back(gap);
      for (const auto c : part) text_.push_back(static_cast<unsigned char>(c));
    }
    seen_.resize((tokens_.size() + 1) * (text_.size() + 1));
  }

  auto run() -> bool {
    visit(0, 0);
    while (!open_.empty()) {
      const auto [token, at] = open_.back();
      open_.pop_back();
      if (token == tokens_.size() && at == text_.size()) return true;
      step_from(token, at);
    }
    return false;
  }

private:
  static constexpr auto gap = -1;

  void visit(std::size_t token, std::size_t at) {
    const auto place = token * (text_.size() + 1) + at;
    if (seen_[place]) return;
    seen_[place] = true;
    open_.emplace_back(token, at);
  }

  void step_from(std::size_t token, std::size_t at) {
    const auto is_text_left = at < text_.size();
    const auto is_gap = is_text_left && text_[at] == gap;
    if (is_gap) visit(token, at + 1);
    if (token == tokens_.size()) return;
    const auto& t = tokens_[token];
    switch (t.what) {
    case step::literal:
      if (is_gap) visit(token + 1, at);
      if (is_text_left && text_[at] == static_cast<unsigned char>(t.byte)) visit(token + 1, at + 1);
      return;
    case step::within:
    case step::across:
      if (is_text_left && !is_gap && (t.what == step::across || text_[at] != '.')) visit(token, at + 1);
      return visit(token + 1, at);
    case step::part_ends:
      if (!is_text_left || is_gap || text_[at] == '.') visit(token + 1, at);
      return;
    case step::part_begins:
      if (is_gap || at == 0 || text_[at - 1] == gap || text_[at - 1] == '.') visit(token + 1, at);
      return;
    }
  }

  const std::vector<token>& tokens_;
  std::vector<int> text_;
  std::vector<bool> seen_;
  std::vector<std::pair<std::size_t, std::size_t>> open_;
};

auto tag_pattern::glob::may_match(const tag_shape& shape) const -> bool {
  if (as == kind::all) return true;
  if (is_exact(shape)) return matches(shape.parts.front());
  return shape_walk{tokens, shape}.run();
}

auto tag_pattern::glob::matches_every(const tag_shape& shape) const -> bool {
  if (as == kind::all) return true;
  if (is_exact(shape)) return matches(shape.parts.front());
  return as == kind::below && shape.parts.front().starts_with(literal + '.');
}

auto tag_pattern::may_match(const tag_shape& shape) const -> bool {
  const auto can = [&](const glob& g) { return g.may_match(shape); };
  const auto is_whole = [&](const auto& g) { return g.matches_every(shape); };
  return (alternatives_.empty() || std::any_of(alternatives_.begin(), alternatives_.end(), can))
         && std::none_of(refused_.begin(), refused_.end(), is_whole)
         && (!others_ || std::none_of(others_->begin(), others_->end(), is_whole));
}

auto tag_pattern::matches_every(const tag_shape& shape) const -> bool {
  const auto can = [&](const auto& g) { return g.may_match(shape); };
  const auto is_whole = [&](const glob& g) { return g.matches_every(shape); };
  return (alternatives_.empty() || std::any_of(alternatives_.begin(), alternatives_.end(), is_whole))
         && std::none_of(refused_.begin(), refused_.end(), can)
         && (!others_ || std::none_of(others_->begin(), others_->end(), can));
}

} // namespace weir
