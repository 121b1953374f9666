/// What is said to a request over HTTP.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir {

struct web_answer {
  int status = 200;
  std::string body = {};
  std::string type = "application/json";
  std::vector<std::pair<std::string, std::string>> fields = {};

  auto is_success() const -> bool { return status >= 200 && status < 300; }
};

/// {"error": WHY}
auto web_problem(int status, std::string_view why) -> web_answer;

struct web_manner {
  bool keeps_alive = true;
  bool is_head = false; ///< a HEAD is answered without the body
};
/// As it is sent.
auto web_text_of(const web_answer& answer, const web_manner& manner) -> std::string;
/// Between double quotes, as JSON has it.
auto web_json_text(std::string_view text) -> std::string;

} // namespace weir
