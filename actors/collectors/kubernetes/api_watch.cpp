#include "actors/collectors/kubernetes/api_watch.hpp"

#include "runtime/os/random.hpp"
#include "runtime/parser/parser_settings.hpp"

#include <algorithm>
#include <charconv>

namespace weir {
namespace {

constexpr auto page_objects_max = std::size_t{100};
/// A watch that ends sooner has failed, however it looks.
constexpr auto watch_time_min = std::chrono::seconds{1};
constexpr auto watch_backoff_first = std::chrono::milliseconds{500};
constexpr auto watch_backoff = backoff_settings{watch_backoff_first, std::chrono::seconds{30}};
constexpr auto status_gone = 410;

/// A token of the server's own, put into a query.
auto escaped_for_query(std::string_view text) -> std::string {
  constexpr auto digits = std::string_view{"0123456789ABCDEF"};
  auto escaped = std::string{};
  for (const auto c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const auto is_plain = std::isalnum(byte) != 0 || c == '-' || c == '_' || c == '.';
    if (is_plain)
      escaped += c;
    else
      (escaped += '%') += {digits[byte >> 4U], digits[byte & 15U]};
  }
  return escaped;
}

} // namespace

auto version_of(api_object object) -> std::uint64_t {
  const auto text = object["metadata"]["resourceVersion"].text();
  auto number = std::uint64_t{0};
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  return read.ec == std::errc{} && read.ptr == text.data() + text.size() ? number : 0;
}

api_watch::api_watch(api_collection what, api_listener& listener, const clock& time)
    : what_(std::move(what)), listener_(listener), page_objects_(page_objects_max) {
  auto made = make_parser({.format = line_format::json}, time);
  WEIR_ASSERT(made);
  json_ = std::move(*made);
}

void api_watch::go_on_from(std::uint64_t version) {
  version_ = version;
  has_listed_ = version != 0;
}

auto api_watch::accepts() const -> std::string_view {
  if (!what_.about_alone) return "application/json";
  return is_watching_ ? "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json"
                      : "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json";
}

auto api_watch::due() const -> std::optional<monotonic_time> {
  return is_awaiting_ ? std::nullopt : std::optional{due_};
}

auto api_watch::next_request(monotonic_time now) -> std::optional<std::string> {
  if (is_awaiting_ || now < due_) return std::nullopt;
  is_awaiting_ = true;
  is_watching_ = version_ != 0;
  asked_ = now;
  pending_.clear();
  refusal_.clear();
  auto request = what_.path + '?' + what_.selector + (what_.selector.empty() ? "" : "&");
  if (is_watching_)
    return request + "watch=1&allowWatchBookmarks=true&resourceVersion=" + std::to_string(version_)
           + "&timeoutSeconds=" + std::to_string(watch_time.count());
  request += "limit=" + std::to_string(page_objects_);
  if (!continue_.empty()) request += "&continue=" + escaped_for_query(continue_);
  return request;
}

auto api_watch::take(std::string_view bytes) -> bool {
  if (!is_watching_) {
    if (pending_.size() + bytes.size() > answer_bytes_max) return refuse("a page of its list is too long");
    pending_ += bytes;
    return true;
  }
  while (!bytes.empty()) {
    const auto end = bytes.find('\n');
    const auto part = bytes.substr(0, end);
    if (pending_.size() + part.size() > answer_bytes_max) return refuse("an object is too long");
    pending_ += part;
    if (end == std::string_view::npos) return true;
    bytes.remove_prefix(end + 1);
    const auto goes_on = take_line(pending_);
    pending_.clear();
    if (!goes_on) return false;
  }
  return true;
}

auto api_watch::refuse(std::string problem) -> bool {
  refusal_ = std::move(problem);
  return false;
}

/// Valid until the next call.
auto api_watch::parsed(std::string_view json) -> std::optional<api_object> {
  auto padded = std::string{json};
  padded.append(line_padding, ' ');
  record_.clear();
  auto write = msgpack_writer{record_};
  const auto mark = write.open();
  const auto line = json_->parse({padded.data(), json.size()}, write);
  if (!line.ok()) return std::nullopt;
  write.close_map(mark, line.fields);
  return api_object{record_.view()};
}

auto api_watch::take_line(std::string_view line) -> bool {
  if (line.empty()) return true;
  const auto event = parsed(line);
  if (event) return take_event((*event)["type"].text(), (*event)["object"]);
  wants_list_ = true;
  return refuse("what it sent is not JSON");
}

auto api_watch::take_event(std::string_view type, api_object object) -> bool {
  if (type == "ERROR") {
    wants_list_ = true;
    if (object["code"].number() == status_gone) return false;
    return refuse("the watch ended: " + std::string{object["message"].text().substr(0, 200)});
  }
  const auto version = version_of(object);
  if (type == "ADDED" || type == "MODIFIED") listener_.present(object);
  if (type == "DELETED") listener_.gone(object);
  if (version > version_) version_ = version, listener_.reached(version);
  failures_ = 0;
  problem_.clear();
  return true;
}

auto api_watch::take_page() -> bool {
  const auto page = parsed(pending_);
  pending_ = {};
  if (!page) return refuse("its list is not JSON");
  const auto version = version_of(*page);
  if (version == 0 || (*page)["items"].is_missing()) return refuse("what it sent is no list");
  if (!std::exchange(is_listing_, true)) listener_.begin_list();
  (*page)["items"].each_item([&](api_object object) { listener_.present(object); });
  continue_ = (*page)["metadata"]["continue"].text();
  if (!continue_.empty()) return true;
  is_listing_ = false;
  has_listed_ = true;
  version_ = version;
  listener_.end_list(version);
  return true;
}

void api_watch::list_anew() {
  version_ = 0;
  continue_.clear();
  is_listing_ = false;
  wants_list_ = false;
}

void api_watch::fail(std::string problem, monotonic_time now) {
  problem_ = std::move(problem);
  due_ = now + std::chrono::duration_cast<monotonic_time::duration>(backoff_delay(watch_backoff, ++failures_, random_id()));
}

void api_watch::end(int status, const std::string& problem, monotonic_time now) {
  is_awaiting_ = false;
  due_ = now;
  if (is_watching_)
    end_watch(status, problem, now);
  else
    end_page(status, problem, now);
}

void api_watch::end_watch(int status, const std::string& problem, monotonic_time now) {
  const auto is_too_old = status == status_gone || (wants_list_ && refusal_.empty());
  if (wants_list_ || status == status_gone) list_anew();
  if (is_too_old) return void(due_ = now + watch_backoff_first);
  if (!refusal_.empty()) return fail(refusal_, now);
  if (status != 200) return fail(status == 0 ? problem : "it answered " + std::to_string(status), now);
  if (now - asked_ < watch_time_min) return fail(problem.empty() ? "it ends watches at once" : problem, now);
  failures_ = 0;
}

void api_watch::end_page(int status, const std::string& problem, monotonic_time now) {
  const auto is_whole = status == 200 && problem.empty() && refusal_.empty();
  if (is_whole && take_page()) {
    failures_ = 0;
    return problem_.clear();
  }
  if (!refusal_.empty()) page_objects_ = std::max<std::size_t>(page_objects_ / 4, 1);
  if (!refusal_.empty() || status == status_gone) list_anew();
  if (!refusal_.empty()) return fail(refusal_, now);
  fail(status == 0 || status == 200 ? problem : "it answered " + std::to_string(status), now);
}

} // namespace weir
