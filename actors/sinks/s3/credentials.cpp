#include "actors/sinks/s3/credentials.hpp"

#include "actors/sinks/s3/answers.hpp"

#include <simdjson.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iterator>

namespace weir {
namespace {

constexpr auto renewed_before_s = std::int64_t{300};

auto trimmed_text(std::string_view text) -> std::string_view {
  constexpr auto blank = std::string_view{" \t\r"};
  const auto begin = text.find_first_not_of(blank);
  return begin == std::string_view::npos ? std::string_view{} : text.substr(begin, text.find_last_not_of(blank) - begin + 1);
}

auto take_line(std::string_view& text) -> std::string_view {
  const auto end = std::min(text.find('\n'), text.size());
  const auto line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

auto content_of_file(const std::string& path) -> std::optional<std::string> {
  auto from = std::ifstream{path, std::ios::binary};
  if (!from) return std::nullopt;
  return std::string{std::istreambuf_iterator<char>{from}, {}};
}

auto or_else(std::string text, std::string_view otherwise) -> std::string { return text.empty() ? std::string{otherwise} : text; }

auto json_text(const simdjson::dom::element& of, std::string_view key) -> std::string {
  auto text = std::string_view{};
  return of[key].get_string().get(text) == simdjson::SUCCESS ? std::string{text} : std::string{};
}

} // namespace

auto process_environment(const char* name) -> std::string {
  const auto* value = std::getenv(name);
  return value == nullptr ? std::string{} : value;
}

auto second_of_iso_time(const std::string& text) -> std::int64_t {
  auto parts = std::tm{};
  return ::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &parts) == nullptr ? 0 : ::timegm(&parts);
}

auto credentials_of_profile(std::string_view file, std::string_view profile) -> std::optional<s3_credentials> {
  auto made = s3_credentials{};
  auto is_wanted = false;
  while (!file.empty()) {
    const auto line = trimmed_text(take_line(file));
    if (line.starts_with('[')) {
      is_wanted = line.ends_with(']') && trimmed_text(line.substr(1, line.size() - 2)) == profile;
      continue;
    }
    const auto equals = line.find('=');
    if (!is_wanted || equals == std::string_view::npos || line.starts_with('#')) continue;
    const auto key = trimmed_text(line.substr(0, equals));
    const auto value = std::string{trimmed_text(line.substr(equals + 1))};
    if (key == "aws_access_key_id") made.access_key = value;
    if (key == "aws_secret_access_key") made.secret = value;
    if (key == "aws_session_token") made.token = value;
  }
  if (!made.are_there()) return std::nullopt;
  return made;
}

s3_credential_chain::s3_credential_chain(const s3_settings& s, const class clock& clock, environment_reader environment)
    : given_{s.http.auth.user, s.http.auth.password.value, s.http.auth.token.value, 0}, region_(s.region), clock_(clock),
      environment_(std::move(environment)) {}

auto s3_credential_chain::is_due() const -> bool {
  return !found_ || (found_->until_s != 0 && clock_.wall_ns() / 1'000'000'000 >= found_->until_s - renewed_before_s);
}

auto s3_credential_chain::get() -> result<s3_credentials> {
  if (given_.are_there()) return given_;
  if (!is_due()) return *found_;
  WEIR_TRY(found_, find());
  return *found_;
}

auto s3_credential_chain::find() -> result<s3_credentials> {
  auto made = s3_credentials{environment_("AWS_ACCESS_KEY_ID"), environment_("AWS_SECRET_ACCESS_KEY"), environment_("AWS_SESSION_TOKEN"), 0};
  if (made.are_there()) return made;
  if (!environment_("AWS_WEB_IDENTITY_TOKEN_FILE").empty() && !environment_("AWS_ROLE_ARN").empty()) return from_web_identity();
  WEIR_TRY(auto in_file, from_file());
  if (in_file) return std::move(*in_file);
  if (environment_("AWS_EC2_METADATA_DISABLED") != "true") return from_instance();
  return error{errc::unavailable, "no credentials: \"auth\" has none, nor have the environment and the shared credentials file"};
}

auto s3_credential_chain::from_file() -> result<std::optional<s3_credentials>> {
  const auto named = environment_("AWS_SHARED_CREDENTIALS_FILE");
  const auto path = or_else(named, environment_("HOME") + "/.aws/credentials");
  const auto profile = environment_("AWS_PROFILE");
  const auto content = content_of_file(path);
  auto made = content ? credentials_of_profile(*content, or_else(profile, "default")) : std::nullopt;
  if (made || (named.empty() && profile.empty())) {
    // The file may have others by then.
    if (made) made->until_s = clock_.wall_ns() / 1'000'000'000 + 2 * renewed_before_s;
    return made;
  }
  return error{errc::unavailable, "\"" + path + "\" has no keys of the profile " + or_else(profile, "default")};
}

auto s3_credential_chain::ask(const std::string& url, const http_request& request, std::string_view what) -> result<std::string> {
  auto endpoint = parse_http_endpoint(url, url.starts_with("https:") ? 443 : 80, false);
  if (!endpoint) return error{errc::unavailable, "cannot " + std::string{what} + ": " + endpoint.failure().what};
  auto settings = http_client_settings{};
  settings.endpoints = {std::move(*endpoint)};
  settings.timeout = {std::chrono::seconds{2}, std::chrono::seconds{5}};
  auto client = http_client{std::move(settings), clock_};
  auto outcome = client.send(request);
  if (const auto* failure = std::get_if<http_failure>(&outcome)) return error{errc::unavailable, "cannot " + std::string{what} + ": " + failure->what};
  auto& answer = std::get<http_answer>(outcome);
  if (answer.is_success()) return std::move(answer.body);
  const auto said = xml_text_of(answer.body, "Code");
  return error{errc::unavailable, "cannot " + std::string{what} + ": " + url + " answered " + std::to_string(answer.status)
                                      + (said.empty() ? "" : ' ' + said)};
}

auto s3_credential_chain::from_web_identity() -> result<s3_credentials> {
  const auto path = environment_("AWS_WEB_IDENTITY_TOKEN_FILE");
  const auto token = content_of_file(path);
  if (!token) return error{errc::unavailable, "cannot read the web identity's token \"" + path + '"'};
  auto rest = std::string_view{*token};
  const auto session = or_else(environment_("AWS_ROLE_SESSION_NAME"), "weir");
  const auto body = "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=" + percent_encoded_name(environment_("AWS_ROLE_ARN"))
                    + "&RoleSessionName=" + percent_encoded_name(session)
                    + "&WebIdentityToken=" + percent_encoded_name(trimmed_text(take_line(rest)));
  const auto url = or_else(environment_("AWS_ENDPOINT_URL_STS"), "https://sts." + region_ + ".amazonaws.com");
  WEIR_TRY(const auto xml, ask(url, {.method = "POST", .path = "/", .body = body, .content_type = "application/x-www-form-urlencoded"},
                               "take the role " + environment_("AWS_ROLE_ARN")));
  auto made = s3_credentials{xml_text_of(xml, "AccessKeyId"), xml_text_of(xml, "SecretAccessKey"), xml_text_of(xml, "SessionToken"),
                             second_of_iso_time(xml_text_of(xml, "Expiration"))};
  if (made.are_there()) return made;
  return error{errc::unavailable, url + " answered without credentials"};
}

auto s3_credential_chain::from_instance() -> result<s3_credentials> {
  const auto url = or_else(environment_("AWS_EC2_METADATA_SERVICE_ENDPOINT"), "http://169.254.169.254");
  const auto what = std::string{"find credentials: neither settings, environment nor file have any, and the instance's metadata do not say"};
  const auto path = std::string{"/latest/meta-data/iam/security-credentials/"};
  WEIR_TRY(const auto token, ask(url, {.method = "PUT", .path = "/latest/api/token", .headers = {"X-aws-ec2-metadata-token-ttl-seconds: 300"}}, what));
  const auto headers = std::vector<std::string>{"X-aws-ec2-metadata-token: " + token};
  WEIR_TRY(const auto roles, ask(url, {.path = path, .headers = headers}, what));
  auto rest = std::string_view{roles};
  WEIR_TRY(const auto answer, ask(url, {.path = path + percent_encoded_name(trimmed_text(take_line(rest))), .headers = headers}, what));
  auto parser = simdjson::dom::parser{};
  auto whole = simdjson::dom::element{};
  if (parser.parse(answer).get(whole) != simdjson::SUCCESS) return error{errc::unavailable, url + " answered without credentials"};
  auto made = s3_credentials{json_text(whole, "AccessKeyId"), json_text(whole, "SecretAccessKey"), json_text(whole, "Token"),
                             second_of_iso_time(json_text(whole, "Expiration"))};
  if (made.are_there()) return made;
  return error{errc::unavailable, url + " answered without credentials"};
}

} // namespace weir
