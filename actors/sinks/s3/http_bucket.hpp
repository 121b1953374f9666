/// A bucket behind HTTP: requests that are signed, sent to one of the endpoints, and answered in XML.
#pragma once

#include "actors/sinks/http/client.hpp"
#include "actors/sinks/objects/bucket.hpp"
#include "actors/sinks/s3/credentials.hpp"
#include "actors/sinks/s3/settings.hpp"
#include "actors/sinks/s3/signature.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace weir {

/// What is kept in several parts while it is sent, and how large these are. No part but the last may be below 5 MiB.
struct multipart_sizes {
  std::size_t from = std::size_t{64} << 20;
  std::size_t part = std::size_t{32} << 20;
};

/// One thread's. Errors are errc::unavailable, and name endpoint and reason.
class http_bucket final : public object_bucket {
public:
  http_bucket(const s3_settings& s, const class clock& clock, const multipart_sizes& sizes = {});

  auto put(const std::string& key, std::string_view bytes, const object_form& form) -> result<void> override;
  auto put_if_absent(const std::string& key, std::string_view bytes) -> result<bool> override;
  auto get(const std::string& key) -> result<std::string> override;
  auto move(const std::string& from, const std::string& to, const object_form& form) -> result<void> override;
  auto remove(const std::string& key) -> result<void> override;
  auto list(const std::string& prefix) -> result<std::vector<std::string>> override;

  /// What is wrong with an endpoint, or with the bucket there; looks and changes nothing.
  void examine(std::vector<std::string>& wrong);
  void close() { client_.close(); }

private:
  using header_pairs = std::vector<std::pair<std::string, std::string>>;
  struct question {
    std::string_view method;
    std::string_view key; ///< empty: the bucket itself
    std::string query = {};
    std::string_view body = {};
    header_pairs headers = {};
    std::string_view content_type = {};
  };
  auto ask(const question& q) -> result<http_answer>;
  auto ask_at(std::size_t endpoint, const question& q, const s3_credentials& by) -> http_outcome;
  auto wanted_success(result<http_answer> answer, std::string_view what) -> result<http_answer>;
  auto refused(const http_answer& answer, std::string_view what) const -> error;
  auto copy(const std::string& from, const std::string& to, const object_form& form) -> result<void>;
  auto put_in_parts(const std::string& key, std::string_view bytes, const object_form& form) -> result<void>;
  auto put_parts(const std::string& key, const std::string& upload, std::string_view bytes) -> result<std::string>;

  std::string bucket_;
  std::string region_;
  multipart_sizes sizes_;
  const class clock& clock_;
  std::vector<http_endpoint> endpoints_; ///< in host style with the bucket in front
  std::string server_name_;
  std::string path_; ///< that keys stand behind: "/" or "/bucket/"
  http_client client_;
  endpoint_choice choice_;
  s3_credential_chain credentials_;
};

} // namespace weir
