#include "runtime/event/tag_pattern.hpp"

#include <algorithm>

namespace weir {
namespace {

constexpr auto alternatives_max = std::size_t{1000};
constexpr auto nesting_max = 32;

auto is_blank(char c) -> bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

/// Rewrites one text into patterns without braces and blanks; escapes stay as they are.
class brace_expander {
public:
  explicit brace_expander(std::string_view text) : text_(text) {}

  struct patterns {
    std::vector<std::string> wanted;
    std::vector<std::string> refused; ///< without their `!`
  };

  auto expand() -> result<patterns> {
    auto all = patterns{};
    for (skip_blanks(); at_ < text_.size(); skip_blanks()) {
      const auto refuses = text_[at_] == '!';
      if (refuses && ++at_ == text_.size()) return wrong("a \"!\" with no pattern behind it");
      if (refuses && (is_blank(text_[at_]) || text_[at_] == '!'))
        return wrong("a \"!\" with no pattern behind it");
      const auto begin = at_;
      WEIR_TRY(auto some, sequence(0));
      if (at_ < text_.size() && text_[at_] == '}') return wrong("a \"}\" without its \"{\"");
      if (at_ - begin > 1 && text_[begin] == '/' && text_[at_ - 1] == '/')
        return wrong_at(begin, "a regular expression, wanted *, ** and {a,b},");
      auto& to = refuses ? all.refused : all.wanted;
      std::move(some.begin(), some.end(), std::back_inserter(to));
      if (to.size() > alternatives_max) return too_many();
    }
    if (all.wanted.empty() && all.refused.empty()) return error{errc::failed, "an empty tag pattern; \"**\" matches every tag"};
    return all;
  }

private:
  /// Up to a blank (outside of braces), or the `,` or `}` that ends this alternative.
  auto sequence(int depth) -> result<std::vector<std::string>> {
    auto made = std::vector<std::string>(1);
    while (at_ < text_.size()) {
      const auto c = text_[at_];
      if (c == '}' || (depth > 0 && c == ',') || (depth == 0 && is_blank(c))) break;
      if (c == '{') {
        WEIR_TRY(const auto options, braces(depth + 1));
        WEIR_CHECK(multiply(made, options));
      } else {
        WEIR_CHECK(append_character(made));
      }
    }
    return made;
  }

  auto append_character(std::vector<std::string>& made) -> result<void> {
    const auto size = std::size_t{text_[at_] == '\\' ? 2U : 1U};
    if (at_ + size > text_.size()) return wrong("a \"\\\" with nothing behind it");
    if (!is_blank(text_[at_]))
      for (auto& text : made) text += text_.substr(at_, size);
    at_ += size;
    return {};
  }

  auto braces(int depth) -> result<std::vector<std::string>> {
    const auto opened = at_;
    if (depth > nesting_max) return wrong("braces nested deeper than 32");
    auto options = std::vector<std::string>{};
    do {
      ++at_;
      WEIR_TRY(auto some, sequence(depth));
      std::move(some.begin(), some.end(), std::back_inserter(options));
      if (options.size() > alternatives_max) return too_many();
    } while (at_ < text_.size() && text_[at_] == ',');
    if (at_ == text_.size()) return wrong_at(opened, "a \"{\" without its \"}\"");
    ++at_;
    return options;
  }

  auto multiply(std::vector<std::string>& made, const std::vector<std::string>& options) -> result<void> {
    if (made.size() * options.size() > alternatives_max) return too_many();
    auto product = std::vector<std::string>{};
    product.reserve(made.size() * options.size());
    for (const auto& head : made)
      for (const auto& option : options) product.push_back(head + option);
    made = std::move(product);
    return {};
  }

  void skip_blanks() {
    while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
  }
  auto wrong(std::string found) const -> error { return wrong_at(at_, std::move(found)); }
  auto wrong_at(std::size_t offset, std::string found) const -> error {
    return {errc::failed, "tag pattern \"" + std::string{text_} + "\" has " + std::move(found)
                              + " at character " + std::to_string(offset + 1)};
  }
  auto too_many() const -> error {
    return {errc::limit, "tag pattern \"" + std::string{text_} + "\" stands for more than "
                             + std::to_string(alternatives_max) + " alternatives"};
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

} // namespace

/// Matches tokens against a tag, remembering only the last wildcard of each kind: an earlier one could
/// take no more than the later one can. So the time is bounded by the square of the tag's length.
class tag_pattern::walk {
public:
  walk(const std::vector<token>& tokens, std::string_view tag) : tokens_(tokens), tag_(tag) {}

  auto run() -> bool {
    for (;;) {
      if (token_ == tokens_.size() && at_ == tag_.size()) return true;
      if (token_ < tokens_.size() && advance()) continue;
      if (!retry(within_, true) && !retry(across_, false)) return false;
    }
  }

private:
  struct mark {
    bool set = false;
    std::size_t token = 0; ///< behind the wildcard
    std::size_t at = 0;    ///< end of what it takes
  };

  auto advance() -> bool {
    const auto& t = tokens_[token_];
    switch (t.what) {
    case step::literal:
      if (at_ == tag_.size() || tag_[at_] != t.byte) return false;
      ++at_;
      break;
    case step::within: within_ = {true, token_ + 1, at_}; break;
    case step::across:
      across_ = {true, token_ + 1, at_};
      within_ = {};
      break;
    case step::part_ends:
      if (at_ < tag_.size() && tag_[at_] != '.') return false;
      break;
    case step::part_begins:
      if (at_ > 0 && tag_[at_ - 1] != '.') return false;
      break;
    }
    ++token_;
    return true;
  }

  /// Lets the wildcard take one more byte.
  auto retry(mark& m, bool stays_in_part) -> bool {
    if (!m.set || m.at == tag_.size() || (stays_in_part && tag_[m.at] == '.')) return m.set = false;
    at_ = ++m.at;
    token_ = m.token;
    return true;
  }

  const std::vector<token>& tokens_;
  std::string_view tag_;
  std::size_t token_ = 0;
  std::size_t at_ = 0;
  mark within_;
  mark across_;
};

auto tag_pattern::glob::matches(std::string_view tag) const -> bool {
  switch (as) {
  case kind::exact: return tag == literal;
  case kind::below:
    return tag.starts_with(literal) && (tag.size() == literal.size() || tag[literal.size()] == '.');
  case kind::all: return true;
  case kind::general: break;
  }
  return walk{tokens, tag}.run();
}

auto tag_pattern::compile(std::string_view pattern) -> glob {
  auto made = glob{};
  auto& tokens = made.tokens;
  auto wildcards = 0;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const auto rest = pattern.substr(i);
    if (rest.starts_with(".**")) {
      tokens.push_back({step::part_ends, 0});
    } else if (rest.starts_with("**")) {
      tokens.push_back({step::across, 0});
      ++wildcards;
      ++i;
      if (rest.starts_with("**.")) tokens.push_back({step::part_begins, 0});
      // The dot of `**.**` serves both; otherwise it belongs to the first.
      if (rest.starts_with("**.")) ++i;
    } else if (rest.front() == '*') {
      tokens.push_back({step::within, 0});
      ++wildcards;
    } else {
      if (rest.front() == '\\') ++i;
      tokens.push_back({step::literal, pattern[i]});
      made.literal += pattern[i];
    }
  }
  const auto size = tokens.size();
  if (wildcards == 0)
    made.as = glob::kind::exact;
  else if (size == 1 && tokens[0].what == step::across)
    made.as = glob::kind::all;
  else if (wildcards == 1 && size >= 3 && tokens[size - 2].what == step::part_ends)
    made.as = glob::kind::below;
  else
    made.as = glob::kind::general;
  return made;
}

auto tag_pattern::parse(const std::vector<std::string>& patterns) -> result<tag_pattern> {
  auto made = tag_pattern{};
  made.text_ = patterns;
  for (const auto& text : patterns) WEIR_CHECK(made.add(text));
  if (made.alternatives_.size() + made.refused_.size() > alternatives_max)
    return error{errc::limit, "the tag patterns stand for more than " + std::to_string(alternatives_max)
                                  + " alternatives"};
  return made;
}

auto tag_pattern::add(std::string_view text) -> result<void> {
  WEIR_TRY(const auto expanded, brace_expander{text}.expand());
  for (const auto& one : expanded.wanted) alternatives_.push_back(compile(one));
  for (const auto& one : expanded.refused) refused_.push_back(compile(one));
  return {};
}

auto tag_pattern::whole_text() const -> std::vector<std::string> {
  auto all = text_;
  if (others_ == nullptr) return all;
  for (const auto& other : *others_)
    for (const auto& said : other.whole_text()) all.push_back("without " + said);
  return all;
}

auto tag_pattern::without(std::vector<tag_pattern> others) const -> tag_pattern {
  auto made = *this;
  if (!others.empty()) made.others_ = std::make_shared<const std::vector<tag_pattern>>(std::move(others));
  return made;
}

auto tag_pattern::matches(std::string_view tag) const -> bool {
  const auto does = [&](const auto& g) { return g.matches(tag); };
  return (alternatives_.empty() || std::any_of(alternatives_.begin(), alternatives_.end(), does))
         && std::none_of(refused_.begin(), refused_.end(), does)
         && (!others_ || std::none_of(others_->begin(), others_->end(), does));
}

auto tag_pattern::matches_all() const -> bool {
  if (!refused_.empty() || others_) return false;
  return alternatives_.empty() || std::any_of(alternatives_.begin(), alternatives_.end(), [](const auto& g) {
           return g.as == glob::kind::all;
         });
}

} // namespace weir
