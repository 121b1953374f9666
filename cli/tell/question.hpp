/// What a node is asked beside its figures, in one line whoever asks: "logs?level=warn&limit=10".
#pragma once

#include "runtime/base/result.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace weir::cli {

struct question {
  std::string topic;
  std::string about; ///< behind the topic: the component of "buffers/core"; may be empty
  std::map<std::string, std::string> words;

  auto word(const std::string& name) const -> std::string {
    const auto at = words.find(name);
    return at == words.end() ? std::string{} : at->second;
  }
  /// `otherwise` if the word is not there; malformed if it is no whole number.
  auto number(const std::string& name, std::uint64_t otherwise) const -> result<std::uint64_t>;
  /// No if the word is not there; malformed if it is neither.
  auto yes_or_no(const std::string& name) const -> result<bool>;
};

auto parse_question(std::string_view line) -> result<question>;
/// What parse_question() reads back.
auto to_text(const question& what) -> std::string;

} // namespace weir::cli
