#include "actors/sinks/store.hpp"

#include "actors/sinks/http/event_delivery.hpp"
#include "actors/sinks/treasure_data/rows.hpp"

#include <utility>

namespace weir {
namespace {

constexpr auto no_table = 404;

/// An import: its id is the same whenever its events come again, so that the server drops what it has.
class import_form final : public request_form {
public:
  explicit import_form(const treasure_data_settings& s) : database_(s.database) {}

  void make(const event_pile& pile, piece_numbers pieces, const std::string& digits, event_request& out) override {
    constexpr auto id_digits = std::size_t{32};
    table_ = pile.place;
    out.path = "/v3/table/import_with_id/" + database_ + '/' + table_ + '/' + digits + std::string(id_digits - digits.size(), '0') + "/msgpack.gz";
    out.content_type = "application/octet-stream";
    rows_.clear();
    for (const auto number : pieces) rows_.append(pile.bytes_of(pile.pieces[number]));
    // It fails for want of memory alone; then the server says what it thinks of nothing.
    (void)compress(compression::gzip, rows_.view(), out.body);
  }

  auto judge(const http_answer& answer) -> answer_verdict override {
    using enum answer_verdict::meaning;
    if (answer.is_success()) return {stored};
    const auto said = excerpt_of(answer.body);
    const auto text = std::to_string(answer.status) + (said.empty() ? said : ": " + said);
    if (answer.status == no_table) missing_ = table_;
    if (answer.status == 413) return {too_large, text};
    if (answer.status == 400 || answer.status == 422) return {refused, text};
    return verdict_of_failure(answer, said);
  }

  /// The table that an import missed since this was asked last; empty: none.
  auto take_missing() -> std::string { return std::exchange(missing_, {}); }

private:
  std::string database_;
  std::string table_;
  std::string missing_;
  byte_buffer rows_;
};

auto client_settings_for(const treasure_data_settings& s, std::vector<http_endpoint> endpoints) -> http_client_settings {
  auto made = http_client_settings_of(s.http, std::move(endpoints));
  made.token_scheme = "TD1";
  return made;
}

auto api_endpoints(const treasure_data_settings& s) -> std::vector<http_endpoint> {
  auto at = parse_http_endpoint(s.api_endpoint, treasure_data_port, true);
  return {at ? std::move(*at) : http_endpoint{}};
}

auto import_settings_of(const treasure_data_settings& s) -> event_delivery_settings {
  auto made = delivery_settings_of(s.http, compression::none, s.max_request);
  made.method = "PUT";
  made.keeps_cuts = true;
  return made;
}

class treasure_data_store final : public store {
public:
  using settings = treasure_data_settings;
  /// A connection to each endpoint and one to the API, and for a moment what a look-up of a name takes.
  static auto descriptors(const settings& s) -> descriptor_need { return {3 + std::max<std::size_t>(s.http.endpoints.size(), 1), false}; }
  static auto promise(const settings& s) -> store_promise;
  treasure_data_store(settings s, const plugin_context& context)
      : settings_(std::move(s)),
        client_(client_settings_for(settings_, endpoints_of(settings_.http, treasure_data_port, treasure_data_import)), *context.clock),
        api_(client_settings_for(settings_, api_endpoints(settings_)), *context.clock), rows_(settings_, context.node, context.component),
        form_(settings_), delivery_(import_settings_of(settings_), client_, form_, *context.clock) {}

  auto open() -> result<void> override { return {}; }
  auto commit(const commit_batch& batch) -> result<committed> override;
  auto examine() -> std::optional<std::vector<std::string>> override;
  auto idle() -> result<void> override { return client_.close(), api_.close(), result<void>{}; }

private:
  auto make_missing(const std::string& table) -> result<void>;
  auto ask_to_make(const std::string& path) -> result<void>;

  settings settings_;
  http_client client_, api_;
  import_rows rows_;
  import_form form_;
  event_delivery delivery_;
};

auto treasure_data_store::promise(const settings&) -> store_promise {
  auto made = store_promise{.writers_max = store_writers_max};
  made.why_not_more = "no store has more writers";
  made.why_none = "how long Treasure Data knows an import again by its id is its own matter";
  made.batch_bytes = std::uint64_t{8} << 20;
  return made;
}

auto treasure_data_store::commit(const commit_batch& batch) -> result<committed> {
  // Tables that are missing come to light one after the other.
  auto missing = std::string{};
  while (true) {
    auto done = committed{};
    const auto delivered = delivery_.deliver(batch, rows_.write(batch, done), done);
    if (delivered) return done;
    const auto table = form_.take_missing();
    if (table.empty() || table == missing || !settings_.create) return delivered.failure();
    missing = table;
    WEIR_CHECK(make_missing(table));
  }
}

auto treasure_data_store::make_missing(const std::string& table) -> result<void> {
  WEIR_CHECK(ask_to_make("/v3/database/create/" + settings_.database));
  return ask_to_make("/v3/table/create/" + settings_.database + '/' + table + "/log");
}

auto treasure_data_store::ask_to_make(const std::string& path) -> result<void> {
  constexpr auto is_there_already = 409;
  const auto outcome = api_.send({.method = "POST", .path = path});
  if (const auto* failure = std::get_if<http_failure>(&outcome)) return error{errc::unavailable, failure->what};
  const auto& answer = std::get<http_answer>(outcome);
  if (answer.is_success() || answer.status == is_there_already) return {};
  return error{errc::unavailable, api_.endpoint_name(answer.endpoint) + ' ' + verdict_of_failure(answer, excerpt_of(answer.body)).why + " (" + path + ')'};
}

/// Asks for the tables of the database, which changes nothing.
auto treasure_data_store::examine() -> std::optional<std::vector<std::string>> {
  auto wrong = std::vector<std::string>{};
  const auto outcome = api_.send({.path = "/v3/table/list/" + settings_.database});
  if (const auto* failure = std::get_if<http_failure>(&outcome)) return wrong.push_back(failure->what), wrong;
  const auto& answer = std::get<http_answer>(outcome);
  const auto is_missing = answer.status == no_table;
  // A key that may only write is not let see what there is.
  if (is_missing && !settings_.create) wrong.push_back("there is no database \"" + settings_.database + "\", and \"create: false\" says not to make it");
  if (!answer.is_success() && !is_missing && answer.status != 403)
    wrong.push_back(api_.endpoint_name(answer.endpoint) + ' ' + verdict_of_failure(answer, excerpt_of(answer.body)).why);
  return wrong;
}

const register_store<treasure_data_store> registered_treasure_data{"treasure_data", std::string{treasure_data_help}};

} // namespace
} // namespace weir
