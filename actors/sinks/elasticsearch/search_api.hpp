/// The requests to an Elasticsearch or OpenSearch beside _bulk: what is there, what is made, what is asked for.
#pragma once

#include "actors/sinks/http/client.hpp"
#include "runtime/base/result.hpp"

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

/// One name, several indices, of which the last takes what comes: a data stream, or an alias that rolls over.
struct rolling_indices {
  std::vector<std::string> older;
  std::string newest; ///< empty: the name is that of an index
};

/// Errors are errc::unavailable: whoever asks tries again later. They say what was asked, and what the server said.
class search_api {
public:
  /// `endpoint`: asks this one alone.
  explicit search_api(http_client& client, std::optional<std::size_t> endpoint = {}) : client_(client), endpoint_(endpoint) {}

  /// That somebody answers who takes the login; whether it knows require_data_stream.
  auto greet() -> result<bool>;
  auto has_pipeline(const std::string& name) -> result<bool>;
  auto has_template(const std::string& name) -> result<bool>;
  /// False if there is another one for such names that has the same priority.
  auto install_template(const std::string& name, const std::string& body) -> result<bool>;
  auto has_data_stream(const std::string& name) -> result<bool>;
  auto create_data_stream(const std::string& name) -> result<void>;
  auto has_index(const std::string& name) -> result<bool>;
  auto create_index(const std::string& name) -> result<void>;
  auto indices_of_stream(const std::string& name) -> result<rolling_indices>;
  auto indices_of_alias(const std::string& name) -> result<rolling_indices>;

  /// Makes visible to searches what these have.
  auto refresh(const std::string& indices) -> result<void>;
  /// Adds those of `ids` that are in `indices`, as of the last refresh, to `found`.
  auto find(const std::string& indices, const std::vector<std::string_view>& ids, std::set<std::string, std::less<>>& found)
      -> result<void>;
  /// Takes documents out of an index by a _bulk request that somebody wrote.
  auto remove(const std::string& bulk_body) -> result<void>;

private:
  auto ask(http_request request, std::string_view what) -> result<http_answer>;
  auto ask_for_success(const http_request& request, std::string_view what) -> result<http_answer>;
  auto exists(const std::string& path, std::string_view what) -> result<bool>;

  http_client& client_;
  std::optional<std::size_t> endpoint_;
};

/// What to say of an answer that is no success.
auto refusal_text(const http_answer& answer, const std::string& endpoint, std::string_view what) -> std::string;

} // namespace weir
