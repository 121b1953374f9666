#include "actors/collectors/kubernetes/api_settings.hpp"

#include <cstdlib>
#include <filesystem>

namespace weir {
namespace {

constexpr auto account_directory = "/var/run/secrets/kubernetes.io/serviceaccount/";

auto text_of_environment(const char* name) -> std::string {
  const auto* text = std::getenv(name);
  return text == nullptr ? std::string{} : std::string{text};
}

auto url_of_pod() -> std::string {
  const auto host = text_of_environment("KUBERNETES_SERVICE_HOST");
  const auto port = text_of_environment("KUBERNETES_SERVICE_PORT");
  if (host.empty()) return {};
  const auto is_v6 = host.find(':') != std::string::npos;
  return "https://" + (is_v6 ? '[' + host + ']' : host) + (port.empty() ? "" : ':' + port);
}

auto file_of_account(const std::string& given, const char* name) -> std::string {
  if (!given.empty()) return given;
  auto problem = std::error_code{};
  const auto path = std::string{account_directory} + name;
  return std::filesystem::exists(path, problem) ? path : std::string{};
}

} // namespace

void validate(const kubernetes_api_settings& s, config::settings_reader& reader) {
  const auto is_encrypted = s.url.starts_with("https://");
  if (!s.url.empty() && !is_encrypted && !s.url.starts_with("http://"))
    reader.complain("url", "\"url\" wants https://host:port, not \"" + s.url + '"');
  if (!s.url.empty() && !is_encrypted) reader.refuse_useless("ca", "with \"url: http://\" there is no certificate");
  if (s.timeout < std::chrono::milliseconds{100})
    reader.complain("timeout", "\"timeout\" wants 100ms or more, not " + to_text(s.timeout));
}

auto api_address_of(const kubernetes_api_settings& settings) -> result<kubernetes_api_address> {
  auto made = kubernetes_api_address{settings.url.empty() ? url_of_pod() : settings.url, file_of_account(settings.ca, "ca.crt"),
                                     file_of_account(settings.token, "token"), settings.timeout};
  if (made.url.empty())
    return error{errc::not_found, "where the API server is says neither \"api: url\" nor KUBERNETES_SERVICE_HOST"};
  while (made.url.ends_with('/')) made.url.pop_back();
  return made;
}

} // namespace weir
