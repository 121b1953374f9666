/// Text with `${…}` in it, made from an event: tags, labels and fields that are computed.
#pragma once

#include "runtime/base/byte_buffer.hpp"
#include "runtime/base/result.hpp"
#include "runtime/event/record_path.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

/// What is known when a template is compiled.
struct template_scope {
  std::string node;         ///< for ${node}
  std::uint32_t groups = 0; ///< ${0} to ${groups - 1} are allowed; ${0} is the whole match
};

/// What an event gives to a template.
struct template_input {
  std::string_view tag;
  std::string_view record;
  /// Where fields are looked for that `record` lacks.
  record_fields more;
  std::span<const std::string_view> groups; ///< ${1} is groups[1]
};

//  template := (byte | "$${" | "${" name "}" | "{" known "}" | "{{" letters "}")*
//  known    := "tag" | "tag[" integer "]" | "hostname" | "node"
//  name     := known | digits | ENV_NAME | path
//
//  A tag's parts count from 0, or from the end as -1, -2, …. ENV_NAME is A-Z, 0-9 and _, no digit first.
//  Braces around anything but a word of small letters are text, and so is a word in "{{word}". A leading dot makes any name a path: `${.tag}`, `${.MESSAGE}`. What an event lacks renders as nothing.
//  In a topology file the loader has filled in ENV_NAMEs, and made `${` of `$${`, before a template is read.
class record_template {
public:
  record_template() = default;
  /// Errors name the character that does not fit. Host name and environment are read here, once.
  static auto compile(std::string_view text, const template_scope& scope) -> result<record_template>;

  void render(const template_input& in, byte_buffer& out) const;
  /// The path, if the template is exactly one field: then its value may be taken as it is.
  auto lone_field() const -> std::optional<std::string_view>;

private:
  enum class kind : std::uint8_t { literal, tag, tag_part, group, field };
  struct part {
    kind what = kind::literal;
    std::string text; ///< literal; path of the field
    int index = 0;    ///< of the tag's part; of the group
  };
  /// What `{` at `at` and what follows mean; moves `at` behind it.
  auto compile_short(std::string_view text, std::size_t& at, const template_scope& scope) -> result<void>;
  auto compile_long(std::string_view text, std::size_t& at, const template_scope& scope) -> result<void>;
  static auto compile_known(std::string_view name, const template_scope& scope) -> std::optional<part>;
  static auto compile_name(std::string_view name, const template_scope& scope) -> result<part>;
  void append_part(part made);
  void append_literal(std::string_view text);

  std::vector<part> parts_;
};

/// The value of the field at `path`, from the record or what else there is; empty if there is none.
auto find_path(const template_input& in, std::string_view path) -> std::string_view;

} // namespace weir
