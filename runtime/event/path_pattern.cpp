#include "runtime/event/path_pattern.hpp"

#include "runtime/event/record_path.hpp"

#include <algorithm>

namespace weir {
namespace {

/// Where matching goes on with a longer text for a star.
struct star_choice {
  std::size_t behind = std::string_view::npos; ///< of the pattern
  std::size_t end = 0;                         ///< of the star's text
  std::size_t part = 0;
};

} // namespace

auto path_pattern::compile(std::string_view text) -> result<path_pattern> {
  if (!is_written_path(text)) return error{errc::failed, std::string{not_written_path}};
  if (text.find("***") != std::string_view::npos)
    return error{errc::failed, "\"***\" in \"" + std::string{text} + "\" is no pattern; wanted * or **"};
  auto made = path_pattern{};
  made.text_ = text;
  made.plain_ = std::min(text.find('*'), text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '*') continue;
    ++made.stars_;
    if (text.substr(i).starts_with("**")) ++i;
  }
  return made;
}

auto path_pattern::matches(std::string_view path, std::vector<std::string_view>& parts) const -> bool {
  parts.assign(stars_, {});
  return stars_ == 0 ? matches(path) : matches_stars(path, &parts);
}

auto path_pattern::may_lead_from(std::string_view path) const -> bool {
  const auto plain = std::string_view{text_}.substr(0, plain_);
  const auto shared = std::min(plain.size(), path.size());
  if (!std::equal(plain.begin(), plain.begin() + static_cast<std::ptrdiff_t>(shared), path.begin(), is_same)) return false;
  return plain.size() > path.size() ? plain[path.size()] == '.' : stars_ > 0;
}

/// Each star takes as little as it can. One that takes more leaves all before it as they are, but for the last `**`, as
/// a `*` cannot pass a joint.
auto path_pattern::matches_stars(std::string_view path, std::vector<std::string_view>* parts) const -> bool {
  auto one = star_choice{};
  auto many = star_choice{};
  auto part = std::size_t{0};
  std::size_t p = 0;
  std::size_t t = 0;
  const auto set = [&](const star_choice& star, std::size_t begin) {
    if (parts != nullptr) (*parts)[star.part] = path.substr(begin, star.end - begin);
  };
  auto one_begin = std::size_t{0};
  auto many_begin = std::size_t{0};
  for (;;) {
    if (p < text_.size() && text_[p] == '*') {
      const auto is_many = text_.compare(p, 2, "**") == 0;
      p += is_many ? 2 : 1;
      auto& star = is_many ? many : one;
      star = {p, t, part++};
      (is_many ? many_begin : one_begin) = t;
      if (is_many) one = {};
      set(star, t);
    } else if (p == text_.size() ? t == path.size() : t < path.size() && is_same(text_[p], path[t])) {
      if (p == text_.size()) return true;
      ++p, ++t;
    } else if (one.behind != std::string_view::npos && one.end < path.size() && path[one.end] != path_joint) {
      ++one.end;
      set(one, one_begin);
      p = one.behind, t = one.end, part = one.part + 1;
    } else if (many.behind != std::string_view::npos && many.end < path.size()) {
      ++many.end;
      set(many, many_begin);
      one = {};
      p = many.behind, t = many.end, part = many.part + 1;
    } else {
      return false;
    }
  }
}

path_patterns::path_patterns(const std::vector<std::string>& texts) {
  for (const auto& text : texts)
    if (auto made = path_pattern::compile(text)) all_.push_back(std::move(*made));
}

} // namespace weir
