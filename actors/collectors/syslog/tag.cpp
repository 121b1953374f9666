#include "actors/collectors/syslog/tag.hpp"

#include "runtime/base/scan.hpp"

#include <algorithm>

namespace weir {
namespace {

constexpr auto tag_members = std::array{&syslog_tag_input::facility, &syslog_tag_input::severity, &syslog_tag_input::host,
                                        &syslog_tag_input::ident};

void append_tag_part(std::string& to, std::string_view name) {
  if (name.empty()) name = "unknown";
  for (const auto c : name.substr(0, syslog_tag::name_bytes_max))
    to += scan::is_alpha(c) || scan::is_digit(c) || c == '-' ? c : '_';
}

} // namespace

auto syslog_tag::compile(std::string_view text) -> result<syslog_tag> {
  if (text.empty()) return error{errc::malformed, "is empty, a tag or a template such as syslog.{facility} was wanted"};
  auto made = syslog_tag{};
  while (!text.empty()) {
    const auto open = std::min(text.find('{'), text.size());
    auto next = part{std::string{text.substr(0, open)}, nullptr};
    text.remove_prefix(open);
    if (!text.empty()) {
      const auto name = std::find_if(names.begin(), names.end(), [&](std::string_view n) { return text.starts_with(n); });
      if (name == names.end())
        return error{errc::malformed, "knows {facility}, {severity}, {host} and {ident}, not \"" + std::string{text.substr(0, text.find('}')).substr(0, 40)} + "}\""};
      next.name = tag_members[static_cast<std::size_t>(name - names.begin())];
      text.remove_prefix(name->size());
    }
    made.parts_.push_back(std::move(next));
  }
  return made;
}

auto syslog_tag::render(const syslog_tag_input& in) -> std::string_view {
  if (parts_.size() == 1 && parts_.front().name == nullptr) return parts_.front().literal;
  text_.clear();
  for (const auto& p : parts_) {
    text_ += p.literal;
    if (p.name != nullptr) append_tag_part(text_, in.*p.name);
  }
  return text_;
}

} // namespace weir
