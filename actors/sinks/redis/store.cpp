#include "actors/sinks/store.hpp"

#include "actors/sinks/network/first_open.hpp"
#include "actors/sinks/redis/ledger.hpp"
#include "actors/sinks/redis/scripts.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <set>
#include <utility>

namespace weir {
namespace {

/// Others come in between at most so often before the sink is told to wait.
constexpr auto redis_tries_max = 32;

class redis_store final : public store {
public:
  using settings = redis_settings;
  /// A connection, and for a moment a certificate or a question for a name.
  static auto descriptors(const settings&) -> descriptor_need { return {2, false}; }
  static auto promise(const settings& s) -> store_promise;
  static auto claims(const settings& s, const plugin_context& where) -> plugin_claims;
  redis_store(const settings& s, const plugin_context& context);

  auto open() -> result<void> override;
  auto commit(const commit_batch& batch) -> result<committed> override;
  auto knowledge(const std::string& source) -> result<stream_knowledge> override;
  auto known_ids(const std::vector<id_range>& asked) -> result<std::vector<id_range>> override;
  auto examine() -> std::optional<std::vector<std::string>> override;

private:
  /// A commit under way.
  struct attempt {
    const commit_batch& batch;
    ledger_view known;
    ledger_plan plan;
    committed done;
    std::vector<std::string> problems; ///< by stream: why it takes nothing; empty: it does
  };
  enum class outcome { stored, overtaken, refused };

  auto connect(const std::string& endpoint) -> result<void>;
  void tell_doubts(const std::string& endpoint);
  auto blamed(error why) -> error;
  template <class Work> auto with_connection(Work&& work) -> decltype(work(std::declval<redis_connection&>()));
  auto try_commit(const commit_batch& batch) -> result<std::optional<committed>>;
  auto store_events(attempt& a) -> result<outcome>;
  auto run_script(attempt& a, std::string_view mode) -> result<outcome>;
  void put_script(const attempt& a, std::string_view mode);
  auto take_refusals(attempt& a, const redis_reply& answer) const -> result<outcome>;
  void count_events(attempt& a) const;
  auto only_stream() -> std::string { return messages_.only_topic(); }

  settings settings_;
  std::string component_;
  const clock& clock_;
  message_batch messages_;
  redis_ledger ledger_;
  wire_dialer dialer_;
  endpoint_choice endpoints_;
  std::size_t endpoint_ = 0; ///< of the latest connection
  std::unique_ptr<redis_connection> connection_; ///< null: it is to be opened
  std::string script_;                           ///< the name that the server has for it
  bool has_told_doubts_ = false;
};

auto redis_store::promise(const settings&) -> store_promise {
  auto made = store_promise{.knows_by = store_promise::memory::shared_ledger, .writers_max = store_writers_max};
  made.why_not_more = "no store has more writers";
  return made;
}

auto redis_store::claims(const settings& s, const plugin_context& where) -> plugin_claims {
  if (s.network.endpoints.empty()) return {};
  const auto at = host_of_endpoint(s.network.endpoints.front(), redis_port);
  if (!at) return {};
  auto names = topic_names{s.stream, where.node, where.component};
  const auto key = names.is_fixed() ? std::string{names.of(0)} : s.stream;
  auto command = std::vector<std::string>{"redis-cli", "-h", at->host, "-p", std::to_string(at->port), "-n", std::to_string(s.database)};
  if (!s.network.auth.user.empty()) command.insert(command.end(), {"--user", s.network.auth.user, "--askpass"});
  if (s.network.tls) command.push_back("--tls");
  command.insert(command.end(), {"XREVRANGE", key, "+", "-", "COUNT", "20"});
  return {.data = stored_data{"redis://" + to_text(*at) + '/' + std::to_string(s.database) + '/' + key, std::move(command)}};
}

redis_store::redis_store(const settings& s, const plugin_context& context)
    : settings_(s), component_(context.component), clock_(*context.clock), messages_(rules_of(s), context.node, context.component),
      ledger_(s.ledger.empty() ? context.component : s.ledger, context.keep), dialer_(s.network, redis_port),
      endpoints_(s.network.endpoints, endpoint_choice::order::first) {}

auto redis_store::blamed(error why) -> error {
  connection_.reset();
  if (why.code == errc::unavailable) endpoints_.failed(endpoint_, clock_.monotonic(), random_id());
  why.what = endpoints_.name(endpoint_) + ": " + why.what;
  return why;
}

auto redis_store::open() -> result<void> {
  return open_first(endpoints_, clock_, endpoint_, [&](const auto& name) { return connect(name); });
}

auto redis_store::connect(const std::string& endpoint) -> result<void> {
  connection_.reset();
  WEIR_TRY(auto made, redis_connection::open(dialer_, endpoint, settings_));
  WEIR_TRY(auto loaded, made->ask_one({"SCRIPT", "LOAD", redis_commit_script}));
  script_ = std::move(loaded.text);
  if (const auto key = only_stream(); !key.empty()) {
    WEIR_TRY(const auto is, made->ask_one({"TYPE", key}));
    if (is.text != "none" && is.text != "stream")
      return error{errc::failed, '"' + key + "\" is a " + is.text.substr(0, 20) + ", no stream"};
  }
  connection_ = std::move(made);
  tell_doubts(endpoint);
  return {};
}

void redis_store::tell_doubts(const std::string& endpoint) {
  if (std::exchange(has_told_doubts_, true)) return;
  for (const auto& d : connection_->doubts())
    spdlog::warn("sink {}: {}: {}: such events are lost", component_, endpoint, d);
}

/// A connection that has ended meanwhile is made anew; nothing was asked on it.
template <class Work> auto redis_store::with_connection(Work&& work) -> decltype(work(std::declval<redis_connection&>())) {
  if (connection_ == nullptr || !connection_->is_usable()) WEIR_CHECK(open());
  auto done = work(*connection_);
  if (!done) return blamed(done.failure());
  return done;
}

auto redis_store::knowledge(const std::string& source) -> result<stream_knowledge> {
  return with_connection([&](auto& at) { return ledger_.knowledge(at, source); });
}

auto redis_store::known_ids(const std::vector<id_range>& asked) -> result<std::vector<id_range>> {
  return with_connection([&](auto& at) { return ledger_.known_ids(at, asked); });
}

auto redis_store::examine() -> std::optional<std::vector<std::string>> {
  auto wrong = std::vector<std::string>{};
  for (std::size_t i = 0; i < endpoints_.size(); ++i) {
    const auto& name = endpoints_.name(i);
    const auto look = [&]() -> result<redis_reply> {
      WEIR_TRY(const auto at, redis_connection::open(dialer_, name, settings_));
      const auto key = only_stream();
      if (key.empty()) return at->ask_one({"EVAL", redis_examine_script, "0", ledger_.prefix(), settings_.field});
      return at->ask_one({"EVAL", redis_examine_script, "0", ledger_.prefix(), settings_.field, key});
    };
    const auto found = look();
    if (!found) wrong.push_back(name + ": " + found.failure().what);
    if (found)
      for (const auto& what : found->items) wrong.push_back(name + ": " + what.text);
  }
  return wrong;
}

auto redis_store::commit(const commit_batch& batch) -> result<committed> {
  for (auto tries = 0; tries < redis_tries_max; ++tries) {
    WEIR_TRY(auto tried, try_commit(batch));
    if (tried) return std::move(*tried);
  }
  return error{errc::unavailable, "other writers were in the way " + std::to_string(redis_tries_max) + " times"};
}

/// Nothing: others have stored some of it meanwhile.
auto redis_store::try_commit(const commit_batch& batch) -> result<std::optional<committed>> {
  WEIR_TRY(auto known, with_connection([&](auto& at) { return ledger_.look(at, batch.chunks); }));
  auto a = attempt{batch, std::move(known), {}, {}, {}};
  a.plan = plan_commit(batch.chunks, a.known);
  a.done.regrouped = a.plan.regrouped;
  a.done.repeated_chunks = static_cast<std::uint64_t>(std::count(a.plan.fresh.begin(), a.plan.fresh.end(), std::nullopt));
  messages_.assign(batch, a.plan.fresh, a.done);
  a.problems.assign(messages_.topics().size(), {});
  auto came = store_events(a);
  if (!came) return came.failure().code == errc::rejected ? came.failure() : blamed(came.failure());
  if (*came == outcome::overtaken) return std::optional<committed>{};
  endpoints_.worked(endpoint_);
  count_events(a);
  if (const auto kept = ledger_.keep_up(*connection_, seconds_of(clock_.wall_ns())); !kept) connection_.reset(); // it is due again
  a.done.forgotten_id_s = ledger_.crowded_out_s();
  return std::optional{std::move(a.done)};
}

/// What is refused is told before anything is final. Mostly it is nothing, so that nobody looks for it first.
auto redis_store::store_events(attempt& a) -> result<outcome> {
  for (auto looks = a.problems.size() + 1; looks > 0; --looks) {
    const auto is_surprise = a.done.refused.empty();
    if (!is_surprise) {
      WEIR_TRY(const auto seen, run_script(a, "look"));
      if (seen == outcome::overtaken) return seen;
      if (seen == outcome::refused) continue;
    }
    if (a.batch.confirm) WEIR_CHECK(a.batch.confirm(a.done.refused));
    WEIR_TRY(const auto came, run_script(a, "store"));
    if (came != outcome::refused) return came;
    if (!is_surprise) break;
  }
  return error{errc::unavailable, "its keys change while events are written"};
}

auto redis_store::run_script(attempt& a, std::string_view mode) -> result<outcome> {
  put_script(a, mode);
  const auto waits = settings_.replicas > 0 && mode == "store";
  const auto patience = settings_.network.timeout.request;
  const auto patience_ms = std::max<std::int64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(patience).count() / 2, 1);
  if (waits) connection_->put({"WAIT", std::to_string(settings_.replicas), std::to_string(patience_ms)});
  WEIR_TRY(const auto replies, connection_->ask());
  const auto& answer = replies[0];
  if (answer.is_error()) return error_of_redis(answer.text);
  const auto word = answer.items.empty() ? std::string{} : answer.items[0].text;
  if (word == "overtaken") return outcome::overtaken;
  if (word == "refused") return take_refusals(a, answer);
  if (word != "stored") return error{errc::malformed, "its answer is none of the script's"};
  if (waits && replies[1].number < settings_.replicas)
    return error{errc::unavailable, std::to_string(replies[1].number) + " of its replicas have taken the events, and \"replicas\" wants "
                                        + std::to_string(settings_.replicas)};
  return outcome::stored;
}

void redis_store::put_script(const attempt& a, std::string_view mode) {
  const auto ledger = redis_ledger::words_of(a.batch.chunks, a.known, a.plan);
  auto by_stream = std::vector<std::vector<const message_batch::message*>>(a.problems.size());
  auto events = std::size_t{0};
  for (const auto& m : messages_.messages()) {
    if (!a.problems[m.topic].empty()) continue;
    by_stream[m.topic].push_back(&m);
    ++events;
  }
  const auto streams = by_stream.size();
  auto& to = *connection_;
  to.begin(3 + 6 + 3 + ledger.checks.size() + ledger.rows.size() + 2 * streams + events);
  for (const auto& w : {std::string{"EVALSHA"}, script_, std::string{"0"}, std::string{mode}, ledger_.prefix(),
                        std::to_string(seconds_of(clock_.wall_ns())), settings_.field, std::to_string(settings_.max_length),
                        std::string{settings_.replicas > 0 ? "touch" : ""}})
    to.put_word(w);
  for (const auto* words : {&ledger.checks, &ledger.rows}) {
    to.put_word(std::to_string(words->size() / 4));
    for (const auto& w : *words) to.put_word(w);
  }
  to.put_word(std::to_string(streams));
  for (std::size_t i = 0; i < streams; ++i) {
    to.put_word(messages_.topics()[i]);
    to.put_word(std::to_string(by_stream[i].size()));
    for (const auto* m : by_stream[i]) to.put_word(messages_.payload_of(*m));
  }
}

auto redis_store::take_refusals(attempt& a, const redis_reply& answer) const -> result<outcome> {
  auto refused = std::set<std::uint32_t>{};
  for (std::size_t i = 1; i + 1 < answer.items.size(); i += 2) {
    const auto stream = static_cast<std::size_t>(answer.items[i].number);
    if (stream >= a.problems.size() || !a.problems[stream].empty()) return error{errc::malformed, "its answer is none of the script's"};
    a.problems[stream] = "rejected: " + answer.items[i + 1].text;
    refused.insert(static_cast<std::uint32_t>(stream));
  }
  if (refused.empty()) return error{errc::malformed, "its answer is none of the script's"};
  // One key for all is a matter of settings; of several the others go on.
  if (messages_.names().is_fixed()) return error{errc::failed, a.problems[0]};
  for (const auto& m : messages_.messages())
    if (refused.contains(m.topic)) a.done.refused.push_back({a.problems[m.topic], m.at, 1});
  std::stable_sort(a.done.refused.begin(), a.done.refused.end(), [](const auto& x, const auto& y) { return x.first < y.first; });
  return outcome::refused;
}

void redis_store::count_events(attempt& a) const {
  for (const auto& m : messages_.messages()) {
    if (!a.problems[m.topic].empty()) continue;
    ++a.done.events;
    a.done.bytes += m.end - m.payload;
  }
}

const register_store<redis_store> registered_redis{
    "redis", "Adds events to streams of a Redis or Valkey, each exactly once for as long as the server keeps what it has taken."};

} // namespace
} // namespace weir
