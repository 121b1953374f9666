#include "actors/sinks/hdfs/webhdfs.hpp"

#include "runtime/os/random.hpp"

namespace weir {
namespace {

constexpr auto data_node_tries_max = 3;
constexpr auto default_hdfs_endpoint = std::string_view{"http://127.0.0.1:9870"};

auto hdfs_client_settings(const hdfs_settings& s) -> http_client_settings {
  auto made = http_client_settings_of(s.http, endpoints_of(s.http, hdfs_port, default_hdfs_endpoint));
  made.negotiate = s.spnego;
  if (made.auth.password.value.empty()) made.auth = {}; // who it is stands in the query
  made.answer_bytes_max = std::size_t{512} << 20; // of a snapshot with millions of ids
  return made;
}

auto hdfs_endpoint_names(const hdfs_settings& s) -> std::vector<std::string> {
  auto names = std::vector<std::string>{};
  for (const auto& e : endpoints_of(s.http, hdfs_port, default_hdfs_endpoint)) names.push_back(e.text());
  return names;
}

auto who_asks(const hdfs_settings& s) -> std::string {
  const auto& auth = s.http.auth;
  if (!auth.token.value.empty()) return "&delegation=" + percent_encoded_name(auth.token.value);
  return auth.user.empty() || !auth.password.value.empty() ? std::string{} : "&user.name=" + percent_encoded_name(auth.user);
}

auto answer_of(http_answer&& a, std::string from, bool is_sent_on = false) -> hdfs_answer {
  return {a.status, std::move(a.body), std::move(a.location), std::move(from), is_sent_on};
}

/// Another one may be able to do it.
auto is_for_the_next(const hdfs_answer& a) -> bool { return a.is("StandbyException") || a.is("RetriableException") || a.status == 503; }

auto host_in(const std::string& location) -> std::string {
  const auto origin = origin_of_url(location);
  return origin.substr(std::min(origin.find("://") + 3, origin.size()));
}

} // namespace

auto encoded_hdfs_path(std::string_view path) -> std::string {
  auto made = std::string{};
  while (!path.empty()) {
    const auto slash = std::min(path.find('/'), path.size());
    made += percent_encoded_name(path.substr(0, slash));
    path.remove_prefix(slash);
    if (path.empty()) break;
    made += '/';
    path.remove_prefix(1);
  }
  return made;
}

webhdfs::webhdfs(const hdfs_settings& s, const class clock& clock)
    : who_(who_asks(s)), clock_(clock), client_(hdfs_client_settings(s), clock),
      choice_(hdfs_endpoint_names(s), endpoint_choice::order::first) {}

auto webhdfs::target_of(const hdfs_call& call) const -> std::string {
  return "/webhdfs/v1" + encoded_hdfs_path(call.path) + '?' + call.query + who_;
}

auto webhdfs::ask_at(std::size_t endpoint, const hdfs_call& call) -> result<hdfs_answer> {
  const auto target = target_of(call);
  auto outcome = client_.send({.method = call.method, .path = target, .headers = {"X-XSRF-HEADER: weir"}, .endpoint = endpoint});
  if (auto* answer = std::get_if<http_answer>(&outcome)) return answer_of(std::move(*answer), choice_.name(endpoint));
  return error{errc::unavailable, std::get<http_failure>(outcome).what};
}

auto webhdfs::ask(const hdfs_call& call) -> result<hdfs_answer> {
  auto last = result<hdfs_answer>{error{errc::unavailable, "there is no endpoint"}};
  for (auto left = choice_.size(); left > 0; --left) {
    const auto at = choice_.next(clock_.monotonic());
    last = ask_at(at, call);
    if (last && !is_for_the_next(*last)) return choice_.worked(at), last;
    choice_.failed(at, clock_.monotonic(), random_id());
  }
  return last;
}

auto webhdfs::transfer(const hdfs_call& call, std::string_view bytes) -> result<hdfs_answer> {
  auto left_out = std::string{};
  auto failure = std::string{};
  for (auto left = data_node_tries_max; left > 0; --left) {
    auto asked = call;
    if (!left_out.empty()) asked.query += "&excludedatanodes=" + percent_encoded_name(left_out);
    WEIR_TRY(auto first, ask(asked));
    if (first.status != 307 || first.location.empty()) return first;
    auto outcome = client_.send({.method = call.method,
                                 .body = bytes,
                                 .content_type = "application/octet-stream",
                                 .headers = {"X-XSRF-HEADER: weir"},
                                 .url = first.location});
    if (auto* answer = std::get_if<http_answer>(&outcome)) return answer_of(std::move(*answer), origin_of_url(first.location), true);
    const auto& lost = std::get<http_failure>(outcome);
    failure = lost.what + ", where " + first.from + " sent";
    if (lost.is_sent) break;
    left_out += (left_out.empty() ? "" : ",") + host_in(first.location);
  }
  return error{errc::unavailable, failure};
}

} // namespace weir
