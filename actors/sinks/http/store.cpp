#include "actors/sinks/store.hpp"

#include "actors/sinks/http/event_delivery.hpp"
#include "actors/sinks/http/pile_writer.hpp"
#include "actors/sinks/http/store_settings.hpp"

#include <optional>

namespace weir {
namespace {

/// Requests of the store `http`: what the settings say stands around the events, and what answers mean.
class plain_form final : public request_form {
public:
  explicit plain_form(const http_store_settings& s) : settings_(s), around_(around_events(settings_)), rules_(rules_of(s.statuses)) {
    if (settings_.lines.header) csv_header_ = csv_header(settings_.lines.columns);
    for (const auto& [name, value] : settings_.headers) headers_.push_back(name + ": " + value);
  }

  void make(const event_pile& pile, piece_numbers pieces, const std::string& digits, event_request& out) override {
    out.path = pile.place;
    out.content_type = content_type();
    out.headers = headers_;
    out.headers.push_back("Idempotency-Key: " + digits);
    out.body.append(around_.first);
    settings_.format == http_format::json_array ? append_array(pile, pieces, out.body) : append_all(pile, pieces, out.body);
    out.body.append(around_.second);
  }

  auto judge(const http_answer& answer) -> answer_verdict override {
    using enum answer_verdict::meaning;
    const auto said = excerpt_of(answer.body);
    switch (rules_.of(answer.status)) {
    case status_meaning::stored: return {stored};
    case status_meaning::rejected:
      return {answer.status == 413 ? too_large : refused, std::to_string(answer.status) + (said.empty() ? said : ": " + said)};
    case status_meaning::later: break;
    }
    return verdict_of_failure(answer, said);
  }

private:
  void append_all(const event_pile& pile, piece_numbers pieces, byte_buffer& to) const {
    to.append(csv_header_);
    for (const auto number : pieces) to.append(pile.bytes_of(pile.pieces[number]));
  }
  static void append_array(const event_pile& pile, piece_numbers pieces, byte_buffer& to) {
    to.push_back('[');
    for (const auto number : pieces) {
      auto line = pile.bytes_of(pile.pieces[number]);
      line.remove_suffix(1);
      to.append(line);
      to.append(number == pieces.back() ? "]" : ",\n");
    }
  }
  auto content_type() const -> std::string_view {
    if (!settings_.content_type.empty()) return settings_.content_type;
    switch (settings_.format) {
    case http_format::json_lines: return "application/x-ndjson";
    case http_format::json_array: return "application/json";
    case http_format::msgpack: return "application/msgpack";
    case http_format::csv: return "text/csv; charset=utf-8";
    case http_format::raw:
    case http_format::ltsv: break;
    }
    return "text/plain; charset=utf-8";
  }

  const http_store_settings settings_;
  std::pair<std::string_view, std::string_view> around_;
  status_rules rules_;
  std::string csv_header_;
  std::vector<std::string> headers_;
};

auto method_text(http_method method) -> std::string_view {
  for (const auto& [name, meant] : names_of(static_cast<http_method*>(nullptr)))
    if (meant == method) return name;
  return "POST";
}

auto request_settings_of(const http_store_settings& s) -> event_delivery_settings {
  auto made = delivery_settings_of(s.http, s.compress, s.max_request);
  made.method = method_text(s.method);
  made.keeps_cuts = s.idempotent;
  return made;
}

auto client_settings_of_store(const http_store_settings& s) -> http_client_settings {
  auto made = http_client_settings_of(s.http, endpoints_of(s.http, http_port, {}));
  made.token_header = s.token_header;
  return made;
}

class http_store final : public store {
public:
  using settings = http_store_settings;
  /// A connection to each endpoint, and for a moment what a look-up of a name takes.
  static auto descriptors(const settings& s) -> descriptor_need { return {2 + s.http.endpoints.size(), false}; }
  static auto promise(const settings& s) -> store_promise;
  http_store(settings s, const plugin_context& context)
      : settings_(std::move(s)), clock_(*context.clock), client_(client_settings_of_store(settings_), clock_), form_(settings_),
        piles_(settings_, request_paths{settings_.path, context.node, context.component, zone_of_names(settings_.time_zone)}),
        delivery_(request_settings_of(settings_), client_, form_, clock_), paths_(settings_.path, context.node, context.component) {}

  auto open() -> result<void> override { return {}; }
  auto commit(const commit_batch& batch) -> result<committed> override;
  auto examine() -> std::optional<std::vector<std::string>> override;
  auto idle() -> result<void> override { return client_.close(), result<void>{}; }

private:
  settings settings_;
  const class clock& clock_;
  http_client client_;
  plain_form form_;
  pile_writer piles_;
  event_delivery delivery_;
  request_paths paths_;
};

auto http_store::promise(const settings& s) -> store_promise {
  auto made = store_promise{.writers_max = store_writers_max};
  made.why_not_more = "no store has more writers";
  made.why_none = s.idempotent ? "only the receiver can tell whether it has a request, by its Idempotency-Key"
                               : "what takes events by HTTP need not know again what it has";
  return made;
}

auto http_store::commit(const commit_batch& batch) -> result<committed> {
  auto done = committed{};
  WEIR_CHECK(delivery_.deliver(batch, piles_.write(batch, done), done));
  return done;
}

/// Asks for the fields alone, which changes nothing: that there is somebody, and lets this login in.
auto http_store::examine() -> std::optional<std::vector<std::string>> {
  auto wrong = std::vector<std::string>{};
  auto path = std::string{};
  if (!paths_.of(clock_.wall_ns(), path).empty()) path = "/";
  for (std::size_t i = 0; i < client_.endpoint_count(); ++i) {
    const auto outcome = client_.send({.method = "HEAD", .path = path, .endpoint = i});
    if (const auto* failure = std::get_if<http_failure>(&outcome)) {
      wrong.push_back(failure->what);
      continue;
    }
    const auto& answer = std::get<http_answer>(outcome);
    const auto is_shut = answer.status == 401 || answer.status == 403 || answer.status == 407;
    if (is_shut || answer.status >= 500 || (answer.status >= 300 && answer.status < 400))
      wrong.push_back(client_.endpoint_name(i) + ' ' + verdict_of_failure(answer, {}).why);
  }
  return wrong;
}

const register_store<http_store> registered_http{"http", std::string{http_help}};

} // namespace
} // namespace weir
