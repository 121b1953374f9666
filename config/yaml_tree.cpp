#include "config/yaml_tree.hpp"

#include "config/yaml_shape.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <array>
#include <sstream>
#include <unordered_map>

namespace weir::config {
namespace {

using YAML::anchor_t;
using YAML::Mark;

/// Builds the tree from the parser's events. It ends a parse that exceeds a bound as the parser itself
/// would, by its exception; parse_yaml() catches both.
class tree_builder final : public YAML::EventHandler {
public:
  tree_builder(std::string_view text, const std::string& file, diagnostics& problems)
      : text_(text), file_(file), problems_(problems) {}

  auto root() -> value& { return root_; }
  auto documents() const -> int { return documents_; }

  void OnDocumentStart(const Mark& mark) override {
    if (++documents_ == 2)
      report(at(mark), "a second document begins here; wants one document a file",
             "\"include:\" joins files");
  }
  void OnDocumentEnd() override { frames_.clear(); }
  void OnNull(const Mark& mark, anchor_t anchor) override {
    auto v = value{};
    v.where = at(mark);
    // A plain `null` is nothing, but it is also the name of a sink: keep the word.
    if (!mark.is_null() && text_.substr(static_cast<std::size_t>(mark.pos)).starts_with("null"))
      v.scalar = "null";
    complete({std::move(v), 1, 1}, anchor);
  }
  void OnScalar(const Mark& mark, const std::string& tag, anchor_t anchor, const std::string& text) override {
    auto v = value{};
    v.type = value::kind::scalar;
    v.where = at(mark);
    v.scalar = text;
    v.quoted = tag == "!" || tag == "tag:yaml.org,2002:str";
    check_tag(v.where, tag);
    complete({std::move(v), 1, 1}, anchor);
  }
  void OnAlias(const Mark& mark, anchor_t anchor) override {
    const auto known = anchors_.find(anchor);
    if (known == anchors_.end()) throw YAML::ParserException(mark, "an alias stands inside of what it names");
    if (frames_.size() + known->second.height > nesting_max) refuse_depth(mark);
    complete(known->second, 0, known->second.values);
  }
  void OnSequenceStart(const Mark& mark, const std::string& tag, anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    begin(mark, tag, anchor, value::kind::sequence);
  }
  void OnMapStart(const Mark& mark, const std::string& tag, anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    begin(mark, tag, anchor, value::kind::map);
  }
  void OnSequenceEnd() override { end(); }
  void OnMapEnd() override { end(); }

private:
  struct subtree {
    value content;
    std::size_t values = 1; ///< in it
    std::size_t height = 1; ///< of the tallest path down
  };
  struct frame {
    subtree made;
    anchor_t anchor = 0;
    std::unordered_map<std::string, std::size_t> keys; ///< to the members
    std::optional<value> key;                          ///< read, its value is still to come
    std::vector<value> merged;                         ///< what stood behind `<<`
  };

  auto at(const Mark& mark) const -> place {
    if (mark.is_null()) return frames_.empty() ? place{file_, 1, 1} : frames_.back().made.content.where;
    return {file_, mark.line + 1, mark.column + 1};
  }

  void report(place where, std::string what, std::string hint = {}) {
    problems_.push_back({diagnostic::severity::error, std::move(where), std::move(what), std::move(hint)});
  }

  [[noreturn]] static void refuse_depth(const Mark& mark) {
    throw YAML::ParserException(mark, "lists and maps are nested more than " + std::to_string(nesting_max)
                                          + " deep");
  }

  void check_tag(const place& where, const std::string& tag) {
    static constexpr auto understood = std::array<std::string_view, 3>{"", "?", "!"};
    if (std::find(understood.begin(), understood.end(), tag) != understood.end()) return;
    if (!tag.starts_with("tag:yaml.org,2002:"))
      report(where, "the tag \"" + tag + "\" means nothing here", "text that begins with a \"!\" wants quotes");
  }

  void begin(const Mark& mark, const std::string& tag, anchor_t anchor, value::kind type) {
    if (frames_.size() >= nesting_max) refuse_depth(mark);
    auto f = frame{};
    f.made.content.type = type;
    f.made.content.where = at(mark);
    f.anchor = anchor;
    check_tag(f.made.content.where, tag);
    frames_.push_back(std::move(f));
  }

  void end() {
    auto f = std::move(frames_.back());
    frames_.pop_back();
    merge_into(f);
    complete(std::move(f.made), f.anchor);
  }

  /// `added`: values that are new with it; what is inside of a list or map was counted before.
  void complete(subtree made, anchor_t anchor, std::size_t added = 1) {
    values_ += added;
    if (values_ > values_max) {
      const auto& where = made.content.where;
      auto mark = Mark{};
      mark.line = where.line - 1;
      mark.column = where.column - 1;
      throw YAML::ParserException(mark, "more than " + std::to_string(values_max)
                                            + " values, with aliases expanded");
    }
    if (anchor != 0) anchors_[anchor] = made;
    if (documents_ > 1) return;
    if (frames_.empty())
      root_ = std::move(made.content);
    else
      add_to(frames_.back(), std::move(made));
  }

  void add_to(frame& f, subtree made) {
    auto& content = f.made.content;
    if (content.is_map() && !f.key) return void(f.key = std::move(made.content));
    f.made.values += made.values;
    f.made.height = std::max(f.made.height, made.height + 1);
    if (content.is_sequence()) return content.items.push_back(std::move(made.content));
    const auto key = *std::exchange(f.key, std::nullopt);
    if (!key.is_scalar()) return report(key.where, "a key wants to be a string, not " + key.describe());
    if (key.scalar == "<<" && !key.quoted) return f.merged.push_back(std::move(made.content));
    add_member(f, key, std::move(made.content));
  }

  void add_member(frame& f, const value& key, value content) {
    auto& members = f.made.content.members;
    const auto [known, is_new] = f.keys.emplace(key.scalar, members.size());
    if (is_new) return void(members.push_back({key.scalar, key.where, std::move(content)}));
    const auto& first = members[known->second].where;
    report(key.where,
           "the key \"" + key.scalar + "\" is there twice; first in line " + std::to_string(first.line));
  }

  /// Merge keys: members of the map wins over merged ones, earlier merged over later ones.
  void merge_into(frame& f) {
    for (const auto& source : f.merged) {
      if (source.is_map())
        merge_one(f, source);
      else if (source.is_sequence())
        for (const auto& item : source.items) merge_one(f, item);
      else
        report(source.where, "\"<<\" wants a map or a list of maps, not " + source.describe());
    }
  }

  void merge_one(frame& f, const value& source) {
    if (!source.is_map()) return report(source.where, "\"<<\" wants a map, not " + source.describe());
    auto& members = f.made.content.members;
    for (const auto& m : source.members)
      if (f.keys.emplace(m.key, members.size()).second) members.push_back(m);
  }

  std::string_view text_;
  const std::string& file_;
  diagnostics& problems_;
  std::vector<frame> frames_;
  std::unordered_map<anchor_t, subtree> anchors_;
  value root_;
  std::size_t values_ = 0;
  int documents_ = 0;
};

/// The parser's words for the mistakes that people make most, and what to do about them.
auto hint_for(std::string_view message) -> std::string {
  struct advice {
    std::string_view about;
    std::string_view hint;
  };
  static constexpr auto table = std::array{
      advice{"illegal map value", "a text that holds \": \" needs quotes; or the line is indented too far"},
      advice{"end of map not found",
             "the line is indented otherwise than its neighbours, or \":\" is missing"},
      advice{"end of sequence not found", "the line is indented otherwise than its neighbours"},
      advice{"end of sequence flow not found", "a \"]\" or \",\" is missing"},
      advice{"end of map flow not found", "a \"}\" or \",\" is missing"},
      advice{"unknown escape character", "between single quotes a backslash is just a backslash"},
      advice{"illegal EOF in scalar", "a closing quote is missing"},
      advice{"unknown token", "a text that begins with one of @ ` % & * ! needs quotes"},
  };
  for (const auto& a : table)
    if (message.find(a.about) != std::string_view::npos) return std::string{a.hint};
  return {};
}

} // namespace

auto parse_yaml(std::string_view text, const std::string& file, diagnostics& problems)
    -> std::optional<value> {
  const auto normal = normalize_text(text);
  if (!check_shape(normal, file, problems)) return std::nullopt;
  auto builder = tree_builder{normal, file, problems};
  builder.root().where = {file, 1, 1};
  try {
    auto stream = std::istringstream{normal};
    auto parser = YAML::Parser{stream};
    while (builder.documents() < 2 && parser.HandleNextDocument(builder)) {
    }
  } catch (const YAML::Exception& e) {
    const auto where = e.mark.is_null() ? place{file, 1, 1} : place{file, e.mark.line + 1, e.mark.column + 1};
    problems.push_back({diagnostic::severity::error, where, "not valid YAML: " + e.msg, hint_for(e.msg)});
    return std::nullopt;
  } catch (const std::exception& e) {
    problems.push_back(
        {diagnostic::severity::error, {file, 1, 1}, std::string{"not valid YAML: "} + e.what(), {}});
    return std::nullopt;
  }
  if (builder.documents() > 1) return std::nullopt;
  return std::move(builder.root());
}

} // namespace weir::config
