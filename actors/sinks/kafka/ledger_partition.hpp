/// A partition of the ledger, and the one producer that may add to it: whoever owns its transactional id.
//
//  Owning it anew ends the transactions of earlier owners, wherever they are: what these had not committed is taken back,
//  and they can commit nothing more. Only then the ledger is read to its end. So two writers never take the same chunk for
//  new.
//
//  A transaction has one id, and may put records into partitions that are owned by others of the same writer. It has put them
//  there when each of these proves that it is owned, by a small transaction of its own, and commits after that: a later owner
//  finds them there, whether or not they are committed by then, and waits until that is decided.
#pragma once

#include "actors/sinks/kafka/delivery.hpp"
#include "actors/sinks/sql/ledger_rows.hpp"
#include "actors/sinks/kafka/ledger_topic.hpp"

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

namespace weir {

class ledger_partition {
public:
  ledger_partition(const kafka_settings& s, ledger_topic& topic, std::string sink, std::int32_t number)
      : settings_(s), topic_(topic), sink_(std::move(sink)), number_(number) {}

  /// Whoever calls what follows holds it.
  auto guard() -> std::mutex& { return guard_; }
  auto number() const -> std::int32_t { return number_; }
  auto rows() -> ledger_rows& { return rows_; }

  /// After an error of these it is not owned any more; errc::limit: somebody else owns it now.
  auto own(std::uint64_t set_bytes) -> result<void>;
  auto begin() -> result<void>;
  /// Puts these into the transaction, and waits until they are there. errc::rejected: some message, nobody says which, will
  /// not be taken; then it is still owned, and the transaction is taken back.
  auto put(const std::vector<outgoing_message>& messages) -> result<void>;
  /// It is owned at this moment. Whoever owns it later waits for every transaction that has put something here before.
  auto prove() -> result<void>;
  /// All that was put is there for good, or none of it.
  auto commit() -> result<void>;
  auto abort() -> result<void>;
  auto message_of(const ledger_records::value_type& record) const -> outgoing_message;
  /// They are in.
  void apply(const ledger_records& records);
  void disown() { producer_.reset(); }

  /// What the ledger says now, whoever owns it.
  auto look() -> result<void>;

private:
  auto load() -> result<void>;
  /// Of a call of the library; it frees what that returned.
  auto lost(std::string_view what, void* failure) -> error;
  auto lost_by(std::string_view what, int code) -> error;

  const kafka_settings& settings_;
  ledger_topic& topic_;
  std::string sink_;
  std::int32_t number_;
  std::mutex guard_;
  ledger_rows rows_;
  std::int64_t next_ = 0; ///< offset behind what rows_ has from the topic
  std::unique_ptr<kafka_client> producer_; ///< while it is owned
  std::uint64_t set_bytes_ = 0;            ///< of the producer
};

} // namespace weir
