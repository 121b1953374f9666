#include "actors/sinks/s3/answers.hpp"

#include <array>
#include <utility>

namespace weir {
namespace {

constexpr auto message_bytes_max = std::size_t{200};

auto without_entities(std::string_view text) -> std::string {
  static constexpr auto known = std::array<std::pair<std::string_view, char>, 7>{
      {{"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&#34;", '"'}, {"&apos;", '\''}, {"&#39;", '\''}, {"&amp;", '&'}}};
  auto made = std::string{};
  while (!text.empty()) {
    auto byte = text.front();
    auto size = std::size_t{1};
    for (const auto& [entity, stands_for] : known)
      if (text.starts_with(entity)) byte = stands_for, size = entity.size();
    made += byte;
    text.remove_prefix(size);
  }
  return made;
}

/// Takes the next element of that name from the front of `xml`; whether there is one.
auto take_element(std::string_view& xml, std::string_view element, std::string_view& text) -> bool {
  const auto open = '<' + std::string{element} + '>';
  const auto close = "</" + std::string{element} + '>';
  const auto begin = xml.find(open);
  if (begin == std::string_view::npos) return false;
  xml.remove_prefix(begin + open.size());
  const auto end = xml.find(close);
  if (end == std::string_view::npos) return false;
  text = xml.substr(0, end);
  xml.remove_prefix(end + close.size());
  return true;
}

auto in_one_line(std::string text) -> std::string {
  for (auto& byte : text)
    if (static_cast<unsigned char>(byte) < ' ') byte = ' ';
  if (text.size() > message_bytes_max) text = text.substr(0, message_bytes_max) + "...";
  while (text.ends_with('.') && !text.ends_with("...")) text.pop_back();
  return text;
}

} // namespace

auto xml_text_of(std::string_view xml, std::string_view element) -> std::string {
  auto text = std::string_view{};
  return take_element(xml, element, text) ? without_entities(text) : std::string{};
}

auto xml_texts_of(std::string_view xml, std::string_view element) -> std::vector<std::string> {
  auto all = std::vector<std::string>{};
  for (auto text = std::string_view{}; take_element(xml, element, text);) all.push_back(without_entities(text));
  return all;
}

auto s3_error_of(std::string_view body) -> s3_error {
  const auto at = body.substr(0, 1024).find("<Error>");
  if (at == std::string_view::npos) return {};
  return {xml_text_of(body.substr(at), "Code"), xml_text_of(body.substr(at), "Message")};
}

auto s3_refusal_text(int status, std::string_view body, const std::string& endpoint, std::string_view what) -> std::string {
  const auto found = s3_error_of(body);
  const auto said = std::to_string(status) + (found.code.empty() ? "" : ' ' + in_one_line(found.code));
  const auto why = in_one_line(found.code.empty() ? std::string{body} : found.message);
  const auto tail = " (" + said + (why.empty() ? ")" : "): " + why);
  if (found.code == "NoSuchBucket") return endpoint + " has no such bucket" + tail;
  if (found.code == "SignatureDoesNotMatch" || found.code == "InvalidAccessKeyId" || found.code == "XAdminUserNotFound")
    return endpoint + " does not take the access key and its secret" + tail;
  if (found.code == "ExpiredToken" || found.code == "InvalidToken") return endpoint + " does not take the session's token" + tail;
  if (found.code == "RequestTimeTooSkewed") return "the clock here is not that of " + endpoint + tail;
  if (status == 401 || status == 403) return endpoint + " does not let this key " + std::string{what} + tail;
  if (status == 301 || found.code == "PermanentRedirect" || found.code == "AuthorizationHeaderMalformed")
    return "the bucket is in another \"region\", or at another of the \"endpoints\", than " + endpoint + tail;
  if (status == 503 || status == 429) return endpoint + " wants less at a time" + tail;
  return "cannot " + std::string{what} + ": " + endpoint + " answered" + tail;
}

} // namespace weir
