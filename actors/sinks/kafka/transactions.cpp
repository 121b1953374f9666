#include "actors/sinks/kafka/transactions.hpp"

#include "runtime/base/crc32c.hpp"

#include <algorithm>
#include <map>

namespace weir {
namespace {

/// What one of the ledger's partitions has of a batch.
struct batch_part {
  ledger_partition* to = nullptr;
  std::unique_lock<std::mutex> lock;
  std::vector<std::size_t> numbers; ///< of the batch's chunks
  std::vector<chunk_ptr> chunks;
  ledger_plan plan;
  ledger_records records;
  std::vector<outgoing_message> events;
  bool is_open = false; ///< a transaction of it is

  auto is_empty() const -> bool { return events.empty() && records.empty(); }
};

/// In the order of partitions, so that two writers never wait for each other.
using batch_parts = std::map<std::int32_t, batch_part>;

class batch_commit {
public:
  batch_commit(const commit_batch& batch, const message_batch& messages, batch_parts& parts, committed done)
      : batch_(batch), messages_(messages), parts_(parts), fresh_(batch.chunks.size()), part_of_(batch.chunks.size()),
        done_(std::move(done)) {}

  auto run(const topic_book& topics, const retention& keep, std::int64_t wall_ns) -> result<committed> {
    for (auto& [number, part] : parts_) WEIR_CHECK(plan(part, topics.set_bytes(), keep, wall_ns));
    keep_fresh_refusals();
    sort_out(topics, wall_ns);
    auto state = put_all();
    if (state && batch_.confirm) state = batch_.confirm(done_.refused);
    if (state) state = commit_all();
    if (state) return std::move(done_);
    take_back();
    return state.failure();
  }

private:
  auto plan(batch_part& part, std::uint64_t set_bytes, const retention& keep, std::int64_t wall_ns) -> result<void> {
    WEIR_CHECK(part.to->own(set_bytes));
    auto& rows = part.to->rows();
    part.plan = plan_commit(part.chunks, rows.view_of(part.chunks));
    part.records = rows.records_of(part.plan, seconds_of(wall_ns));
    rows.forget(keep, seconds_of(wall_ns), part.records);
    done_.forgotten_id_s = std::max(done_.forgotten_id_s, rows.crowded_out_s());
    done_.regrouped += part.plan.regrouped;
    for (std::size_t i = 0; i < part.numbers.size(); ++i) {
      const auto& fresh = part.plan.fresh[i];
      if (fresh)
        fresh_[part.numbers[i]] = &*fresh;
      else
        ++done_.repeated_chunks;
      part_of_[part.numbers[i]] = &part;
    }
    return {};
  }

  void keep_fresh_refusals() {
    auto kept = std::vector<refusal>{};
    for (const auto& r : done_.refused) {
      if (fresh_[r.first.chunk] == nullptr) continue;
      const auto its = std::vector<index_range>{{r.first.index, r.first.index + r.events}};
      for (const auto& part : common(its, *fresh_[r.first.chunk]))
        kept.push_back({r.reason, {r.first.chunk, part.first}, part.end - part.first});
    }
    done_.refused = std::move(kept);
  }

  void sort_out(const topic_book& topics, std::int64_t wall_ns) {
    for (const auto& m : messages_.messages()) {
      const auto* fresh = fresh_[m.at.chunk];
      if (fresh == nullptr || !contains(*fresh, m.at.index)) continue;
      if (auto problem = topics.problem_of(messages_, m); !problem.empty()) {
        done_.refused.push_back({std::move(problem), m.at, 1});
        continue;
      }
      part_of_[m.at.chunk]->events.push_back(outgoing(messages_, m, wall_ns));
      ++done_.events;
      done_.bytes += m.end - m.begin;
    }
    std::stable_sort(done_.refused.begin(), done_.refused.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  }

  auto put_all() -> result<void> {
    for (auto& [number, part] : parts_) {
      if (part.is_empty()) continue;
      WEIR_CHECK(part.to->begin());
      part.is_open = true;
      if (const auto state = part.to->put(part.events, part.records); !state) {
        part.is_open = false; // it has seen to that itself
        return state;
      }
    }
    return {};
  }

  auto commit_all() -> result<void> {
    for (auto& [number, part] : parts_) {
      if (!part.is_open) continue;
      part.is_open = false;
      WEIR_CHECK(part.to->commit(part.records));
    }
    return {};
  }

  void take_back() {
    for (auto& [number, part] : parts_)
      if (part.is_open) (void)part.to->abort();
  }

  const commit_batch& batch_;
  const message_batch& messages_;
  batch_parts& parts_;
  std::vector<const std::vector<index_range>*> fresh_; ///< by chunk; null: all of it is in already
  std::vector<batch_part*> part_of_;                   ///< by chunk
  committed done_;
};

} // namespace

auto kafka_transactions::shared_of(const kafka_settings& s, const plugin_context& where) -> std::shared_ptr<kafka_transactions> {
  const auto lock = std::lock_guard{s.meeting_place->guard};
  auto found = s.meeting_place->shared.lock();
  if (found == nullptr) s.meeting_place->shared = found = std::make_shared<kafka_transactions>(s, where);
  return found;
}

kafka_transactions::kafka_transactions(const kafka_settings& s, const plugin_context& where)
    : settings_(s), sink_(topic_part_of(s.ledger.empty() ? where.component : s.ledger)), keep_(where.keep), clock_(*where.clock) {}

auto kafka_transactions::open() -> result<void> {
  const auto lock = std::lock_guard{guard_};
  if (topic_ != nullptr) return topic_->client().greet(settings_.timeout.connect);
  WEIR_TRY(topic_, ledger_topic::open(settings_, "weir-ledger-" + sink_));
  for (std::int32_t n = 0; n < topic_->partitions(); ++n)
    partitions_.push_back(std::make_unique<ledger_partition>(settings_, *topic_, sink_, n));
  return {};
}

auto kafka_transactions::partition_of(const std::string& source) -> ledger_partition& {
  return *partitions_[crc32c(source) % partitions_.size()];
}

auto kafka_transactions::commit(const commit_batch& batch, const message_batch& messages, const topic_book& topics, committed done)
    -> result<std::optional<committed>> {
  auto parts = batch_parts{};
  for (std::size_t i = 0; i < batch.chunks.size(); ++i) {
    auto& to = partition_of(batch.chunks[i]->source);
    auto& part = parts[to.number()];
    part.to = &to;
    part.numbers.push_back(i);
    part.chunks.push_back(batch.chunks[i]);
  }
  for (auto& [number, part] : parts) part.lock = std::unique_lock{part.to->guard()};
  auto state = batch_commit{batch, messages, parts, std::move(done)}.run(topics, keep_, clock_.wall_ns());
  if (state) return std::optional{std::move(*state)};
  if (state.failure().code == errc::limit) return std::optional<committed>{};
  return state.failure();
}

auto kafka_transactions::knowledge(const std::string& source) -> result<stream_knowledge> {
  auto& its = partition_of(source);
  const auto lock = std::lock_guard{its.guard()};
  WEIR_CHECK(its.look());
  return its.rows().knowledge(source);
}

auto kafka_transactions::known_ids(const std::vector<id_range>& asked) -> result<std::vector<id_range>> {
  auto found = std::vector<id_range>{};
  for (const auto& its : partitions_) {
    const auto lock = std::lock_guard{its->guard()};
    WEIR_CHECK(its->look());
    its->rows().add_known(asked, found);
  }
  return found;
}

} // namespace weir
