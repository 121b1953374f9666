#include "runtime/base/scan.hpp"
#include "runtime/parser/named_groups.hpp"
#include "runtime/parser/parsers.hpp"

#include <expat.h>

#include <algorithm>
#include <span>
#include <vector>

namespace weir {
namespace {

constexpr auto xml_depth_max = std::uint32_t{64};

/// One element, attribute or piece of text. Attributes are children that are called "@name", pieces "#text".
struct xml_node {
  std::size_t name = 0, name_size = 0; ///< in the text of its document
  std::size_t text = 0, text_size = 0; ///< of an attribute or piece
  std::uint32_t first_child = 0, last_child = 0, next = 0; ///< 0: none
  bool is_element = false;
};

/// A document in memory that is used again for the next one.
class xml_document {
public:
  xml_document() : parser_(XML_ParserCreate(nullptr)) {}
  xml_document(const xml_document&) = delete;
  ~xml_document() { XML_ParserFree(parser_); }

  /// Empty, or what is wrong with it.
  auto read(std::string_view bytes) -> std::string_view {
    nodes_.assign(1, {});
    open_.assign(1, 0);
    text_.clear();
    problem_ = {};
    XML_ParserReset(parser_, nullptr);
    XML_SetUserData(parser_, this);
    XML_SetElementHandler(parser_, on_open, on_close);
    XML_SetCharacterDataHandler(parser_, on_text);
    XML_SetStartDoctypeDeclHandler(parser_, on_type);
    const auto status = XML_Parse(parser_, bytes.data(), static_cast<int>(bytes.size()), 1);
    if (status == XML_STATUS_OK) return {};
    return problem_.empty() ? std::string_view{XML_ErrorString(XML_GetErrorCode(parser_))} : problem_;
  }
  auto node(std::uint32_t at) const -> const xml_node& { return nodes_[at]; }
  auto name(const xml_node& n) const -> std::string_view { return part(n.name, n.name_size); }
  auto text(const xml_node& n) const -> std::string_view { return part(n.text, n.text_size); }

private:
  static void on_open(void* user, const char* name, const char** attributes) {
    auto& self = *static_cast<xml_document*>(user);
    if (self.open_.size() > xml_depth_max) return self.stop("the elements are too deep inside of each other, at most 64 may be");
    self.open_.push_back(self.add("", name, {}));
    self.nodes_.back().is_element = true;
    for (; *attributes != nullptr; attributes += 2) self.add("@", attributes[0], attributes[1]);
  }
  static void on_close(void* user, const char*) { static_cast<xml_document*>(user)->open_.pop_back(); }
  static void on_text(void* user, const char* text, int size) {
    auto& self = *static_cast<xml_document*>(user);
    const auto piece = std::string_view{text, static_cast<std::size_t>(size)};
    const auto last = self.nodes_[self.open_.back()].last_child;
    auto& n = self.nodes_.back();
    // What goes on where the last piece ended is the same one.
    if (last == 0 || last + 1 != self.nodes_.size() || self.name(n) != "#text") return void(self.add("#text", "", piece));
    self.text_ += piece;
    n.text_size += piece.size();
  }
  static void on_type(void* user, const char*, const char*, const char*, int) {
    static_cast<xml_document*>(user)->stop("a document type is not taken, nor are entities of one");
  }

  void stop(std::string_view problem) {
    problem_ = problem;
    XML_StopParser(parser_, XML_FALSE);
  }

  auto add(std::string_view mark, std::string_view name, std::string_view text) -> std::uint32_t {
    auto made = xml_node{text_.size(), mark.size() + name.size()};
    text_.append(mark).append(name);
    made.text = text_.size(), made.text_size = text.size();
    text_.append(text);
    const auto at = static_cast<std::uint32_t>(nodes_.size());
    auto& above = nodes_[open_.back()];
    (above.last_child == 0 ? above.first_child : nodes_[above.last_child].next) = at;
    above.last_child = at;
    nodes_.push_back(made);
    return at;
  }

  auto part(std::size_t begin, std::size_t size) const -> std::string_view { return std::string_view{text_}.substr(begin, size); }

  XML_Parser parser_;
  std::vector<xml_node> nodes_;     ///< the first is the document
  std::vector<std::uint32_t> open_; ///< elements, from the outermost on
  std::string text_;
  std::string_view problem_;
};

/// Elements are maps of what is in them, or text if that is all there is; several of one name are a list.
class xml_parser final : public line_parser {
public:
  explicit xml_parser(field_rules rules) : rules_(std::move(rules)) {}

  auto parse(std::string_view line, msgpack_writer& out) -> parsed_line override {
    if (line.size() > INT32_MAX) return {.problem = "the document is too large"};
    line.remove_prefix(std::min(line.find_first_not_of(" \t\r\n"), line.size()));
    if (const auto problem = document_.read(line); !problem.empty()) return {.problem = problem};
    rules_.begin_line();
    line_ = {};
    path_.clear();
    line_.fields = put_fields(0, out);
    rules_.judge_time(line_);
    return line_;
  }

private:
  static auto is_blank(std::string_view text) -> bool { return std::all_of(text.begin(), text.end(), scan::is_space); }

  /// The children of a node as pairs of key and value; returns how many.
  auto put_fields(std::uint32_t of, msgpack_writer& out) -> std::uint32_t {
    const auto begin = things_.size();
    const auto has_parts = has_fields(of);
    for (auto at = document_.node(of).first_child; at != 0; at = document_.node(at).next) {
      const auto& n = document_.node(at);
      if (has_parts && document_.name(n) == "#text" && is_blank(document_.text(n))) continue;
      things_.push_back({document_.name(n), at, 0});
    }
    group_by_name(std::span{things_}.subspan(begin));
    auto fields = std::uint32_t{0};
    for (auto at = begin, end = things_.size(); at < end;) {
      const auto size = group_size({things_.data() + at, end - at});
      if (put_group(at, size, out)) ++fields;
      at += size;
    }
    things_.resize(begin);
    return fields;
  }

  /// Returns false, and nothing is put, of a field that became the time of the event.
  auto put_group(std::size_t at, std::size_t size, msgpack_writer& out) -> bool {
    const auto before = out.buffer().size();
    const auto outer = path_.size();
    if (outer > 0) path_ += '.';
    path_ += things_[at].name;
    out.str(things_[at].name);
    const auto is_text = things_[at].name == "#text";
    if (size > 1 && !is_text) out.array(static_cast<std::uint32_t>(size));
    auto stays = true;
    if (is_text) stays = put_text(joined({things_.data() + at, size}), true, out);
    for (std::size_t i = 0; i < size && !is_text; ++i) stays = put_node(things_[at + i].index, size == 1, out);
    path_.resize(outer);
    if (!stays) out.buffer().truncate(before);
    return stays;
  }

  auto put_node(std::uint32_t at, bool is_alone, msgpack_writer& out) -> bool {
    const auto& n = document_.node(at);
    if (!n.is_element) return put_text(document_.text(n), is_alone, out);
    if (!has_fields(at)) return put_text(text_inside(at), is_alone, out);
    const auto mark = out.open();
    const auto fields = put_fields(at, out);
    out.close_map(mark, fields);
    return true;
  }

  /// Nothing is put, and false returned, of what became the time of the event and is no item of a list.
  auto put_text(std::string_view text, bool is_alone, msgpack_writer& out) -> bool {
    auto* const rule = rules_.empty() ? nullptr : rules_.find(path_);
    if (rule == nullptr) return out.str(text), true;
    if (rule->is_time_key)
      if (const auto time = rules_.event_time(text)) {
        line_.has_time = true, line_.time_ns = *time;
        if (is_alone && !rules_.keeps_time()) return false;
      }
    auto* const begin = out.buffer().tail(typed_bytes_max(text.size()));
    const auto* const end = write_typed(begin, text, *rule);
    if (end == nullptr) return out.str(text), true;
    out.buffer().advance(static_cast<std::size_t>(end - begin));
    return true;
  }

  /// Whether there is more in it than text.
  auto has_fields(std::uint32_t of) const -> bool {
    for (auto at = document_.node(of).first_child; at != 0; at = document_.node(at).next)
      if (document_.name(document_.node(at)) != "#text") return true;
    return false;
  }

  auto text_inside(std::uint32_t of) const -> std::string_view {
    const auto only = document_.node(of).first_child;
    return only == 0 ? std::string_view{} : document_.text(document_.node(only));
  }

  auto joined(std::span<const named_thing> pieces) -> std::string_view {
    joined_.clear();
    for (const auto& p : pieces) joined_ += document_.text(document_.node(p.index));
    return joined_;
  }

  field_rules rules_;
  xml_document document_;
  std::vector<named_thing> things_; ///< of all open nodes
  parsed_line line_;
  std::string path_;
  std::string joined_;
};

} // namespace

auto make_xml_parser(const parser_settings& settings, const clock& now) -> made_parser {
  WEIR_TRY(auto rules, field_rules::make(settings, {}, now));
  return std::unique_ptr<line_parser>{std::make_unique<xml_parser>(std::move(rules))};
}

} // namespace weir
