#include "cli/help/reference.hpp"
#include "cli/json_text.hpp"

#include <map>

namespace weir::cli {
namespace {

using field_list = std::vector<config::field_info>;

auto properties_of(const field_list& declared) -> std::string;

auto choices_of(const std::string& type) -> std::string {
  auto names = std::vector<std::string>{};
  for (std::size_t begin = 0; begin <= type.size();) {
    const auto end = std::min(type.find('|', begin), type.size());
    names.push_back(type.substr(begin, end - begin));
    begin = end + 1;
  }
  return "\"enum\": " + json_list(names);
}

/// Plain YAML numbers and booleans are fine where a string is wanted.
auto type_of(const config::field_info& f) -> std::string {
  static const auto simple = std::map<std::string, std::string>{
      {"boolean", R"("type": "boolean")"},
      {"integer", R"("type": "integer")"},
      {"number", R"("type": "number")"},
      {"string", R"("type": ["string", "number", "boolean"])"},
      {"size", R"("type": ["string", "integer"], "pattern": "^[0-9.]+ ?([kKMGTmg]i?)?B?$")"},
      {"count", R"("type": ["string", "integer"], "pattern": "^[0-9.]+ ?[kMG]?$")"},
      {"duration", R"("type": ["string", "integer"], "pattern": "^[0-9.]+ ?(ns|us|ms|s|m|h|d)?$")"},
      {"string or list", R"("type": ["string", "array"], "items": {"type": "string"})"},
      {"map", R"("type": "object")"},
      {"secret", R"("type": ["string", "object"])"},
      {"list of maps", R"("type": "array", "items": {"type": "object"})"},
  };
  if (!f.nested.empty()) return properties_of(f.nested) + ", \"additionalProperties\": false";
  if (const auto known = simple.find(f.type); known != simple.end()) return known->second;
  return f.type.find('|') == std::string::npos ? "" : choices_of(f.type);
}

auto properties_of(const field_list& declared) -> std::string {
  auto text = std::string{};
  auto required = std::vector<std::string>{};
  for (const auto& f : declared) {
    const auto type = type_of(f);
    text += (text.empty() ? "" : ", ") + json_string(f.key) + ": {" + type + (type.empty() ? "" : ", ")
            + "\"description\": " + json_string(f.help) + '}';
    if (f.required) required.push_back(f.key);
  }
  text = R"("type": "object", "properties": {)" + text + '}';
  return required.empty() ? text : text + ", \"required\": " + json_list(required);
}

/// A map of names to things of one kind, each with the keys that its `type` asks for.
auto section_of(const std::string& kind) -> std::string {
  const auto common = common_fields_of(kind);
  auto variants = std::string{};
  for (const auto& p : pages_of(kind)) {
    auto all = common;
    all.insert(all.end(), p.fields.begin(), p.fields.end());
    auto text = properties_of(all);
    const auto any = std::string{R"("type": {"type": ["string", "number", "boolean"])"};
    if (const auto at = text.find(any); !p.name.empty() && at != std::string::npos)
      text.replace(at, any.size(), "\"type\": {\"const\": " + json_string(p.name));
    variants += (variants.empty() ? "\n      {" : ",\n      {") + text + ", \"additionalProperties\": false}";
  }
  return "{\"type\": [\"object\", \"null\"], \"additionalProperties\": {\"anyOf\": [" + variants
         + "\n    ]}}";
}

} // namespace

auto reference_schema() -> std::string {
  auto text = std::string{"{\n  \"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n"
                          "  \"title\": \"Weir topology\",\n  \"type\": \"object\",\n"
                          "  \"additionalProperties\": false,\n  \"properties\": {\n"};
  text += "    \"include\": {\"type\": [\"string\", \"array\"], \"items\": {\"type\": \"string\"}},\n";
  text += "    \"cluster\": {" + properties_of(pages_of("cluster").front().fields)
          + ", \"additionalProperties\": false},\n";
  text += "    \"console\": {" + properties_of(pages_of("console").front().fields)
          + ", \"additionalProperties\": false},\n";
  text += "    \"dead_letter\": {\"type\": \"string\"},\n";
  text += "    \"dead_letters\": {" + properties_of(pages_of("dead_letters").front().fields)
          + ", \"additionalProperties\": false},\n";
  const auto retention = pages_of("retention").front().fields;
  for (const auto& f : retention)
    text += "    " + json_string(f.key) + ": {" + type_of(f) + ", \"description\": " + json_string(f.help) + "},\n";
  text += "    \"collectors\": " + section_of("collector") + ",\n";
  text += "    \"source_aggregators\": " + section_of("aggregator") + ",\n";
  text += "    \"destination_aggregators\": " + section_of("aggregator") + ",\n";
  text += "    \"sinks\": " + section_of("sink") + ",\n";
  text += "    \"placement\": {\"type\": [\"object\", \"null\"], \"additionalProperties\": {\"type\": "
          "[\"string\", "
          "\"array\"], \"items\": {\"type\": \"string\"}}},\n";
  text += "    \"nodes\": " + section_of("node") + "\n  }\n}\n";
  return text;
}

} // namespace weir::cli
