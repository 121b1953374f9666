/// Signs requests to S3 as its documentation has it: AWS Signature Version 4, in the header Authorization.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir {

struct s3_credentials {
  std::string access_key;
  std::string secret;
  std::string token;        ///< of a session; empty: none
  std::int64_t until_s = 0; ///< second of the wall clock when they end; 0: never

  auto are_there() const -> bool { return !access_key.empty() && !secret.empty(); }
};

struct s3_signed_request {
  std::string_view method = "GET";
  std::string_view host;        ///< as the header Host has it
  std::string_view path = "/";  ///< encoded
  std::string_view query = {};  ///< "a=1&b", encoded and sorted by name
  std::string_view body = {};
  std::vector<std::pair<std::string, std::string>> headers = {}; ///< to be signed too: names in lower case
};

/// The headers to send: those of the request, x-amz-date, x-amz-content-sha256, x-amz-security-token, Authorization.
auto s3_signed_headers(const s3_signed_request& request, const s3_credentials& by, std::string_view region, std::int64_t now_s)
    -> std::vector<std::string>;

/// A key with all but letters, digits, -._~ and slashes as %XX.
auto s3_encoded_key(std::string_view key) -> std::string;

} // namespace weir
