#include "cli/data_hints.hpp"

#include <algorithm>

namespace weir::cli {
namespace {

auto text_under(const component_plan& c, std::string_view key, std::string_view otherwise) -> std::string {
  const auto* found = c.written.find(key);
  return std::string{found && found->is_scalar() ? std::string_view{found->scalar} : otherwise};
}

/// As one word of a shell.
auto quoted(const std::string& text) -> std::string {
  const auto is_plain = [](unsigned char c) {
    return std::isalnum(c) != 0
           || std::string_view{"/._-+:@%"}.find(static_cast<char>(c)) != std::string_view::npos;
  };
  if (std::all_of(text.begin(), text.end(), is_plain)) return text;
  auto out = std::string{'\''};
  for (const auto c : text) out += c == '\'' ? std::string{"'\\''"} : std::string{c};
  return out + '\'';
}

/// The directory that all files of a path template are in.
auto root_of(const std::string& path) -> std::string {
  const auto fixed = path.substr(0, path.find_first_of("{%"));
  const auto slash = fixed.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : fixed.substr(0, slash);
}

auto query_of(const component_plan& sink) -> std::string {
  const auto path = text_under(sink, "path", {});
  if (sink.type == "sqlite")
    return "sqlite3 " + quoted(path) + " 'select tag, count(*) from \"" + text_under(sink, "table", "events")
           + "\" group by tag order by 2 desc limit 20'";
  return "find " + quoted(root_of(path)) + " -type f -exec tail -n 3 {} +";
}

} // namespace

auto data_hints(const std::vector<const component_plan*>& hosted) -> std::string {
  auto stores = std::vector<const component_plan*>{};
  for (const auto* c : hosted)
    if (c->in == tier::sink && !text_under(*c, "path", {}).empty()) stores.push_back(c);
  if (stores.empty()) return {};
  auto text = std::string{};
  for (const auto* c : stores)
    text += (text.empty() ? "data:   " : "        ") + text_under(*c, "path", {}) + "  (" + c->name + ", "
            + c->type + ")\n";
  const auto best =
      std::find_if(stores.begin(), stores.end(), [](const auto* c) { return c->type == "sqlite"; });
  text += "try:    " + query_of(best == stores.end() ? *stores.front() : **best) + '\n';
  return text + "stop:   Ctrl-C stores what was read and ends\n";
}

} // namespace weir::cli
