#include "actors/collectors/docker/container.hpp"

#include "runtime/event/msgpack.hpp"
#include "runtime/event/record_path.hpp"
#include "runtime/parser/parser_settings.hpp"

#include <fnmatch.h>

#include <algorithm>
#include <cstring>

namespace weir {
namespace {

constexpr auto short_id_size = std::size_t{12};

auto fits(const std::string& pattern, const std::string& text) -> bool {
  return ::fnmatch(pattern.c_str(), text.c_str(), 0) == 0;
}

auto fits_one(const std::vector<std::string>& patterns, const std::string& text) -> bool {
  return std::any_of(patterns.begin(), patterns.end(), [&](const auto& p) { return fits(p, text); });
}

auto text_at(std::string_view record, std::string_view path) -> std::string {
  auto text = std::string_view{};
  return msgpack_reader{find_path(record, path)}.str_or_bin(text) ? std::string{text} : std::string{};
}

auto labels_of(std::string_view record) -> config::string_map {
  auto found = config::string_map{};
  const auto fields = fields_of(find_path(record, "Config.Labels"));
  auto read = msgpack_reader{fields.bytes};
  for (std::uint32_t i = 0; i < fields.count; ++i) {
    auto key = std::string_view{};
    auto text = std::string_view{};
    if (!read.str(key) || !read.str_or_bin(text)) break;
    found.emplace(key, text);
  }
  return found;
}

auto has_label(const config::string_map& labels, const std::string& key, const std::string& pattern) -> bool {
  const auto at = labels.find(key);
  return at != labels.end() && fits(pattern, at->second);
}

auto is_wanted(const docker_settings& s, const container& c, const config::string_map& labels) -> bool {
  if (!s.include.empty() && !fits_one(s.include, c.name)) return false;
  const auto has = [&](const auto& wanted) { return has_label(labels, wanted.first, wanted.second); };
  return !fits_one(s.exclude, c.name) && std::all_of(s.include_labels.begin(), s.include_labels.end(), has)
         && std::none_of(s.exclude_labels.begin(), s.exclude_labels.end(), has);
}

/// Dots part tags, so those of a name or an image become dashes.
auto tag_of(const docker_settings& s, const container& c, std::string_view id) -> std::string {
  auto tag = s.tag;
  const auto fill = [&](std::string_view name, std::string value) {
    std::replace_if(value.begin(), value.end(), [](char b) { return b == '.' || b == '/' || b == ' '; }, '-');
    for (auto at = tag.find(name); at != std::string::npos; at = tag.find(name, at + value.size()))
      tag.replace(at, name.size(), value);
  };
  fill("{id}", std::string{id.substr(0, short_id_size)});
  fill("{image}", c.image);
  fill("{name}", c.name);
  return tag;
}

void write_fields(const docker_settings& s, container& c, std::string_view id, const config::string_map& labels) {
  auto out = byte_buffer{};
  auto write = msgpack_writer{out};
  const auto add = [&](std::string_view key, std::string_view text) {
    write.str(key);
    write.str(text);
    ++c.field_count;
  };
  add("container_id", id);
  add("container_name", c.name);
  if (!c.image.empty()) add("image", c.image);
  auto kept = config::string_map{};
  for (const auto& l : labels)
    if (fits_one(s.label_fields, l.first)) kept.insert(l);
  if (!kept.empty()) {
    write.str("labels");
    write.map(static_cast<std::uint32_t>(kept.size()));
    for (const auto& [key, text] : kept) write.str(key), write.str(text);
    ++c.field_count;
  }
  c.fields = out.view();
}

/// The JSON text as a msgpack map; the file may have line feeds.
auto record_of(std::string_view json, byte_buffer& out) -> result<void> {
  auto settings = parser_settings{};
  settings.format = line_format::json;
  WEIR_TRY(auto parser, make_parser(settings));
  auto padded = std::string(json.size() + line_padding, '\0');
  std::memcpy(padded.data(), json.data(), json.size());
  std::replace(padded.begin(), padded.end(), '\n', ' ');
  auto write = msgpack_writer{out};
  const auto mark = write.open();
  const auto parsed = parser->parse(std::string_view{padded}.substr(0, json.size()), write);
  if (!parsed.ok()) return error{errc::malformed, std::string{parsed.problem}};
  write.close_map(mark, parsed.fields);
  return {};
}

} // namespace

auto read_container(const docker_settings& settings, std::string_view id, std::string_view json) -> result<container> {
  auto record = byte_buffer{};
  WEIR_CHECK(record_of(json, record));
  auto made = container{};
  made.name = text_at(record.view(), "Name");
  if (made.name.starts_with('/')) made.name.erase(0, 1);
  if (made.name.empty()) return error{errc::malformed, "it has no \"Name\""};
  made.image = text_at(record.view(), "Config.Image");
  const auto labels = labels_of(record.view());
  made.tag = tag_of(settings, made, id);
  made.is_wanted = is_wanted(settings, made, labels);
  write_fields(settings, made, id, labels);
  return made;
}

auto unknown_container(const docker_settings& settings, std::string_view id) -> container {
  auto made = container{};
  made.name = id.substr(0, short_id_size);
  made.tag = tag_of(settings, made, id);
  made.is_wanted = is_wanted(settings, made, {});
  write_fields(settings, made, id, {});
  return made;
}

} // namespace weir
