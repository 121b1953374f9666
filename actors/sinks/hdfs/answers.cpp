#include "actors/sinks/hdfs/answers.hpp"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace weir {
namespace {

using simdjson::dom::element;

constexpr auto told_bytes_max = std::size_t{300};

auto parsed_answer(simdjson::dom::parser& parser, std::string_view body, element& out) -> bool {
  return parser.parse(body.data(), body.size()).get(out) == simdjson::SUCCESS;
}

auto word_at(const element& of, std::string_view key) -> std::string {
  auto text = std::string_view{};
  return of[key].get_string().get(text) == simdjson::SUCCESS ? std::string{text} : std::string{};
}

/// What stands behind the first line is where in its program the server was.
auto first_line(std::string text) -> std::string {
  text = text.substr(0, std::min(text.find('\n'), told_bytes_max));
  for (auto& byte : text)
    if (std::iscntrl(static_cast<unsigned char>(byte)) != 0) byte = ' ';
  while (text.ends_with('.') || text.ends_with(' ')) text.pop_back();
  return text;
}

auto file_at(const element& from) -> std::optional<hdfs_file> {
  auto bytes = std::int64_t{0};
  if (from["length"].get_int64().get(bytes) != simdjson::SUCCESS || bytes < 0) return std::nullopt;
  return hdfs_file{word_at(from, "pathSuffix"), word_at(from, "type") == "DIRECTORY", static_cast<std::uint64_t>(bytes)};
}

struct told_problem {
  std::string_view exception;
  std::string_view says; ///< behind the host
};

constexpr auto told_problems = std::array<told_problem, 11>{{
    {"StandbyException", "is a name node that stands by"},
    {"SafeModeException", "is in safe mode and takes no writes"},
    {"NSQuotaExceededException", "takes no more files: the quota of the directory is used up"},
    {"DSQuotaExceededException", "takes no more bytes: the quota of the directory is used up"},
    {"QuotaByStorageTypeExceededException", "takes no more bytes: the quota of the directory is used up"},
    {"MaxDirectoryItemsExceededException", "takes no more files into one directory"},
    {"InvalidToken", "does not take the delegation token"},
    {"AuthenticationException", "does not take who asks"},
    {"SecurityException", "does not take who asks"},
    {"ParentNotDirectoryException", "has a file where \"path\" wants a directory"},
    {"InvalidPathException", "takes no such path"},
}};

auto has_no_node(const hdfs_refusal& r) -> bool {
  return r.message.find("could only be written to") != std::string::npos || r.message.find("could only be replicated to") != std::string::npos;
}

} // namespace

auto hdfs_refusal_of(std::string_view body) -> hdfs_refusal {
  auto parser = simdjson::dom::parser{};
  auto all = element{};
  auto found = element{};
  if (!parsed_answer(parser, body, all) || all["RemoteException"].get(found) != simdjson::SUCCESS) return {};
  return {first_line(word_at(found, "exception")), first_line(word_at(found, "message"))};
}

auto hdfs_boolean_of(std::string_view body) -> std::optional<bool> {
  auto parser = simdjson::dom::parser{};
  auto all = element{};
  auto found = false;
  if (!parsed_answer(parser, body, all) || all["boolean"].get_bool().get(found) != simdjson::SUCCESS) return std::nullopt;
  return found;
}

auto hdfs_file_of(std::string_view body) -> std::optional<hdfs_file> {
  auto parser = simdjson::dom::parser{};
  auto all = element{};
  auto found = element{};
  if (!parsed_answer(parser, body, all) || all["FileStatus"].get(found) != simdjson::SUCCESS) return std::nullopt;
  return file_at(found);
}

auto hdfs_files_of(std::string_view body) -> std::optional<std::vector<hdfs_file>> {
  auto parser = simdjson::dom::parser{};
  auto all = element{};
  auto found = simdjson::dom::array{};
  if (!parsed_answer(parser, body, all) || all["FileStatuses"]["FileStatus"].get_array().get(found) != simdjson::SUCCESS) return std::nullopt;
  auto made = std::vector<hdfs_file>{};
  for (const auto& one : found) {
    auto file = file_at(one);
    if (!file) return std::nullopt;
    made.push_back(std::move(*file));
  }
  return made;
}

auto hdfs_refusal_text(int status, std::string_view body, const std::string& from, std::string_view what) -> std::string {
  const auto found = hdfs_refusal_of(body);
  const auto said = std::to_string(status) + (found.exception.empty() ? "" : ' ' + found.exception);
  const auto why = found.exception.empty() ? first_line(std::string{body.substr(0, told_bytes_max)}) : found.message;
  const auto is_page = why.starts_with('<');
  const auto tail = " (" + said + (why.empty() || is_page ? ")" : "): " + why);
  for (const auto& [exception, says] : told_problems)
    if (found.exception == exception) return from + ' ' + std::string{says} + tail;
  if (found.exception == "AccessControlException") return from + " does not let this user " + std::string{what} + tail;
  if (status == 401) return from + " does not take who asks" + tail;
  if (status == 403 && found.exception.empty()) return from + " does not let this user " + std::string{what} + tail;
  if (status == 404 && found.exception.empty()) return from + " speaks no WebHDFS" + tail;
  if (status == 429 || status == 503) return from + " wants less at a time" + tail;
  if (has_no_node(found)) return from + " has no data node with room for it" + tail;
  return "cannot " + std::string{what} + ": " + from + " answered" + tail;
}

} // namespace weir
