#include "runtime/base/scan.hpp"
#include "runtime/event/escaped_byte.hpp"
#include "runtime/event/repeated_keys.hpp"
#include "runtime/parser/json_scalars.hpp"
#include "runtime/parser/key_table.hpp"
#include "runtime/parser/parsers.hpp"

#include <simdjson.h>

#include <array>
#include <bit>

namespace weir {
namespace {

constexpr auto depth_max = std::size_t{256};
constexpr auto line_bytes_max = std::size_t{1} << 30;

/// What a line can grow to: no token of n bytes and the separator behind it takes more than 3n.
constexpr auto packed_bytes_max(std::size_t line_bytes) -> std::size_t { return line_bytes * 3 + 64; }

/// Sixteen bytes at a time without naming an instruction set.
using block = unsigned char __attribute__((vector_size(16)));

/// Copies `size` bytes rounded up to whole blocks; whether a backslash, or what the form of a byte begins with, was
/// among them (or just behind).
inline auto copy_blocks(char* to, const char* from, std::size_t size) -> bool {
  constexpr auto marker = static_cast<unsigned char>(escaped_byte::marker.front());
  auto found = block{};
  for (std::size_t at = 0; at < size; at += sizeof(block)) {
    block bytes;
    std::memcpy(&bytes, from + at, sizeof bytes);
    std::memcpy(to + at, &bytes, sizeof bytes);
    found |= reinterpret_cast<block>((bytes == '\\') | (bytes == marker));
  }
  std::uint64_t halves[2];
  std::memcpy(halves, &found, sizeof halves);
  return (halves[0] | halves[1]) != 0;
}

/// Walks the structural characters that simdjson found in one line and writes what is between them.
class json_walk {
public:
  struct tokens {
    const char* text;
    const std::uint32_t* begin;
    const std::uint32_t* end; ///< begin[end - begin] is the size of the text
  };
  struct container {
    char* head = nullptr; ///< one reserved byte
    std::uint32_t count = 0;
    std::uint32_t map = 0; ///< its number among the maps
    char closer = 0;
  };
  /// What a parser keeps from line to line.
  struct memory {
    std::array<container, depth_max> open;
    key_table keys;
    repeated_keys repeated;
    std::string path; ///< of the field, where rules name fields inside of others
  };

  json_walk(tokens t, field_rules& rules, memory& known, char* to)
      : text_(t.text), next_(t.begin), end_(t.end), rules_(rules), to_(to), begin_(to), known_(known) {
    rules.begin_line();
    known.keys.begin_line();
    known.path.clear();
  }

  auto run() -> parsed_line;
  auto written_end() const -> char* { return to_; }

private:
  auto current() const -> char { return next_ < end_ ? text_[*next_] : '\0'; }
  auto take() -> char { return next_ < end_ ? text_[*next_++] : '\0'; }
  auto fail(std::string_view why) -> bool { return line_.problem = why, false; }
  auto token_text() const -> std::string_view;
  auto members(std::uint32_t& fields, unsigned depth) -> bool;
  auto ruled_field(char* field, std::uint32_t& fields, unsigned depth, std::size_t outside) -> bool;
  auto key(std::uint32_t map, unsigned depth) -> bool;
  auto unknown_key(std::uint32_t map, unsigned depth) -> bool;
  void note_key(key_table::entry& key, std::uint32_t map, unsigned depth);
  void resolve_repeated();
  auto string() -> bool;
  auto escaped_string(std::string_view raw) -> bool;
  auto word(std::string_view wanted, char packed) -> bool;
  auto scalar() -> bool;
  auto value(unsigned depth) -> bool;
  auto ruled_value(field_rule& rule, char* field, std::uint32_t& fields, unsigned depth) -> bool;
  auto nested(unsigned base) -> bool;
  auto open(std::size_t& depth) -> bool;
  void close(const container& c);

  const char* text_;
  const std::uint32_t* next_;
  const std::uint32_t* end_;
  field_rules& rules_;
  char* to_;
  parsed_line line_;
  std::string_view last_string_; ///< as written
  char* begin_;
  memory& known_;
  bool repeated_ = false; ///< a map has, or may have, a key twice
};

/// The scalar at next_, without the blanks behind it.
auto json_walk::token_text() const -> std::string_view {
  auto text = std::string_view{text_ + *next_, static_cast<std::size_t>(next_[1] - *next_)};
  while (text.size() > 1 && scan::is_space(text.back())) text.remove_suffix(1);
  return text;
}

auto json_walk::run() -> parsed_line {
  if (take() != '{')
    fail("the line is not a JSON object");
  else if (members(line_.fields, 0) && next_ != end_)
    fail("something follows the JSON object");
  if (!line_.ok()) return line_;
  if (repeated_ || known_.keys.has_forgotten()) [[unlikely]]
    resolve_repeated();
  rules_.judge_time(line_);
  return line_;
}

/// The fields of the line, or of an object that rules lead into.
auto json_walk::members(std::uint32_t& fields, unsigned depth) -> bool {
  if (current() == '}') return ++next_, true;
  const auto ruled = !rules_.empty();
  const auto map = known_.keys.next_map();
  const auto outside = known_.path.size();
  for (;;) {
    auto* const field = to_;
    if (!key(map, depth)) return false;
    ++fields;
    if (ruled ? !ruled_field(field, fields, depth, outside) : !value(depth)) return false;
    const auto separator = take();
    if (separator == '}') return true;
    if (separator != ',') return fail("the JSON object wants \",\" or \"}\" after a field");
  }
}

/// What is behind a key that may have a rule or lead to one. `outside`: bytes of the path around it.
auto json_walk::ruled_field(char* field, std::uint32_t& fields, unsigned depth, std::size_t outside) -> bool {
  auto name = last_string_;
  if (rules_.has_paths()) {
    known_.path.resize(outside);
    if (depth > 0) known_.path += '.';
    known_.path += last_string_;
    name = known_.path;
  }
  if (auto* const rule = rules_.find(name)) return ruled_value(*rule, field, fields, depth);
  if (current() != '{' || !rules_.lead_into(name)) return value(depth);
  auto inside = container{to_++, 0, 0, '}'};
  ++next_;
  if (!members(inside.count, depth + 1)) return false;
  close(inside);
  return true;
}

[[gnu::always_inline]] inline auto json_walk::value(unsigned depth) -> bool {
  const auto first = current();
  return first == '{' || first == '[' ? nested(depth) : scalar();
}

auto json_walk::ruled_value(field_rule& rule, char* field, std::uint32_t& fields, unsigned depth) -> bool {
  const auto first = current();
  auto* const begin = to_;
  auto text = first == '\0' ? std::string_view{} : token_text();
  if (!value(depth)) return false;
  if (rule.is_time_key) line_.has_time = false; // the last of several counts
  if (first == '{' || first == '[' || first == 'n') {
    if (rule.is_time_key && first != 'n') (void)rules_.event_time(first == '{' ? "{…}" : "[…]");
    return true;
  }
  if (first == '"') text = last_string_;
  if (const auto time = rule.is_time_key ? rules_.event_time(text) : std::nullopt) {
    line_.has_time = true;
    line_.time_ns = *time;
    if (rules_.keeps_time()) return true;
    to_ = field;
    --fields;
    return true;
  }
  // `text` may be what was just written, so the typed value is made behind it and moved down.
  const auto* end = rule.is_text ? pack::str(to_, text) : write_typed(to_, text, rule);
  if (end == nullptr) return true;
  const auto size = static_cast<std::size_t>(end - to_);
  std::memmove(begin, to_, size);
  to_ = begin + size;
  return true;
}

inline void json_walk::note_key(key_table::entry& key, std::uint32_t map, unsigned depth) {
  if (depth >= key_table::depth_max || !key_table::is_new(key, map, depth)) [[unlikely]]
    repeated_ = true;
}

/// A key that another line had, with its colon right behind it, is known at a glance.
inline auto json_walk::key(std::uint32_t map, unsigned depth) -> bool {
  if (current() == '"' && next_ + 1 < end_) [[likely]] {
    const auto* const begin = text_ + *next_ + 1;
    const auto* const colon = text_ + next_[1];
    if (*colon == ':' && colon[-1] == '"') [[likely]] {
      // Were this quote the one at the front, the size would be too much for any key that is known.
      const auto size = static_cast<std::size_t>(colon - 1 - begin);
      if (auto* const known = known_.keys.find(begin, size)) [[likely]] {
        note_key(*known, map, depth);
        std::memcpy(to_, known->packed, sizeof known->packed);
        last_string_ = {to_ + 1, size};
        to_ += size + 1;
        next_ += 2;
        return true;
      }
    }
  }
  return unknown_key(map, depth);
}

auto json_walk::unknown_key(std::uint32_t map, unsigned depth) -> bool {
  if (current() != '"') return fail("the JSON object wants a key in quotes");
  if (!string()) return false;
  if (take() != ':') return fail("the JSON object wants \":\" after a key");
  auto* known = known_.keys.find(last_string_.data(), last_string_.size());
  // Only what is written as it is read may be found in the text of later lines.
  const auto is_plain = last_string_.find_first_of("\\\x9a") == std::string_view::npos;
  if (known == nullptr && is_plain) known = known_.keys.learn(last_string_.data(), last_string_.size());
  if (known != nullptr)
    note_key(*known, map, depth);
  else
    repeated_ = true; // or not: it is looked at
  return true;
}

/// The last of equal keys wins, also as the event's time: one that was none does not stay before it.
void json_walk::resolve_repeated() {
  const auto fields = std::string_view{begin_, static_cast<std::size_t>(to_ - begin_)};
  auto left = known_.repeated.resolve(begin_, {fields, line_.fields});
  if (line_.has_time && !rules_.keeps_time()) left = without_field(begin_, left, rules_.time_key());
  line_.fields = left.count;
  to_ = begin_ + left.bytes.size();
}

/// What is between the quotes needs no search: behind the closing one only blanks come before the next token.
inline auto json_walk::string() -> bool {
  const auto* const begin = text_ + *next_ + 1;
  const auto* end = text_ + next_[1] - 1;
  while (*end != '"') --end;
  ++next_;
  const auto size = static_cast<std::size_t>(end - begin);
  auto* const to = pack::str_head(to_, size);
  if (copy_blocks(to, begin, size)) [[unlikely]] return escaped_string({begin, size});
  last_string_ = {to, size};
  to_ = to + size;
  return true;
}

auto json_walk::escaped_string(std::string_view raw) -> bool {
  auto* const text = to_ + pack::head_bytes_max;
  const auto* end = unescape_json(raw, text);
  if (end == nullptr) return fail("a JSON string holds a wrong escape");
  auto size = static_cast<std::size_t>(end - text);
  if (escaped_byte::may_be_in({text, size})) size = escaped_byte::decode(text, size);
  auto* const to = pack::str_head(to_, size);
  std::memmove(to, text, size);
  last_string_ = {to, size};
  to_ = to + size;
  return true;
}

auto json_walk::word(std::string_view wanted, char packed) -> bool {
  if (token_text() != wanted)
    return fail("a JSON value is none of string, number, object, array, true, false, null");
  ++next_;
  *to_++ = packed;
  return true;
}

auto json_walk::scalar() -> bool {
  const auto first = current();
  if (first == '"') return string();
  if (first == 't') return word("true", '\xc3');
  if (first == 'f') return word("false", '\xc2');
  if (first == 'n') return word("null", '\xc0');
  if (first != '-' && !scan::is_digit(first)) return word({}, '\0');
  auto* const end = write_json_number(to_, token_text());
  if (end == nullptr) return fail("a JSON number is malformed or out of range");
  ++next_;
  to_ = end;
  return true;
}

/// An object or array and everything in it, without recursion. `base`: how deep it is itself.
auto json_walk::nested(unsigned base) -> bool {
  auto depth = std::size_t{base};
  if (!open(depth)) return false;
  while (depth > base) {
    auto& inner = known_.open[depth - 1];
    const auto closes = current() == inner.closer;
    if (closes) {
      ++next_;
      close(inner);
      --depth;
      continue;
    }
    if (inner.count > 0 && take() != ',')
      return fail("a JSON container wants \",\" or its end after a value");
    ++inner.count;
    if (inner.closer == '}' && !key(inner.map, static_cast<unsigned>(depth))) return false;
    const auto first = current();
    if (first == '{' || first == '[' ? !open(depth) : !scalar()) return false;
  }
  return true;
}

auto json_walk::open(std::size_t& depth) -> bool {
  if (depth == depth_max) return fail("the JSON is nested deeper than 256 levels");
  const auto is_map = take() == '{';
  known_.open[depth++] = {to_++, 0, is_map ? known_.keys.next_map() : 0, is_map ? '}' : ']'};
  return true;
}

void json_walk::close(const container& c) {
  const auto is_map = c.closer == '}';
  if (c.count < 16) {
    *c.head = static_cast<char>((is_map ? 0x80 : 0x90) | c.count);
    return;
  }
  const auto wide = c.count > UINT16_MAX;
  const auto extra = std::size_t{wide ? 4U : 2U};
  std::memmove(c.head + 1 + extra, c.head + 1, static_cast<std::size_t>(to_ - c.head - 1));
  to_ += extra;
  if (wide)
    pack::big_endian(c.head, is_map ? 0xdf : 0xdd, c.count);
  else
    pack::big_endian(c.head, is_map ? 0xde : 0xdc, static_cast<std::uint16_t>(c.count));
}

auto problem_of(simdjson::error_code code) -> std::string_view {
  switch (code) {
  case simdjson::EMPTY: return "the line is empty, wanted a JSON object";
  case simdjson::UNCLOSED_STRING: return "a JSON string is not closed";
  case simdjson::UNESCAPED_CHARS: return "a JSON string holds a control character that is not escaped";
  case simdjson::CAPACITY: return "the line is too long for JSON";
  default: return "the line is not JSON";
  }
}

/// Uses simdjson's first stage, which finds tokens with SIMD, and packs them in one walk: no document in
/// between.
class json_parser final : public line_parser {
public:
  json_parser(field_rules rules, std::unique_ptr<simdjson::internal::dom_parser_implementation> stages)
      : rules_(std::move(rules)), stages_(std::move(stages)) {}

  auto parse(std::string_view line, msgpack_writer& out) -> parsed_line override {
    const auto code = find_tokens(line);
    // Bytes that are not UTF-8 are kept as they are: the tokens around them were found all the same.
    if (code != simdjson::SUCCESS && (code != simdjson::UTF8_ERROR || stages_->n_structural_indexes == 0))
      return {.problem = problem_of(code)};
    const auto* begin = stages_->structural_indexes.get();
    auto* const to = out.buffer().tail(packed_bytes_max(line.size()) * (rules_.empty() ? 1 : 2));
    auto walk = json_walk{{line.data(), begin, begin + stages_->n_structural_indexes}, rules_, known_, to};
    const auto parsed = walk.run();
    out.buffer().advance(static_cast<std::size_t>(walk.written_end() - to));
    return parsed;
  }

private:
  auto find_tokens(std::string_view line) -> simdjson::error_code {
    if (line.empty()) return simdjson::EMPTY;
    if (line.size() > capacity_) {
      if (line.size() > line_bytes_max) return simdjson::CAPACITY;
      const auto wanted = std::bit_ceil(line.size());
      if (stages_->set_capacity(wanted) != simdjson::SUCCESS) return simdjson::CAPACITY;
      capacity_ = wanted;
    }
    stages_->n_structural_indexes = 0;
    return stages_->stage1(reinterpret_cast<const std::uint8_t*>(line.data()), line.size(),
                           simdjson::stage1_mode::regular);
  }

  field_rules rules_;
  json_walk::memory known_;
  std::unique_ptr<simdjson::internal::dom_parser_implementation> stages_;
  std::size_t capacity_ = first_capacity;

public:
  static constexpr auto first_capacity = std::size_t{8192};
};

} // namespace

auto make_json_parser(const parser_settings& settings, const clock& now) -> made_parser {
  WEIR_TRY(auto rules, field_rules::make(settings, {}, now));
  auto stages = std::unique_ptr<simdjson::internal::dom_parser_implementation>{};
  const auto made = simdjson::get_active_implementation()->create_dom_parser_implementation(
      json_parser::first_capacity, depth_max, stages);
  if (made != simdjson::SUCCESS) return error{errc::failed, "no memory for a JSON parser"};
  return std::unique_ptr<line_parser>{std::make_unique<json_parser>(std::move(rules), std::move(stages))};
}

} // namespace weir
