/// Requests to WebHDFS or HttpFS: to the name node that is active, and from there to where it sends on.
#pragma once

#include "actors/sinks/hdfs/answers.hpp"
#include "actors/sinks/hdfs/settings.hpp"
#include "actors/sinks/http/client.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

struct hdfs_call {
  std::string_view method;
  std::string path;  ///< absolute, not encoded
  std::string query; ///< encoded: "op=RENAME&destination=%2Flogs"
};

struct hdfs_answer {
  int status = 0;
  std::string body;
  std::string location;
  std::string from;        ///< who said it
  bool is_sent_on = false; ///< by who was asked, to `from`

  auto is_success() const -> bool { return status >= 200 && status < 300; }
  auto is(std::string_view exception) const -> bool { return !is_success() && hdfs_refusal_of(body).exception == exception; }
  auto refused(std::string_view what) const -> error { return {errc::unavailable, hdfs_refusal_text(status, body, from, what)}; }
};

/// One thread's. Errors are errc::unavailable: there was no answer, and it may be done or not.
class webhdfs {
public:
  webhdfs(const hdfs_settings& s, const class clock& clock);

  /// What is asked must be harmless to ask twice: after no answer the next endpoint is asked.
  auto ask(const hdfs_call& call) -> result<hdfs_answer>;
  /// Of this endpoint alone.
  auto ask_at(std::size_t endpoint, const hdfs_call& call) -> result<hdfs_answer>;
  /// Asks without the bytes where they are or are to go, and asks there with them, once.
  auto transfer(const hdfs_call& call, std::string_view bytes = {}) -> result<hdfs_answer>;

  auto endpoint_count() const -> std::size_t { return choice_.size(); }
  void close() { client_.close(); }

private:
  auto target_of(const hdfs_call& call) const -> std::string;

  std::string who_; ///< "&user.name=weir"; empty: the login says it
  const class clock& clock_;
  http_client client_;
  endpoint_choice choice_;
};

/// With all but slashes and what needs no encoding as %XX.
auto encoded_hdfs_path(std::string_view path) -> std::string;

} // namespace weir
