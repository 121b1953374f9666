#include "actors/sinks/messages/topic_names.hpp"

#include "runtime/base/crc32c.hpp"

#include <algorithm>

namespace weir {
namespace {

constexpr auto topic_part_bytes_max = std::size_t{120};

auto is_topic_byte(char byte) -> bool {
  return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') || byte == '.' || byte == '_'
         || byte == '-';
}

/// No longer than `most`; `whole` is what two of them differ in.
auto topic_text_within(std::string made, std::size_t most, std::string_view whole) -> std::string {
  if (made.size() <= most) return made;
  made.resize(most - 9);
  made += '-';
  for (auto shift = 32U; shift > 0; shift -= 4) made += "0123456789abcdef"[crc32c(whole) >> (shift - 4) & 15U];
  return made;
}

auto compiled_topic(std::string_view text, const path_template::names& known) -> path_template {
  auto made = path_template::compile(text, known);
  return made ? std::move(*made) : path_template{};
}

} // namespace

auto topic_part_of(std::string_view tag) -> std::string {
  auto made = std::string{tag};
  for (auto& byte : made)
    if (!is_topic_byte(byte)) byte = '_';
  return made.empty() ? "none" : topic_text_within(std::move(made), topic_part_bytes_max, tag);
}

auto problem_of_topic_name(std::string_view name) -> std::string {
  if (name.empty()) return "it is empty";
  if (name == "." || name == "..") return "it is " + std::string{name};
  const auto at = std::find_if_not(name.begin(), name.end(), is_topic_byte);
  if (at != name.end()) return "it has a \"" + std::string{*at} + "\"; letters, digits, \".\", \"_\" and \"-\" are allowed";
  return name.size() > topic_name_bytes_max ? "it is longer than 249 bytes" : "";
}

auto problem_of_topic_template(std::string_view text) -> std::string {
  const auto made = path_template::compile(text, {"n", "c"});
  if (!made) return made.failure().what;
  if (text.find('/') != std::string_view::npos) return problem_of_topic_name(text.substr(text.find('/'), 1));
  auto name = std::string{};
  if (const auto why = made->render("t", 0, name); !why.empty()) return std::string{why};
  return problem_of_topic_name(name);
}

topic_names::topic_names(std::string_view text, std::string_view node, std::string_view component, time_zone zone)
    : template_(compiled_topic(text, {topic_part_of(node), topic_part_of(component)})) {
  template_.in_zone(std::move(zone));
  begin_tag({});
}

void topic_names::begin_tag(std::string_view tag) {
  tag_ = topic_part_of(tag);
  name_.clear();
}

void topic_names::render(std::int64_t time_ns) {
  bounds_ = template_.times_around(time_ns);
  auto made = std::string{};
  (void)template_.render(tag_, time_ns, made); // what it refuses of paths is cut or replaced below
  const auto whole = made;
  made = topic_text_within(std::move(made), topic_name_bytes_max, whole);
  if (made.empty() || made == "." || made == "..") made = "none";
  ++changes_;
  name_ = std::move(made);
}

} // namespace weir
