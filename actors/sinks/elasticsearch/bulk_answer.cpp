#include "actors/sinks/elasticsearch/bulk_answer.hpp"

#include "runtime/base/utf8.hpp"

#include <simdjson.h>

#include <algorithm>

namespace weir {
namespace {

using simdjson::dom::element;

constexpr auto reason_bytes_max = std::size_t{300};

auto text_at(const element& of, std::string_view key) -> std::string_view {
  auto text = std::string_view{};
  return of[key].get_string().get(text) == simdjson::SUCCESS ? text : std::string_view{};
}

/// `{"create": {"status": 201, "error": {…}}}`, whatever the action is called.
auto read_item(const element& from, bulk_item_answer& out) -> bool {
  auto actions = simdjson::dom::object{};
  if (from.get_object().get(actions) != simdjson::SUCCESS || actions.begin() == actions.end()) return false;
  const auto what = (*actions.begin()).value;
  auto status = std::int64_t{0};
  if (what["status"].get_int64().get(status) != simdjson::SUCCESS || status < 0 || status > 999) return false;
  out.status = static_cast<int>(status);
  out.index = text_at(what, "_index");
  auto problem = element{};
  if (what["error"].get(problem) != simdjson::SUCCESS) return true;
  out.type = text_at(problem, "type");
  out.reason = text_at(problem, "reason");
  return true;
}

auto has(std::string_view text, std::string_view part) -> bool { return text.find(part) != std::string_view::npos; }

auto outcome_of_refusal(const bulk_item_answer& item) -> bulk_outcome {
  if (item.type == "index_closed_exception") return bulk_outcome::no_index;
  // "this action would add [2] total shards, but this cluster currently has [1000]/[1000] maximum shards open"
  if (item.type == "validation_exception") return bulk_outcome::blocked;
  if (item.type == "illegal_argument_exception" && item.reason.starts_with("pipeline with id")) return bulk_outcome::stopped;
  return bulk_outcome::refused;
}

/// 403, and 429 of servers since 7.x when a disk is full.
auto outcome_of_block(const bulk_item_answer& item) -> bulk_outcome {
  const auto is_of_an_index = item.type == "cluster_block_exception" && item.reason.starts_with("index [");
  if (is_of_an_index && has(item.reason, "FORBIDDEN/") && !has(item.reason, "flood")) return bulk_outcome::write_blocked;
  return has(item.type, "block_exception") ? bulk_outcome::blocked : bulk_outcome::stopped;
}

} // namespace

struct bulk_answer_reader::memory {
  simdjson::dom::parser parser;
};

bulk_answer_reader::bulk_answer_reader() : memory_(std::make_unique<memory>()) {}
bulk_answer_reader::~bulk_answer_reader() = default;

auto bulk_answer_reader::read(std::string_view body) -> result<std::span<const bulk_item_answer>> {
  items_.clear();
  auto all = simdjson::dom::array{};
  if (memory_->parser.parse(body.data(), body.size())["items"].get_array().get(all) != simdjson::SUCCESS)
    return error{errc::malformed, "it has no list of items"};
  for (const auto& one : all)
    if (!read_item(one, items_.emplace_back()))
      return error{errc::malformed, "item " + std::to_string(items_.size() - 1) + " has no status"};
  return std::span<const bulk_item_answer>{items_};
}

auto error_text_of(std::string_view body) -> std::string {
  auto parser = simdjson::dom::parser{};
  auto problem = element{};
  auto item = bulk_item_answer{};
  if (parser.parse(body.data(), body.size())["error"].get(problem) == simdjson::SUCCESS) {
    item.type = text_at(problem, "type");
    item.reason = text_at(problem, "reason");
    if (problem.is_string()) item.reason = std::string_view{problem};
  }
  if (!item.type.empty() || !item.reason.empty()) return reason_of(item);
  auto text = std::string{body.substr(0, whole_characters(body, 120))};
  for (auto& byte : text)
    if (static_cast<unsigned char>(byte) < ' ') byte = ' ';
  return text;
}

auto outcome_of(const bulk_item_answer& item) -> bulk_outcome {
  const auto status = item.status;
  if (status >= 200 && status < 300) return bulk_outcome::stored;
  if (status == 409) return item.type == "version_conflict_engine_exception" ? bulk_outcome::known : bulk_outcome::refused;
  if (status == 401) return bulk_outcome::stopped;
  if (status == 403) return outcome_of_block(item);
  if (status == 429) return has(item.type, "block_exception") ? outcome_of_block(item) : bulk_outcome::later;
  if (status == 404) return item.type == "index_not_found_exception" ? bulk_outcome::no_index : bulk_outcome::refused;
  if (status == 408 || status >= 500) return bulk_outcome::later;
  return status >= 400 ? outcome_of_refusal(item) : bulk_outcome::unknown;
}

auto reason_of(const bulk_item_answer& item) -> std::string {
  auto reason = item.reason;
  // "[1:64] failed to parse field [n] of type [long] in document with id 'x'. Preview of field's value: 'y'"
  if (reason.starts_with('[') && reason.find("] ") < 16 && reason.find(':') < reason.find("] "))
    reason.remove_prefix(reason.find("] ") + 2);
  reason = reason.substr(0, reason.find(" in document with id '"));
  reason = reason.substr(0, reason.find(", document: "));
  reason = reason.substr(0, whole_characters(reason, reason_bytes_max));
  auto text = std::string{item.type};
  if (!text.empty() && !reason.empty()) text += ": ";
  text += reason;
  for (auto& byte : text)
    if (static_cast<unsigned char>(byte) < ' ') byte = ' ';
  return text.empty() ? "status " + std::to_string(item.status) : text;
}

} // namespace weir
