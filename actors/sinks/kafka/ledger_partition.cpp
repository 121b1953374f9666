#include "actors/sinks/kafka/ledger_partition.hpp"

#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <array>

namespace weir {
namespace {

/// No row's: whoever reads the ledger leaves it out.
constexpr auto proof_key = std::string_view{"owned"};

auto patience_ms(const kafka_settings& s) -> int {
  return static_cast<int>(std::chrono::duration_cast<std::chrono::milliseconds>(s.timeout.request).count());
}

auto is_fenced(int code) -> bool {
  return code == RD_KAFKA_RESP_ERR__FENCED || code == RD_KAFKA_RESP_ERR_PRODUCER_FENCED || code == RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH;
}

} // namespace

auto ledger_partition::own(std::uint64_t set_bytes) -> result<void> {
  if (producer_ != nullptr && set_bytes_ <= set_bytes) return {};
  disown();
  auto options = producer_options(settings_, "weir." + sink_ + '.' + std::to_string(number_));
  options.emplace_back("batch.size", std::to_string(set_bytes));
  WEIR_TRY(producer_, kafka_client::make(kafka_client::kind::producer, options, brokers_of(settings_)));
  set_bytes_ = set_bytes;
  if (auto* failure = rd_kafka_init_transactions(producer_->handle(), patience_ms(settings_)); failure != nullptr)
    return lost("no transactions: ", failure);
  auto loaded = load();
  if (!loaded) disown();
  return loaded;
}

auto ledger_partition::look() -> result<void> { return producer_ != nullptr ? result<void>{} : load(); }

auto ledger_partition::load() -> result<void> {
  return topic_.read(number_, next_, producer_ != nullptr ? *producer_ : topic_.client(), [&](std::string_view key, std::optional<std::string_view> value) { rows_.apply(key, value); });
}

auto ledger_partition::lost(std::string_view what, void* failure) -> error {
  auto* const its = static_cast<rd_kafka_error_t*>(failure);
  const auto code = rd_kafka_error_code(its);
  rd_kafka_error_destroy(its);
  return lost_by(what, code);
}

auto ledger_partition::lost_by(std::string_view what, int code) -> error {
  producer_->attend({});
  auto text = std::array<char, 512>{};
  const auto fatal = rd_kafka_fatal_error(producer_->handle(), text.data(), text.size());
  const auto why = is_fenced(code) || is_fenced(fatal) ? error{errc::limit, "another writer has taken over the ledger's partition " + std::to_string(number_)}
                                                        : producer_->blamed(std::string{what} + kafka_error_text(code));
  disown();
  return why;
}

auto ledger_partition::begin() -> result<void> {
  if (auto* failure = rd_kafka_begin_transaction(producer_->handle()); failure != nullptr) return lost("no transaction begins: ", failure);
  return {};
}

auto ledger_partition::message_of(const ledger_records::value_type& record) const -> outgoing_message {
  auto made = outgoing_message{.topic = topic_.name(), .partition = number_, .key = record.first};
  if (record.second) made.payload = *record.second;
  return made;
}

void ledger_partition::apply(const ledger_records& records) {
  for (const auto& [key, value] : records) rows_.apply(key, value ? std::optional<std::string_view>{*value} : std::nullopt);
}

auto ledger_partition::put(const std::vector<outgoing_message>& messages) -> result<void> {
  auto outcomes = deliver(*producer_, messages, settings_.timeout.request);
  if (!outcomes) {
    disown();
    return outcomes.failure();
  }
  const auto find = [&](auto&& is_meant) { return std::find_if(outcomes->begin(), outcomes->end(), is_meant); };
  const auto refused = find([](const auto& o) { return o.is == message_outcome::state::barred; });
  if (refused != outcomes->end()) {
    WEIR_CHECK(abort());
    return error{errc::rejected, reason_of(*refused)};
  }
  const auto failed = find([](const auto& o) { return o.is != message_outcome::state::stored; });
  return failed == outcomes->end() ? result<void>{} : lost_by("not written: ", failed->code);
}

auto ledger_partition::prove() -> result<void> {
  WEIR_CHECK(begin());
  WEIR_CHECK(put({{.topic = topic_.name(), .partition = number_, .key = proof_key, .payload = std::string_view{}}}));
  return commit();
}

auto ledger_partition::commit() -> result<void> {
  if (auto* failure = rd_kafka_commit_transaction(producer_->handle(), patience_ms(settings_)); failure != nullptr)
    return lost("not known to be committed: ", failure);
  return {};
}

auto ledger_partition::abort() -> result<void> {
  if (auto* failure = rd_kafka_abort_transaction(producer_->handle(), patience_ms(settings_)); failure != nullptr)
    return lost("not taken back: ", failure);
  return {};
}

} // namespace weir
