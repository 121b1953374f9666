#include "actors/collectors/web/answer.hpp"

#include "runtime/codec/json_writer.hpp"

#include <boost/beast/http/status.hpp>

namespace weir {

auto web_json_text(std::string_view text) -> std::string {
  auto out = byte_buffer{};
  append_json_string(out, text);
  return std::string{out.view()};
}

auto web_problem(int status, std::string_view why) -> web_answer {
  return {status, "{\"error\":" + web_json_text(why) + "}\n"};
}

auto web_text_of(const web_answer& answer, const web_manner& manner) -> std::string {
  const auto reason = boost::beast::http::obsolete_reason(static_cast<boost::beast::http::status>(answer.status));
  const auto has_body = answer.status != 204;
  auto text = "HTTP/1.1 " + std::to_string(answer.status) + ' ' + std::string{reason} + "\r\n";
  if (has_body && !answer.body.empty()) text += "Content-Type: " + answer.type + "\r\n";
  for (const auto& [name, value] : answer.fields) text += name + ": " + value + "\r\n";
  if (has_body) text += "Content-Length: " + std::to_string(answer.body.size()) + "\r\n";
  if (!manner.keeps_alive) text += "Connection: close\r\n";
  text += "\r\n";
  return has_body && !manner.is_head ? text + answer.body : text;
}

} // namespace weir
