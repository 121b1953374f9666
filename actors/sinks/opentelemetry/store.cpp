#include "actors/sinks/store.hpp"

#include "actors/sinks/http/event_delivery.hpp"
#include "actors/sinks/opentelemetry/record_pile.hpp"
#include "actors/sinks/opentelemetry/settings.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <optional>

namespace weir {
namespace {

class otlp_form final : public request_form {
public:
  otlp_form(const opentelemetry_settings& s, record_pile& records) : path_(s.path), records_(records) {
    for (const auto& [name, value] : s.headers) headers_.push_back(name + ": " + value);
  }

  void make(const event_pile&, piece_numbers pieces, const std::string&, event_request& out) override {
    out.path = path_;
    out.content_type = "application/x-protobuf";
    out.headers = headers_;
    records_.append_body(pieces, out.body);
  }

  auto judge(const http_answer& answer) -> answer_verdict override {
    using enum answer_verdict::meaning;
    if (answer.is_success()) return success(answer);
    const auto said = text_of(answer);
    const auto status = std::to_string(answer.status);
    if (answer.status == 413) return {too_large, status + ": larger than the receiver takes"};
    if (answer.status == 400 || answer.status == 422) return {refused, said.empty() ? status : status + ": " + said};
    return verdict_of_failure(answer, said);
  }

private:
  static auto is_protobuf(const http_answer& answer) -> bool { return answer.content_type.find("protobuf") != std::string::npos; }
  static auto success(const http_answer& answer) -> answer_verdict {
    if (!is_protobuf(answer)) return {answer_verdict::meaning::stored};
    auto part = otlp_partial_success_of(answer.body);
    return {answer_verdict::meaning::stored, part.why.empty() ? "the receiver does not say why" : std::move(part.why), part.rejected};
  }
  static auto text_of(const http_answer& answer) -> std::string {
    return is_protobuf(answer) ? otlp_status_text(answer.body) : excerpt_of(answer.body);
  }

  std::string path_;
  std::vector<std::string> headers_;
  record_pile& records_;
};

auto otlp_client_settings(const opentelemetry_settings& s) -> http_client_settings {
  auto made = http_client_settings_of(s.http, endpoints_of(s.http, opentelemetry_port, opentelemetry_default_endpoint));
  made.token_header = s.token_header;
  return made;
}

class opentelemetry_store final : public store {
public:
  using settings = opentelemetry_settings;
  /// A connection to each endpoint, and for a moment what a look-up of a name takes.
  static auto descriptors(const settings& s) -> descriptor_need { return {2 + std::max<std::size_t>(s.http.endpoints.size(), 1), false}; }
  static auto promise(const settings& s) -> store_promise;
  opentelemetry_store(settings s, const plugin_context& context)
      : settings_(std::move(s)), component_(context.component),
        client_(otlp_client_settings(settings_), *context.clock),
        records_(settings_), form_(settings_, records_), delivery_(delivery_settings_of(settings_.http, settings_.compress, settings_.max_request), client_, form_, *context.clock) {}

  auto open() -> result<void> override { return {}; }
  auto commit(const commit_batch& batch) -> result<committed> override;
  auto examine() -> std::optional<std::vector<std::string>> override { return problems_of_empty_request(client_, form_); }
  auto idle() -> result<void> override { return client_.close(), result<void>{}; }

private:
  settings settings_;
  std::string component_;
  http_client client_;
  record_pile records_;
  otlp_form form_;
  event_delivery delivery_;
};

auto opentelemetry_store::promise(const settings& s) -> store_promise {
  auto made = store_promise{.writers_max = store_writers_max};
  made.why_not_more = "no store has more writers";
  made.why_none = s.record_uid ? "receivers of OTLP need not know a record again, though it has the same log.record.uid"
                               : "receivers of OTLP do not know a record again";
  return made;
}

auto opentelemetry_store::commit(const commit_batch& batch) -> result<committed> {
  auto done = committed{};
  records_.assign(batch, done);
  WEIR_CHECK(delivery_.deliver(batch, {&records_.pile(), 1}, done));
  if (const auto lost = delivery_.take_lost(); lost.events > 0)
    spdlog::warn("sink {}: the receiver took a part of a request alone: {} of its records are rejected, and it does not say which: {}", component_,
                 lost.events, lost.why);
  return done;
}

const register_store<opentelemetry_store> registered_opentelemetry{"opentelemetry", std::string{opentelemetry_help}};

} // namespace
} // namespace weir
