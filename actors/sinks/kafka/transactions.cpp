#include "actors/sinks/kafka/transactions.hpp"

#include "runtime/base/crc32c.hpp"

#include <algorithm>
#include <map>

namespace weir {
namespace {

/// What a batch has to do with one of the ledger's partitions.
struct ledger_part {
  ledger_partition* of = nullptr;
  std::unique_lock<std::mutex> lock;
  ledger_records records;
};

/// In the order of partitions, so that two writers never wait for each other.
using ledger_parts = std::map<std::int32_t, ledger_part>;

class batch_commit {
public:
  batch_commit(const commit_batch& batch, const message_batch& messages, ledger_parts& parts, committed done)
      : batch_(batch), messages_(messages), parts_(parts), done_(std::move(done)) {}

  /// `home`: of each stream of the batch the partition that has it.
  auto run(const topic_book& topics, const std::map<ledger_stream, std::int32_t>& home, const retention& keep, std::int64_t wall_ns)
      -> result<committed> {
    auto known = ledger_view{};
    for (auto& [number, part] : parts_) {
      WEIR_CHECK(part.of->own(topics.set_bytes()));
      known.merge(part.of->rows().view_of(batch_.chunks));
    }
    plan_ = plan_commit(batch_.chunks, known);
    for (auto& [number, part] : parts_) add_records(part, home, keep, seconds_of(wall_ns));
    done_.regrouped = plan_.regrouped;
    done_.repeated_chunks = static_cast<std::uint64_t>(std::count(plan_.fresh.begin(), plan_.fresh.end(), std::nullopt));
    keep_fresh_refusals();
    sort_out(topics, wall_ns);
    auto& lead = *parts_.begin()->second.of;
    if (outgoing_.empty()) return confirmed();
    WEIR_CHECK(lead.begin());
    WEIR_CHECK(lead.put(outgoing_));
    auto state = prove_others();
    if (state && batch_.confirm) state = batch_.confirm(done_.refused);
    if (!state) return (void)lead.abort(), state.failure();
    WEIR_CHECK(lead.commit());
    for (auto& [number, part] : parts_) part.of->apply(part.records);
    return std::move(done_);
  }

private:
  auto confirmed() -> result<committed> {
    if (batch_.confirm) WEIR_CHECK(batch_.confirm(done_.refused));
    return std::move(done_);
  }

  void add_records(ledger_part& part, const std::map<ledger_stream, std::int32_t>& home, const retention& keep, std::int64_t now_s) {
    auto& rows = part.of->rows();
    part.records = rows.records_of(plan_, now_s, [&](const ledger_stream& of) { return home.at(of) == part.of->number(); });
    rows.forget(keep, now_s, part.records);
    for (const auto& record : part.records) outgoing_.push_back(part.of->message_of(record));
    done_.forgotten_id_s = std::max(done_.forgotten_id_s, rows.crowded_out_s());
  }

  /// Those that nothing is written to may be anybody's: what was known there stays known.
  auto prove_others() -> result<void> {
    for (auto at = std::next(parts_.begin()); at != parts_.end(); ++at)
      if (!at->second.records.empty()) WEIR_CHECK(at->second.of->prove());
    return {};
  }

  void keep_fresh_refusals() {
    auto kept = std::vector<refusal>{};
    for (const auto& r : done_.refused) {
      const auto& fresh = plan_.fresh[r.first.chunk];
      if (!fresh) continue;
      const auto its = std::vector<index_range>{{r.first.index, r.first.index + r.events}};
      for (const auto& part : common(its, *fresh)) kept.push_back({r.reason, {r.first.chunk, part.first}, part.end - part.first});
    }
    done_.refused = std::move(kept);
  }

  void sort_out(const topic_book& topics, std::int64_t wall_ns) {
    for (const auto& m : messages_.messages()) {
      const auto& fresh = plan_.fresh[m.at.chunk];
      if (!fresh || !contains(*fresh, m.at.index)) continue;
      if (auto problem = topics.problem_of(messages_, m); !problem.empty()) {
        done_.refused.push_back({std::move(problem), m.at, 1});
        continue;
      }
      outgoing_.push_back(outgoing(messages_, m, wall_ns));
      ++done_.events;
      done_.bytes += m.end - m.begin;
    }
    std::stable_sort(done_.refused.begin(), done_.refused.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  }

  const commit_batch& batch_;
  const message_batch& messages_;
  ledger_parts& parts_;
  ledger_plan plan_;
  std::vector<outgoing_message> outgoing_; ///< the ledger's and the batch's
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
  WEIR_TRY(topic_, ledger_topic::open(settings_, ledger_name()));
  for (std::int32_t n = 0; n < topic_->partitions(); ++n)
    partitions_.push_back(std::make_unique<ledger_partition>(settings_, *topic_, sink_, n));
  return {};
}

auto kafka_transactions::partition_of(const std::string& source) -> ledger_partition& {
  return *partitions_[crc32c(source) % partitions_.size()];
}

auto kafka_transactions::commit(const commit_batch& batch, const message_batch& messages, const topic_book& topics, committed done)
    -> result<std::optional<committed>> {
  auto parts = ledger_parts{};
  auto home = std::map<ledger_stream, std::int32_t>{};
  for (const auto& c : batch.chunks)
    for (const auto& [of, span] : streams_of({&c, 1})) {
      // Ids of a collector's chunks are where its streams are.
      auto& to = partition_of(of.kind == 'c' ? c->source : of.owner);
      home.emplace(of, to.number());
      parts[to.number()].of = &to;
    }
  if (parts.empty()) parts[0].of = partitions_.front().get(); // chunks without ids and positions are always new
  for (auto& [number, part] : parts) part.lock = std::unique_lock{part.of->guard()};
  auto state = batch_commit{batch, messages, parts, std::move(done)}.run(topics, home, keep_, clock_.wall_ns());
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
