#include "cli/console/http_text.hpp"

#include <boost/beast/http/status.hpp>

#include <array>
#include <ctime>

namespace weir::cli {
namespace {

auto hex_digit(char c) -> int {
  if (c >= '0' && c <= '9') return c - '0';
  const auto lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

auto trimmed(std::string_view text) -> std::string_view {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// Calls `use` for each part.
template <class Use> void split(std::string_view text, char at, Use&& use) {
  while (!text.empty()) {
    const auto end = std::min(text.find(at), text.size());
    use(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

auto add_words(std::string_view query, http_request& to) -> bool {
  auto is_well = true;
  split(query, '&', [&](std::string_view word) {
    const auto equals = std::min(word.find('='), word.size());
    const auto name = percent_decoded(word.substr(0, equals), true);
    const auto value = percent_decoded(word.substr(std::min(equals + 1, word.size())), true);
    is_well = is_well && name && value;
    if (name && value && !name->empty()) to.query[*name] = *value;
  });
  return is_well;
}

auto date_text() -> std::string {
  auto text = std::array<char, 64>{};
  const auto now = std::time(nullptr);
  auto parts = std::tm{};
  ::gmtime_r(&now, &parts);
  constexpr auto days = std::array{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr auto months =
      std::array{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::snprintf(text.data(), text.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT", days[static_cast<std::size_t>(parts.tm_wday)],
                parts.tm_mday, months[static_cast<std::size_t>(parts.tm_mon)], parts.tm_year + 1900, parts.tm_hour,
                parts.tm_min, parts.tm_sec);
  return text.data();
}

} // namespace

auto lower_case(std::string_view text) -> std::string {
  auto lower = std::string{text};
  for (auto& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
  return lower;
}

auto percent_decoded(std::string_view text, bool is_query) -> std::optional<std::string> {
  auto out = std::string{};
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += is_query && text[i] == '+' ? ' ' : text[i];
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const auto high = hex_digit(text[i + 1]);
    const auto low = hex_digit(text[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  if (out.find('\0') != std::string::npos) return std::nullopt;
  return out;
}

auto percent_encoded(std::string_view text) -> std::string {
  constexpr auto plain = std::string_view{"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"};
  constexpr auto digits = std::string_view{"0123456789ABCDEF"};
  auto out = std::string{};
  for (const auto c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (plain.find(c) != std::string_view::npos)
      out += c;
    else
      out += {'%', digits[byte >> 4], digits[byte & 15]};
  }
  return out;
}

auto split_target(std::string_view target, http_request& to) -> bool {
  if (!target.starts_with('/')) return false;
  const auto mark = std::min(target.find('?'), target.size());
  const auto path = percent_decoded(target.substr(0, mark), false);
  if (!path) return false;
  to.path = *path;
  return add_words(target.substr(std::min(mark + 1, target.size())), to);
}

auto accepts_gzip(std::string_view field) -> bool {
  auto accepts = false;
  split(field, ',', [&](std::string_view part) {
    const auto semicolon = std::min(part.find(';'), part.size());
    const auto name = lower_case(trimmed(part.substr(0, semicolon)));
    const auto weight = lower_case(trimmed(part.substr(std::min(semicolon + 1, part.size()))));
    const auto is_refused = weight.starts_with("q=0") && weight.find_first_of("123456789") == std::string::npos;
    if (name == "gzip" || name == "*") accepts = !is_refused;
  });
  return accepts;
}

auto cookie_of(std::string_view field, std::string_view name) -> std::string {
  auto found = std::string{};
  split(field, ';', [&](std::string_view part) {
    part = trimmed(part);
    const auto equals = part.find('=');
    if (equals != std::string_view::npos && part.substr(0, equals) == name) found = part.substr(equals + 1);
  });
  return found;
}

auto response_head(const http_response& of, std::size_t body_bytes, bool keeps_alive) -> std::string {
  const auto reason = boost::beast::http::obsolete_reason(static_cast<boost::beast::http::status>(of.status));
  auto head = "HTTP/1.1 " + std::to_string(of.status) + ' ' + std::string{reason} + "\r\nDate: " + date_text() + "\r\n";
  if (of.status != 304) head += "Content-Type: " + of.type + "\r\n";
  for (const auto& [name, value] : of.fields) head += name + ": " + value + "\r\n";
  if (!of.goes_on && of.status != 304) head += "Content-Length: " + std::to_string(body_bytes) + "\r\n";
  head += keeps_alive ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n";
  return head;
}

} // namespace weir::cli
