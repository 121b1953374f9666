#include "actors/sinks/elasticsearch/index_names.hpp"

#include "runtime/base/crc32c.hpp"
#include "runtime/event/template_names.hpp"

#include <algorithm>
#include <array>

namespace weir {
namespace {

constexpr auto part_bytes_max = std::size_t{100};
/// Those of the servers, and what would have to be encoded in an address.
constexpr auto refused_bytes = std::string_view{"\\/*?\"<>| ,#:%"};
constexpr auto refused_first = std::string_view{"-_+"};

auto is_upper(char byte) -> bool { return byte >= 'A' && byte <= 'Z'; }
auto lower(char byte) -> char { return is_upper(byte) ? static_cast<char>(byte - 'A' + 'a') : byte; }

auto is_kept(char byte) -> bool {
  return (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte == '.' || byte == '_' || byte == '-';
}

auto hex_of(std::uint32_t number) -> std::string {
  auto text = std::string{};
  for (auto shift = 32U; shift > 0; shift -= 4) text += "0123456789abcdef"[number >> (shift - 4) & 15U];
  return text;
}

/// `replace(name)` for {name}, `time` for what is of the time; everything else as it is.
template <class Replace> auto filled(std::string_view written, Replace&& replace, std::string_view time) -> std::string {
  auto out = std::string{};
  const auto all = with_short_names(written);
  const auto text = std::string_view{all};
  for (auto at = std::size_t{0}; at < text.size();) {
    const auto end = text[at] == '{' ? text.find('}', at) : std::string_view::npos;
    if (end != std::string_view::npos) {
      out += replace(text.substr(at + 1, end - at - 1));
      at = end + 1;
    } else if (text[at] == '%' && at + 1 < text.size()) {
      out += time.empty() ? std::string{text.substr(at, 2)} : std::string{text[at + 1] == '%' ? "%" : time};
      at += 2;
    } else {
      out += text[at++];
    }
  }
  return out;
}

/// With what is the same for all events of a sink.
auto filled_here(std::string_view text, std::string_view node, std::string_view component) -> std::string {
  const auto part = [&](std::string_view name) -> std::string {
    if (name == "node") return index_part_of(node);
    return name == "component" ? index_part_of(component) : '{' + std::string{name} + '}';
  };
  return filled(text, part, {});
}

auto compiled(const std::string& text) -> path_template {
  auto made = path_template::compile(text, {});
  return made ? std::move(*made) : path_template{};
}

} // namespace

auto index_part_of(std::string_view tag) -> std::string {
  auto made = std::string{tag};
  for (auto& byte : made) byte = is_kept(lower(byte)) ? lower(byte) : '_';
  if (made.empty()) return "none";
  if (made.size() <= part_bytes_max) return made;
  return made.substr(0, part_bytes_max - 9) + '-' + hex_of(crc32c(tag));
}

auto problem_of_index_name(std::string_view name) -> std::string {
  if (name.empty()) return "it is empty";
  if (std::any_of(name.begin(), name.end(), is_upper)) return "it has upper case letters";
  if (const auto at = name.find_first_of(refused_bytes); at != std::string_view::npos)
    return std::string{"it has a \""} + name[at] + '"';
  if (std::any_of(name.begin(), name.end(), [](unsigned char byte) { return byte <= ' ' || byte > '~'; }))
    return "it has bytes that are no printable ASCII";
  if (refused_first.find(name.front()) != std::string_view::npos) return std::string{"it begins with "} + name.front();
  if (name == "." || name == "..") return "it is " + std::string{name};
  return name.size() > index_name_bytes_max ? "it is longer than 255 bytes" : "";
}

auto problem_of_index_template(std::string_view text) -> std::string {
  if (const auto made = path_template::compile(text, {}); !made) return made.failure().what;
  const auto as_long_as_can_be = [](std::string_view) { return std::string(part_bytes_max, 'x'); };
  return problem_of_index_name(filled(text, as_long_as_can_be, "00"));
}

index_names::index_names(std::string_view text, std::string_view node, std::string_view component, time_zone zone)
    : text_(filled_here(text, node, component)), template_(compiled(text_)) {
  template_.in_zone(std::move(zone));
  begin_tag({});
}

void index_names::begin_tag(std::string_view tag) {
  tag_ = index_part_of(tag);
  all_times_ = wildcard_of(tag_);
  name_.clear();
}

void index_names::render(std::int64_t time_ns) {
  bounds_ = template_.times_around(time_ns);
  (void)template_.render(tag_, time_ns, rendered_); // tags that are none of a path's names are not here
  for (auto& byte : rendered_) byte = lower(byte);
  const auto is_refused = [](char byte) { return byte == '.' || refused_first.find(byte) != std::string_view::npos; };
  // Only a value can bring these to the front: the template is checked.
  const auto begin = text_.starts_with('.') ? rendered_.begin() : std::find_if_not(rendered_.begin(), rendered_.end(), is_refused);
  auto made = std::string{begin, rendered_.end()};
  if (made.empty()) made = "none";
  ++changes_;
  name_ = std::move(made);
}

auto index_names::wildcard_of(std::string_view tag) const -> std::string {
  auto made = filled(text_, [&](std::string_view) { return std::string{tag}; }, "*");
  made.erase(std::unique(made.begin(), made.end(), [](char a, char b) { return a == '*' && b == '*'; }), made.end());
  const auto begin = made.find_first_not_of("-_+.");
  return made.starts_with('.') && text_.starts_with('.') ? made : made.substr(std::min(begin, made.size()));
}

} // namespace weir
