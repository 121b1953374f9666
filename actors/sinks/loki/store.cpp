#include "actors/sinks/store.hpp"

#include "actors/sinks/http/event_delivery.hpp"
#include "actors/sinks/loki/settings.hpp"
#include "actors/sinks/loki/stream_pile.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <optional>

namespace weir {
namespace {

/// What a Loki says of an entry, without its stream and time: reasons stay few.
auto loki_reason(std::string_view said) -> std::string {
  for (const std::string_view known : {"entry too far behind", "entry out of order", "timestamp too old", "timestamp too new", "max entry size",
                                       "structured metadata", "label value too long", "label name too long", "max label names",
                                       "duplicate label", "at least one label"})
    if (said.find(known) != std::string_view::npos) return std::string{known};
  return excerpt_of(said);
}

class push_form final : public request_form {
public:
  push_form(const loki_settings& s, stream_pile& streams) : path_(s.path), streams_(streams) {
    if (!s.tenant.empty()) headers_.push_back("X-Scope-OrgID: " + s.tenant);
  }

  void make(const event_pile&, piece_numbers pieces, const std::string&, event_request& out) override {
    out.path = path_;
    out.content_type = "application/json";
    out.headers = headers_;
    streams_.append_body(pieces, out.body);
  }

  auto judge(const http_answer& answer) -> answer_verdict override {
    using enum answer_verdict::meaning;
    if (answer.is_success()) return {stored};
    const auto status = std::to_string(answer.status);
    const auto is_too_large = answer.status == 413 || (answer.status == 500 && answer.body.find("larger than max") != std::string::npos);
    if (is_too_large) return {too_large, status + ": larger than the server takes"};
    if (answer.status == 400 || answer.status == 422) return {refused, status + ": " + loki_reason(answer.body)};
    return verdict_of_failure(answer, excerpt_of(answer.body));
  }

private:
  std::string path_;
  std::vector<std::string> headers_;
  stream_pile& streams_;
};

class loki_store final : public store {
public:
  using settings = loki_settings;
  /// A connection to each endpoint, and for a moment what a look-up of a name takes.
  static auto descriptors(const settings& s) -> descriptor_need { return {2 + std::max<std::size_t>(s.http.endpoints.size(), 1), false}; }
  static auto promise(const settings& s) -> store_promise;
  static auto claims(const settings& s, const plugin_context&) -> plugin_claims;
  loki_store(settings s, const plugin_context& context)
      : settings_(std::move(s)), component_(context.component),
        client_(http_client_settings_of(settings_.http, endpoints_of(settings_.http, loki_port, loki_default_endpoint)), *context.clock),
        streams_(settings_, *context.clock), form_(settings_, streams_), delivery_(delivery_settings_of(settings_.http, settings_.compress, settings_.max_request), client_, form_, *context.clock) {}

  auto open() -> result<void> override { return {}; }
  auto commit(const commit_batch& batch) -> result<committed> override;
  auto examine() -> std::optional<std::vector<std::string>> override { return problems_of_empty_request(client_, form_); }
  auto idle() -> result<void> override { return client_.close(), result<void>{}; }

private:
  settings settings_;
  std::string component_;
  http_client client_;
  stream_pile streams_;
  push_form form_;
  event_delivery delivery_;
};

auto loki_store::promise(const settings&) -> store_promise {
  auto made = store_promise{.writers_max = store_writers_max};
  made.why_not_more = "no store has more writers";
  made.why_none = "a Loki knows an entry again only by its time and line, and only while it holds what is around it in memory";
  made.batch_bytes = std::uint64_t{1} << 20;
  return made;
}

auto loki_store::claims(const settings& s, const plugin_context&) -> plugin_claims {
  const auto endpoints = endpoints_of(s.http, loki_port, loki_default_endpoint);
  if (endpoints.empty()) return {};
  const auto at = endpoints.front().text();
  const auto selector = s.static_labels.empty() ? '{' + (s.tag_label.empty() ? std::string{"job"} : s.tag_label) + "=~\".+\"}"
                                                : '{' + s.static_labels.begin()->first + "=\"" + s.static_labels.begin()->second + "\"}";
  return {.data = stored_data{at, {"logcli", "--addr", at, "query", "--limit", "3", selector}}};
}

auto loki_store::commit(const commit_batch& batch) -> result<committed> {
  auto done = committed{};
  streams_.assign(batch, done);
  WEIR_CHECK(delivery_.deliver(batch, {&streams_.pile(), 1}, done));
  if (const auto label = streams_.take_excess(); !label.empty())
    spdlog::warn("sink {}: the label {} has more than {} values in an hour; others are \"{}\" there", component_, label, settings_.labels_max,
                 other_label_value);
  return done;
}

const register_store<loki_store> registered_loki{"loki", std::string{loki_help}};

} // namespace
} // namespace weir
