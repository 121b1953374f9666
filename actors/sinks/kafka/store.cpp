#include "actors/sinks/store.hpp"

#include "actors/sinks/kafka/repeating_producer.hpp"
#include "actors/sinks/kafka/transactions.hpp"
#include "runtime/os/random.hpp"

#include <algorithm>

namespace weir {
namespace {

/// Others may take over at most so often before the sink is told to wait.
constexpr auto tries_max = 16;

class kafka_store final : public store {
public:
  using settings = kafka_settings;
  static auto descriptors(const settings& s) -> descriptor_need;
  static auto promise(const settings& s) -> store_promise;
  static auto claims(const settings& s, const plugin_context& where) -> plugin_claims;
  kafka_store(const settings& s, const plugin_context& context);

  auto open() -> result<void> override;
  auto examine() -> std::optional<std::vector<std::string>> override;
  auto commit(const commit_batch& batch) -> result<committed> override;
  auto knowledge(const std::string& source) -> result<stream_knowledge> override;
  auto known_ids(const std::vector<id_range>& asked) -> result<std::vector<id_range>> override;

private:
  auto client() -> kafka_client& { return transactions_ != nullptr ? transactions_->client() : producer_.client(); }
  auto commit_once(const commit_batch& batch) -> result<committed>;
  void give_way(int tries);

  settings settings_;
  message_batch messages_;
  topic_book topics_;
  repeating_producer producer_;                       ///< without transactions
  std::shared_ptr<kafka_transactions> transactions_;  ///< null: at least once
  bool is_open_ = false;
};

/// The library has for each client a connection and a pipe to each broker, and takes them when it likes.
auto kafka_store::descriptors(const settings& s) -> descriptor_need {
  const auto each = 4 + 3 * (s.endpoints.size() + 1);
  return {s.exactly_once ? 4 * each : each, false};
}

auto kafka_store::promise(const settings& s) -> store_promise {
  auto made = store_promise{.writers_max = store_writers_max};
  made.why_not_more = "no store has more writers";
  if (s.exactly_once)
    made.knows_by = store_promise::memory::shared_ledger;
  else
    made.why_none = "without \"exactly_once: true\" Kafka knows a message again only from the process that sent it";
  return made;
}

auto kafka_store::claims(const settings& s, const plugin_context& where) -> plugin_claims {
  if (s.endpoints.empty() || !problem_of_topic_template(s.topic).empty()) return {};
  auto names = topic_names{s.topic, where.node, where.component};
  const auto topic = names.is_fixed() ? std::string{names.of(0)} : s.topic;
  return {.data = stored_data{"kafka://" + s.endpoints.front() + '/' + topic, {"kcat", "-b", s.endpoints.front(), "-t", topic, "-C", "-e"}}};
}

kafka_store::kafka_store(const settings& s, const plugin_context& context)
    : settings_(s), messages_(rules_of(settings_), context.node, context.component), topics_(settings_), producer_(settings_, *context.clock),
      transactions_(s.exactly_once ? kafka_transactions::shared_of(s, context) : nullptr) {}

auto kafka_store::open() -> result<void> {
  is_open_ = false;
  topics_.forget();
  WEIR_CHECK(transactions_ != nullptr ? transactions_->open() : producer_.open(topics_.set_bytes()));
  // What is wrong with it is better told now than with the first event.
  if (const auto topic = messages_.only_topic(); !topic.empty()) WEIR_CHECK(topics_.see_to(client(), topic));
  is_open_ = true;
  return {};
}

auto kafka_store::examine() -> std::optional<std::vector<std::string>> {
  auto wrong = std::vector<std::string>{};
  const auto look = [&]() -> result<void> {
    WEIR_TRY(const auto asks, kafka_client::make(kafka_client::kind::consumer, reader_options(settings_), brokers_of(settings_)));
    WEIR_CHECK(asks->greet(settings_.timeout.connect));
    auto topics = std::vector<std::string>{};
    if (transactions_ != nullptr) topics.push_back(transactions_->ledger_name());
    if (auto topic = messages_.only_topic(); !topic.empty()) topics.push_back(std::move(topic));
    for (const auto& topic : topics) {
      WEIR_TRY(const auto partitions, asks->partitions_of(topic, settings_.timeout.request));
      if (partitions == 0 && !settings_.create) wrong.push_back(asks->blamed("there is no topic \"" + topic + '"').what);
    }
    return {};
  };
  if (const auto looked = look(); !looked) wrong.push_back(looked.failure().what);
  return wrong;
}

auto kafka_store::commit(const commit_batch& batch) -> result<committed> {
  if (!is_open_) WEIR_CHECK(open());
  auto done = commit_once(batch);
  if (!done && done.failure().code != errc::rejected) is_open_ = false;
  return done;
}

auto kafka_store::commit_once(const commit_batch& batch) -> result<committed> {
  auto done = committed{};
  messages_.assign(batch, done);
  WEIR_CHECK(topics_.see_to(client(), messages_));
  if (transactions_ == nullptr) {
    WEIR_CHECK(producer_.send(batch, messages_, topics_, done));
    return done;
  }
  for (auto tries = 0; tries < tries_max; ++tries) {
    WEIR_TRY(auto tried, transactions_->commit(batch, messages_, topics_, done));
    if (tried) return std::move(*tried);
    give_way(tries);
  }
  return error{errc::unavailable, "other nodes took over " + std::to_string(tries_max) + " times"};
}

/// Whoever has taken over gets the time to do what it wanted that for.
void kafka_store::give_way(int tries) {
  const auto longest_ms = std::uint64_t{200} << std::min(tries, 3);
  client().attend(std::chrono::milliseconds{longest_ms / 2 + random_id() % longest_ms / 2});
}

auto kafka_store::knowledge(const std::string& source) -> result<stream_knowledge> {
  if (transactions_ == nullptr) return stream_knowledge{};
  if (!is_open_) WEIR_CHECK(open());
  return transactions_->knowledge(source);
}

auto kafka_store::known_ids(const std::vector<id_range>& asked) -> result<std::vector<id_range>> {
  if (transactions_ == nullptr) return std::vector<id_range>{};
  if (!is_open_) WEIR_CHECK(open());
  return transactions_->known_ids(asked);
}

const register_store<kafka_store> registered_kafka{"kafka", std::string{kafka_help}};

} // namespace
} // namespace weir
