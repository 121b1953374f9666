#include "actors/operators/operator.hpp"
#include "actors/operators/patterns.hpp"
#include "actors/operators/redact/finders.hpp"
#include "runtime/codec/sha256.hpp"
#include "runtime/event/record_path.hpp"
#include "runtime/event/record_walk.hpp"

#include <algorithm>

namespace weir {
namespace {

class redact_operator final : public event_operator {
public:
  struct settings {
    std::vector<std::string> what;
    config::string_map patterns;
    std::vector<std::string> fields;
    std::string mask = "[redacted]";
    config::secret hash_key;
  };

  redact_operator(const settings& s, const plugin_context&) : fields_(s.fields), mask_(s.mask), hash_key_(s.hash_key.value) {
    for (const auto& kind : s.what)
      if (auto made = redact::make_finder(kind)) finders_.push_back(std::move(made));
    looks_at_numbers_ = std::find(s.what.begin(), s.what.end(), "card") != s.what.end();
    for (const auto& [name, expression] : s.patterns)
      if (auto made = redact::make_expression_finder(expression)) finders_.push_back(std::move(*made));
  }

  void apply(const event_view& in, event_output& out) override {
    record_.clear();
    walk_.run(in.record, record_, [this](const walked_value& of, msgpack_writer& write) { return visit(of, write); });
    out.put(in.with(record_.view()));
  }

private:
  auto visit(const walked_value& of, msgpack_writer& write) -> walk_step {
    const auto type = msgpack_reader{of.value}.peek();
    const auto is_named = fields_.empty() || names(of.path);
    // Without anything to look for, all that is named goes; and what lies too deep to be looked at.
    if (is_named && (finders_.empty() || (of.is_deepest && is_container(type)))) return put_hidden(of.value, write);
    if (type == msgpack_type::map) return is_named || fields_.may_lead_from(of.path) ? walk_step::enter : walk_step::keep;
    if (!is_named) return walk_step::keep;
    if (type == msgpack_type::array) return walk_step::enter;
    const auto is_text = type == msgpack_type::str || type == msgpack_type::bin;
    if (!is_text && !(looks_at_numbers_ && type == msgpack_type::integer)) return walk_step::keep;
    return put_searched(text_of_value(of.value, text_), write);
  }

  /// A field, or one in which it is.
  auto names(std::string_view path) const -> bool {
    auto end = path.size();
    for (; end != std::string_view::npos; end = end == 0 ? std::string_view::npos : path.rfind(path_joint, end - 1))
      if (fields_.matches(path.substr(0, end))) return true;
    return false;
  }
  static auto is_container(msgpack_type type) -> bool { return type == msgpack_type::map || type == msgpack_type::array; }

  auto put_hidden(std::string_view value, msgpack_writer& write) -> walk_step {
    hidden_.clear();
    append_hidden(text_of_value(value, text_), hidden_);
    write.str(hidden_);
    return walk_step::done;
  }

  /// Each kind looks at what the ones before it have left; two buffers take turns.
  auto put_searched(std::string_view text, msgpack_writer& write) -> walk_step {
    auto* made = &hidden_;
    auto* before = &spare_;
    auto is_changed = false;
    for (const auto& f : finders_) {
      auto at = f->find(text, 0);
      if (at.size == 0) continue;
      made->clear();
      auto from = std::size_t{0};
      for (; at.size > 0; at = f->find(text, from)) {
        made->append(text.substr(from, at.begin - from));
        append_hidden(text.substr(at.begin, at.size), *made);
        from = at.begin + at.size;
      }
      made->append(text.substr(from));
      text = *made;
      std::swap(made, before);
      is_changed = true;
    }
    if (!is_changed) return walk_step::keep;
    write.str(text);
    return walk_step::done;
  }

  void append_hidden(std::string_view text, std::string& out) const {
    constexpr auto digits_shown = std::size_t{32};
    if (hash_key_.empty())
      out.append(mask_);
    else
      out.append(hex_digits_of(hmac_sha256_of(hash_key_, text)), 0, digits_shown);
  }

  std::vector<std::unique_ptr<redact::finder>> finders_;
  path_patterns fields_;
  std::string mask_;
  std::string hash_key_;
  bool looks_at_numbers_ = false;
  record_walk walk_;
  byte_buffer text_;
  byte_buffer record_;
  std::string hidden_;
  std::string spare_;
};

template <class Visitor> void describe(Visitor& v, redact_operator::settings& s) {
  v.field("what", s.what, "What is looked for: mail, card (checked numbers), ip (v4 and v6), token (bearer, JWT, keys of AWS and others).");
  v.field("patterns", s.patterns, "More of it: names to RE2 expressions.");
  v.field("fields", s.fields,
          "Paths and patterns of the fields to look at, and all that is in them; default: all. Alone, without what and "
          "patterns, all that is in them goes.");
  v.field("mask", s.mask, "What takes its place.");
  v.field("hash_key", s.hash_key,
          "Takes the place of mask: the first 32 hex digits of HMAC-SHA-256 under this key, the same for the same text.");
}

void validate(const redact_operator::settings& s, config::settings_reader& reader) {
  if (s.what.empty() && s.patterns.empty() && s.fields.empty())
    reader.complain({}, "wants at least one of \"what\", \"patterns\" and \"fields\"");
  check_patterns("fields", s.fields, reader);
  for (const auto& kind : s.what)
    if (redact::make_finder(kind) == nullptr) reader.complain("what", "\"what\": \"" + kind + "\" is none of mail, card, ip and token");
  const auto* const written = reader.given("patterns");
  for (const auto& [name, expression] : s.patterns)
    if (const auto made = redact::make_expression_finder(expression); !made)
      reader.complain_at(written->find(name)->where, "\"patterns\": \"" + name + "\" " + made.failure().what);
  if (!s.hash_key.value.empty()) reader.refuse_useless("mask", "hashes take its place");
}

const register_operator<redact_operator> registered_redact{"redact", "Hides what is nobody's business: addresses, card numbers, tokens."};

} // namespace
} // namespace weir
