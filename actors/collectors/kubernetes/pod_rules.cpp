#include "actors/collectors/kubernetes/pod_rules.hpp"

#include <array>

namespace weir {
namespace {

auto is_yes(std::string_view text) -> bool { return text == "true" || text == "on" || text == "yes" || text == "1"; }

} // namespace

auto annotation_of(const text_pairs& annotations, std::string_view word, const output_place& of) -> std::optional<std::string_view> {
  const auto stream = '_' + std::string{of.stream};
  const auto container = '-' + std::string{of.container};
  for (const auto& behind : {stream + container, container, stream, std::string{}})
    for (const auto* whose : {"weir.io/", "fluentbit.io/"})
      if (const auto found = annotations.find(std::string{whose}.append(word) + behind); found != annotations.end())
        return found->second;
  return std::nullopt;
}

auto is_excluded(const text_pairs& annotations, const output_place& of) -> bool {
  return is_yes(annotation_of(annotations, "exclude", of).value_or(std::string_view{}));
}

auto is_included(const text_pairs& annotations) -> bool {
  const auto found = annotations.find("weir.io/include");
  return found != annotations.end() && is_yes(found->second);
}

auto format_of_annotation(std::string_view name) -> std::optional<line_format> {
  constexpr auto others = std::array<std::pair<std::string_view, line_format>, 3>{
      {{"apache", line_format::apache2}, {"syslog-rfc3164", line_format::syslog}, {"syslog-rfc5424", line_format::syslog}}};
  for (const auto& [known, format] : others)
    if (known == name) return format;
  for (const auto& [known, format] : names_of(static_cast<line_format*>(nullptr)))
    if (known == name && format != line_format::none && make_parser({.format = format})) return format;
  return std::nullopt;
}

} // namespace weir
