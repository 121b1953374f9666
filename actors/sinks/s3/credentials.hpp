/// Who signs: the settings, or else the environment, the shared credentials file, a web identity, or the instance.
//
//  In this order, as the tools of Amazon look:
//    AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN
//    AWS_WEB_IDENTITY_TOKEN_FILE and AWS_ROLE_ARN: a role by the Security Token Service (AssumeRoleWithWebIdentity), which is at
//      AWS_ENDPOINT_URL_STS, else sts.REGION.amazonaws.com
//    the profile AWS_PROFILE (default) of AWS_SHARED_CREDENTIALS_FILE (~/.aws/credentials)
//    the instance's role by its metadata service (IMDSv2), unless AWS_EC2_METADATA_DISABLED=true, which is at
//      AWS_EC2_METADATA_SERVICE_ENDPOINT, else 169.254.169.254
//  What ends is asked for again five minutes before.
#pragma once

#include "actors/sinks/http/client.hpp"
#include "actors/sinks/s3/settings.hpp"
#include "actors/sinks/s3/signature.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace weir {

/// Empty: the variable is not set.
using environment_reader = std::function<std::string(const char* name)>;
auto process_environment(const char* name) -> std::string;

/// One thread's. No error has a secret in it.
class s3_credential_chain {
public:
  s3_credential_chain(const s3_settings& s, const class clock& clock, environment_reader environment = process_environment);
  auto get() -> result<s3_credentials>;

private:
  auto find() -> result<s3_credentials>;
  auto from_web_identity() -> result<s3_credentials>;
  auto from_file() -> result<std::optional<s3_credentials>>;
  auto from_instance() -> result<s3_credentials>;
  /// The body of the answer of a service that is not the bucket's.
  auto ask(const std::string& url, const http_request& request, std::string_view what) -> result<std::string>;
  auto is_due() const -> bool;

  s3_credentials given_;
  std::string region_;
  const class clock& clock_;
  environment_reader environment_;
  std::optional<s3_credentials> found_;
};

/// Those of a profile, from what a shared credentials file has in it; nothing if it has none of these.
auto credentials_of_profile(std::string_view file, std::string_view profile) -> std::optional<s3_credentials>;
/// "2026-11-22T15:04:05Z" as a second; 0 if it is none.
auto second_of_iso_time(const std::string& text) -> std::int64_t;

} // namespace weir
