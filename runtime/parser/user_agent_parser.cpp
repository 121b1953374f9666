#include "runtime/base/scan.hpp"
#include "runtime/parser/parsers.hpp"

#include <algorithm>
#include <array>

namespace weir {
namespace {

/// What a product's token in the text means. The first of a table that is there counts, so those that others put on as
/// a disguise ("Safari", "Mozilla") stand last.
struct agent_product {
  std::string_view token;
  std::string_view name;
  std::string_view category; ///< empty: what the system says
};

constexpr agent_product agent_products[] = {
    {"Googlebot", "Googlebot", "bot"},
    {"AdsBot-Google", "AdsBot", "bot"},
    {"bingbot", "Bingbot", "bot"},
    {"YandexBot", "YandexBot", "bot"},
    {"Baiduspider", "Baiduspider", "bot"},
    {"DuckDuckBot", "DuckDuckBot", "bot"},
    {"Applebot", "Applebot", "bot"},
    {"AhrefsBot", "AhrefsBot", "bot"},
    {"SemrushBot", "SemrushBot", "bot"},
    {"GPTBot", "GPTBot", "bot"},
    {"ClaudeBot", "ClaudeBot", "bot"},
    {"CCBot", "CCBot", "bot"},
    {"facebookexternalhit", "Facebook", "bot"},
    {"Twitterbot", "Twitterbot", "bot"},
    {"UptimeRobot", "UptimeRobot", "bot"},
    {"Pingdom", "Pingdom", "bot"},
    {"kube-probe", "kube-probe", "tool"},
    {"ELB-HealthChecker", "ELB-HealthChecker", "tool"},
    {"GoogleHC", "GoogleHC", "tool"},
    {"Prometheus", "Prometheus", "tool"},
    {"Grafana", "Grafana", "tool"},
    {"curl", "curl", "tool"},
    {"Wget", "Wget", "tool"},
    {"HTTPie", "HTTPie", "tool"},
    {"PostmanRuntime", "Postman", "tool"},
    {"python-requests", "Python Requests", "tool"},
    {"python-urllib3", "urllib3", "tool"},
    {"Python-urllib", "Python urllib", "tool"},
    {"aiohttp", "aiohttp", "tool"},
    {"Go-http-client", "Go", "tool"},
    {"okhttp", "OkHttp", "tool"},
    {"Apache-HttpClient", "Apache HttpClient", "tool"},
    {"axios", "axios", "tool"},
    {"node-fetch", "node-fetch", "tool"},
    {"libwww-perl", "libwww-perl", "tool"},
    {"ApacheBench", "ApacheBench", "tool"},
    {"EdgA", "Edge", ""},
    {"EdgiOS", "Edge", ""},
    {"Edg", "Edge", ""},
    {"Edge", "Edge", ""},
    {"OPR", "Opera", ""},
    {"OPiOS", "Opera", ""},
    {"SamsungBrowser", "Samsung Internet", ""},
    {"YaBrowser", "Yandex Browser", ""},
    {"Vivaldi", "Vivaldi", ""},
    {"UCBrowser", "UC Browser", ""},
    {"FxiOS", "Firefox", ""},
    {"Firefox", "Firefox", ""},
    {"CriOS", "Chrome", ""},
    {"HeadlessChrome", "Chrome", "bot"},
    {"Chrome", "Chrome", ""},
    {"Chromium", "Chromium", ""},
    {"MSIE", "Internet Explorer", ""},
    {"Trident", "Internet Explorer", ""},
    {"Opera", "Opera", ""},
    {"Safari", "Safari", ""},
};

struct agent_system {
  std::string_view token; ///< its version is behind it
  std::string_view name;
  std::string_view category;
};

constexpr agent_system agent_systems[] = {
    {"Windows Phone", "Windows Phone", "phone"}, {"Windows NT", "Windows", "pc"}, {"Windows", "Windows", "pc"},
    {"iPad; CPU OS", "iPadOS", "tablet"},        {"iPad", "iPadOS", "tablet"},    {"iPhone OS", "iOS", "phone"},
    {"iPhone", "iOS", "phone"},                  {"CrOS", "ChromeOS", "pc"},      {"Android", "Android", "phone"},
    {"Mac OS X", "macOS", "pc"},                 {"Macintosh", "macOS", "pc"},    {"FreeBSD", "FreeBSD", "pc"},
    {"OpenBSD", "OpenBSD", "pc"},                {"Tizen", "Tizen", "tv"},        {"Web0S", "webOS", "tv"},
    {"Ubuntu", "Ubuntu", "pc"},                  {"Fedora", "Fedora", "pc"},      {"Linux", "Linux", "pc"},
};

/// What a browser, bot or tool says of itself in HTTP's User-Agent; what it does not say is no field.
class user_agent_parser final : public line_parser {
public:
  explicit user_agent_parser(field_rules rules) : rules_(std::move(rules)) {}

  auto parse(std::string_view line, msgpack_writer& out) -> parsed_line override {
    if (line.empty() || line == "-") return {.problem = "the text is no user agent: it is empty"};
    auto fields = field_writer{rules_, out};
    const auto product = product_of(line);
    if (!product.name.empty()) fields.put(name_, product.name);
    if (!product.version.empty()) fields.put(version_, product.version);
    const auto system = system_of(line);
    if (!system.name.empty()) fields.put(os_, system.name);
    if (!system.version.empty()) fields.put(os_version_, system.version);
    fields.put(category_, !product.category.empty() ? product.category : !system.category.empty() ? system.category : "unknown");
    return fields.done();
  }

private:
  struct found {
    std::string_view name, version, category;
  };

  static auto is_version_byte(char c) -> bool { return scan::is_digit(c) || c == '.' || c == '_'; }

  /// Digits and dots behind the token and one byte that is none.
  auto version_behind(std::string_view text) -> std::string_view {
    if (!text.empty() && std::string_view{"/ :"}.find(text.front()) != std::string_view::npos) text.remove_prefix(1);
    const auto* const end = std::find_if_not(text.begin(), text.end(), is_version_byte);
    text = text.substr(0, static_cast<std::size_t>(end - text.begin()));
    while (!text.empty() && !scan::is_digit(text.back())) text.remove_suffix(1);
    return text;
  }

  /// One that stands alone: "Edg" is not in "Edge".
  static auto find_token(std::string_view line, std::string_view token) -> std::size_t {
    const auto touches = [&](std::size_t at) { return at < line.size() && scan::is_alpha(line[at]); };
    auto at = line.find(token);
    while (at != std::string_view::npos && ((at > 0 && touches(at - 1)) || touches(at + token.size()))) at = line.find(token, at + 1);
    return at;
  }

  auto product_of(std::string_view line) -> found {
    for (const auto& p : agent_products) {
      const auto at = find_token(line, p.token);
      if (at == std::string_view::npos) continue;
      auto version = version_behind(line.substr(at + p.token.size()));
      // Some tell the version that people know elsewhere.
      for (const auto said_as : {std::string_view{"Version/"}, std::string_view{"rv:"}})
        if (const auto own = line.find(said_as); own != std::string_view::npos && says_elsewhere(p, said_as))
          version = version_behind(line.substr(own + said_as.size()));
      return {p.name, version, p.category};
    }
    return unknown_product(line);
  }

  static auto says_elsewhere(const agent_product& p, std::string_view as) -> bool {
    return as == "rv:" ? p.token == "Trident" : p.token == "Safari" || p.token == "Opera";
  }

  /// A bot that says so, or the first product of the line; that of a browser nobody knows is "Mozilla".
  auto unknown_product(std::string_view line) -> found {
    const auto slash = line.find('/');
    const auto name = line.substr(0, std::min(slash, line.find(' ')));
    const auto behind = slash == name.size() ? version_behind(line.substr(slash)) : std::string_view{};
    const auto is_bot = std::any_of(std::begin(bot_words), std::end(bot_words),
                                    [&](auto word) { return line.find(word) != std::string_view::npos; });
    return {name, behind, is_bot ? std::string_view{"bot"} : std::string_view{}};
  }

  auto system_of(std::string_view line) -> found {
    for (const auto& s : agent_systems) {
      const auto at = find_token(line, s.token);
      if (at == std::string_view::npos) continue;
      const auto version = version_behind(line.substr(at + s.token.size()));
      const auto is_tablet = s.name == "Android" && line.find("Mobile") == std::string_view::npos;
      return {s.name, with_dots(version), is_tablet ? std::string_view{"tablet"} : s.category};
    }
    return {};
  }

  /// Apple's systems write 10_15_7.
  auto with_dots(std::string_view version) -> std::string_view {
    if (version.find('_') == std::string_view::npos) return version;
    version_text_ = version;
    std::replace(version_text_.begin(), version_text_.end(), '_', '.');
    return version_text_;
  }

  static constexpr auto bot_words =
      std::array<std::string_view, 7>{"bot", "Bot", "crawler", "Crawler", "spider", "Spider", "+http"};

  field_rules rules_;
  std::string version_text_;
  column name_ = make_column(rules_, "name"), version_ = make_column(rules_, "version"), os_ = make_column(rules_, "os"),
         os_version_ = make_column(rules_, "os_version"), category_ = make_column(rules_, "category");
};

} // namespace

auto make_user_agent_parser(const parser_settings& settings, const clock& now) -> made_parser {
  WEIR_TRY(auto rules, field_rules::make(settings, {}, now));
  WEIR_CHECK(rules.check_names({"name", "version", "os", "os_version", "category"}));
  return std::unique_ptr<line_parser>{std::make_unique<user_agent_parser>(std::move(rules))};
}

} // namespace weir
