#include "actors/sinks/s3/http_bucket.hpp"

#include "actors/sinks/s3/answers.hpp"
#include "runtime/os/random.hpp"

#include <algorithm>

namespace weir {
namespace {

auto default_endpoint_of(const s3_settings& s) -> std::string { return "https://s3." + s.region + ".amazonaws.com"; }

auto is_host_style(const s3_settings& s) -> bool {
  if (s.style != s3_style::automatic) return s.style == s3_style::host;
  return s.http.endpoints.empty() && s.bucket.find('.') == std::string::npos; // a certificate is for one name below
}

auto bucket_endpoints(const s3_settings& s) -> std::vector<http_endpoint> {
  auto made = endpoints_of(s.http, s3_port, default_endpoint_of(s));
  if (is_host_style(s))
    for (auto& e : made) e.at.host = s.bucket + '.' + e.at.host;
  return made;
}

auto bucket_client_settings(const s3_settings& s) -> http_client_settings {
  auto made = http_client_settings_of(s.http, bucket_endpoints(s));
  made.auth = {}; // each request is signed
  made.answer_bytes_max = std::size_t{512} << 20; // of a snapshot with millions of ids
  return made;
}

auto bucket_endpoint_names(const s3_settings& s) -> std::vector<std::string> {
  auto names = std::vector<std::string>{};
  for (const auto& e : bucket_endpoints(s)) names.push_back(e.text());
  return names;
}

/// As curl writes it: without the port that the scheme has anyway.
auto host_header_of(const http_endpoint& e, const std::string& server_name) -> std::string {
  if (e.is_encrypted && !server_name.empty()) return to_text(e.at);
  const auto usual = e.is_encrypted ? 443 : 80;
  const auto text = to_text(e.at);
  return e.at.port == usual ? text.substr(0, text.rfind(':')) : text;
}

auto pairs_of(const object_form& form) -> std::vector<std::pair<std::string, std::string>> {
  auto made = std::vector<std::pair<std::string, std::string>>{};
  if (!form.storage_class.empty()) made.emplace_back("x-amz-storage-class", form.storage_class);
  if (!form.encryption.empty()) made.emplace_back("x-amz-server-side-encryption", form.encryption);
  if (!form.tags.empty()) made.emplace_back("x-amz-tagging", form.tags);
  return made;
}

} // namespace

http_bucket::http_bucket(const s3_settings& s, const class clock& clock, const multipart_sizes& sizes)
    : bucket_(s.bucket), region_(s.region), sizes_(sizes), clock_(clock), endpoints_(bucket_endpoints(s)),
      server_name_(s.http.tls ? s.http.tls->server_name : std::string{}),
      path_(is_host_style(s) ? "/" : '/' + s.bucket + '/'), client_(bucket_client_settings(s), clock),
      choice_(bucket_endpoint_names(s), endpoint_choice::order::rotate), credentials_(s, clock) {}

/// A request that did not reach one endpoint goes to the next, signed anew: the host is part of what is signed.
auto http_bucket::ask(const question& q) -> result<http_answer> {
  WEIR_TRY(const auto by, credentials_.get());
  auto last = std::string{};
  for (auto left = choice_.size(); left > 0; --left) {
    const auto at = choice_.next(clock_.monotonic());
    auto outcome = ask_at(at, q, by);
    if (auto* answer = std::get_if<http_answer>(&outcome)) {
      answer->status == 503 ? choice_.failed(at, clock_.monotonic(), random_id()) : choice_.worked(at);
      return std::move(*answer);
    }
    auto& failure = std::get<http_failure>(outcome);
    choice_.failed(at, clock_.monotonic(), random_id());
    last = std::move(failure.what);
    if (failure.is_sent) break;
  }
  return error{errc::unavailable, last};
}

auto http_bucket::ask_at(std::size_t endpoint, const question& q, const s3_credentials& by) -> http_outcome {
  const auto& to = endpoints_[endpoint];
  auto path = path_ + s3_encoded_key(q.key);
  if (q.key.empty() && path.size() > 1) path.pop_back();
  const auto whole = to.prefix + path;
  const auto host = host_header_of(to, server_name_);
  const auto headers = s3_signed_headers({q.method, host, whole, q.query, q.body, q.headers}, by, region_, clock_.wall_ns() / 1'000'000'000);
  const auto target = q.query.empty() ? path : path + '?' + q.query;
  return client_.send({.method = q.method, .path = target, .body = q.body, .content_type = q.content_type, .headers = headers, .endpoint = endpoint});
}

auto http_bucket::refused(const http_answer& answer, std::string_view what) const -> error {
  return {errc::unavailable, s3_refusal_text(answer.status, answer.body, endpoints_[answer.endpoint].text(), what)};
}

auto http_bucket::wanted_success(result<http_answer> answer, std::string_view what) -> result<http_answer> {
  if (!answer) return error{errc::unavailable, "cannot " + std::string{what} + ": " + answer.failure().what};
  if (!answer->is_success() || !s3_error_of(answer->body).code.empty()) return refused(*answer, what);
  return answer;
}

auto http_bucket::put(const std::string& key, std::string_view bytes, const object_form& form) -> result<void> {
  if (bytes.size() > sizes_.from) return put_in_parts(key, bytes, form);
  WEIR_CHECK(wanted_success(ask({"PUT", key, {}, bytes, pairs_of(form), form.content_type}), "write to the bucket " + bucket_));
  return {};
}

auto http_bucket::put_if_absent(const std::string& key, std::string_view bytes) -> result<bool> {
  auto answer = ask({"PUT", key, {}, bytes, {{"if-none-match", "*"}}, "application/octet-stream"});
  if (answer && answer->status == 412) return false;
  if (answer && answer->status == 501)
    return error{errc::unavailable, endpoints_[answer->endpoint].text() + " knows no If-None-Match (501): \"conditional: false\" does without"};
  WEIR_CHECK(wanted_success(std::move(answer), "write to the bucket " + bucket_));
  return true;
}

auto http_bucket::get(const std::string& key) -> result<std::string> {
  auto answer = ask({"GET", key});
  if (answer && answer->status == 404 && s3_error_of(answer->body).code != "NoSuchBucket")
    return error{errc::not_found, "there is no " + key};
  WEIR_TRY(auto got, wanted_success(std::move(answer), "read from the bucket " + bucket_));
  return std::move(got.body);
}

auto http_bucket::copy(const std::string& from, const std::string& to, const object_form& form) -> result<void> {
  auto headers = pairs_of(form);
  headers.emplace_back("x-amz-copy-source", '/' + bucket_ + '/' + s3_encoded_key(from));
  if (!form.tags.empty()) headers.emplace_back("x-amz-tagging-directive", "REPLACE");
  auto answer = ask({"PUT", to, {}, {}, std::move(headers)});
  if (answer && answer->status == 404 && s3_error_of(answer->body).code == "NoSuchKey")
    return error{errc::not_found, "there is no " + from};
  WEIR_CHECK(wanted_success(std::move(answer), "copy in the bucket " + bucket_));
  return {};
}

auto http_bucket::move(const std::string& from, const std::string& to, const object_form& form) -> result<void> {
  WEIR_CHECK(copy(from, to, form));
  (void)remove(from);
  return {};
}

auto http_bucket::remove(const std::string& key) -> result<void> {
  auto answer = ask({"DELETE", key});
  if (answer && answer->status == 404 && s3_error_of(answer->body).code != "NoSuchBucket") return {};
  WEIR_CHECK(wanted_success(std::move(answer), "delete from the bucket " + bucket_));
  return {};
}

auto http_bucket::list(const std::string& prefix) -> result<std::vector<std::string>> {
  auto query = "list-type=2&max-keys=1000&prefix=" + percent_encoded_name(prefix);
  WEIR_TRY(const auto answer, wanted_success(ask({"GET", {}, std::move(query)}), "list the bucket " + bucket_));
  return xml_texts_of(answer.body, "Key");
}

auto http_bucket::put_in_parts(const std::string& key, std::string_view bytes, const object_form& form) -> result<void> {
  const auto what = "write to the bucket " + bucket_;
  WEIR_TRY(const auto begun, wanted_success(ask({"POST", key, "uploads=", {}, pairs_of(form), form.content_type}), what));
  const auto upload = xml_text_of(begun.body, "UploadId");
  const auto query = "uploadId=" + percent_encoded_name(upload);
  auto list = put_parts(key, query, bytes);
  if (!list) {
    (void)ask({"DELETE", key, query}); // or its parts are kept, and cost
    return list.failure();
  }
  WEIR_CHECK(wanted_success(ask({"POST", key, query, *list, {}, "application/xml"}), what));
  return {};
}

auto http_bucket::put_parts(const std::string& key, const std::string& upload, std::string_view bytes) -> result<std::string> {
  auto list = std::string{"<CompleteMultipartUpload>"};
  for (auto number = 1; !bytes.empty(); ++number) {
    const auto part = bytes.substr(0, sizes_.part);
    bytes.remove_prefix(part.size());
    const auto text = std::to_string(number);
    WEIR_TRY(const auto put, wanted_success(ask({"PUT", key, "partNumber=" + text + '&' + upload, part}), "write to the bucket " + bucket_));
    list += "<Part><PartNumber>" + text + "</PartNumber><ETag>" + put.etag + "</ETag></Part>";
  }
  return list + "</CompleteMultipartUpload>";
}

void http_bucket::examine(std::vector<std::string>& wrong) {
  const auto by = credentials_.get();
  if (!by) return wrong.push_back(by.failure().what);
  for (std::size_t i = 0; i < endpoints_.size(); ++i) {
    const auto outcome = ask_at(i, {"GET", {}, "list-type=2&max-keys=1"}, *by);
    if (const auto* failure = std::get_if<http_failure>(&outcome))
      wrong.push_back(failure->what);
    else if (const auto& answer = std::get<http_answer>(outcome); !answer.is_success())
      wrong.push_back(refused(answer, "list the bucket " + bucket_).what);
  }
}

} // namespace weir
