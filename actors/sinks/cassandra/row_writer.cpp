#include "actors/sinks/cassandra/row_writer.hpp"

#include "runtime/os/random.hpp"

#include <algorithm>
#include <numeric>
#include <tuple>

namespace weir {
namespace {

constexpr auto rows_of_a_batch_max = std::size_t{1000};
constexpr auto batch_bytes_min = std::size_t{1} << 10;
constexpr auto later_pace = backoff_settings{std::chrono::milliseconds{50}, std::chrono::seconds{5}};
constexpr auto look_every = std::chrono::milliseconds{100};

auto partition_of(const cassandra_row& r) { return std::tuple{r.table, r.day, r.bucket}; }

} // namespace

auto row_writer::write(row_batch& batch, std::vector<refusal>& refused) -> result<void> {
  refused_ = &refused;
  problem_.clear();
  stopped_ = {};
  failures_ = 0;
  not_before_ = {};
  cut(batch);
  deadline_ = clock_.monotonic() + patience_;
  const auto tell = cql_cluster::listener{
      [&](std::size_t node, const cql_answer& answer) { take_answer(batch, answer.ticket, node, answer); },
      [&](std::uint32_t ticket) {
        problem_ = to_.problem();
        again(ticket);
      }};
  while (!waiting_.empty() || to_.under_way() > 0) {
    const auto now = clock_.monotonic();
    if (!problem_.empty() && now > deadline_ && to_.under_way() == 0) return error{errc::unavailable, problem_};
    if (stopped_.what.empty() && now >= not_before_ && (problem_.empty() || now <= deadline_)) WEIR_CHECK(send_some(batch));
    if (!stopped_.what.empty() && to_.under_way() == 0) return stopped_;
    const auto pause = std::max(to_.pause(), duration{not_before_ - now});
    WEIR_CHECK(to_.wait(now + std::clamp<duration>(pause, std::chrono::milliseconds{1}, look_every), tell));
  }
  return {};
}

void row_writer::cut(const row_batch& batch) {
  const auto& rows = batch.rows();
  order_.resize(rows.size());
  std::iota(order_.begin(), order_.end(), 0U);
  std::stable_sort(order_.begin(), order_.end(), [&](auto a, auto b) { return partition_of(rows[a]) < partition_of(rows[b]); });
  requests_.clear();
  waiting_.clear();
  for (std::size_t begin = 0; begin < order_.size();) {
    auto end = begin + 1;
    while (end < order_.size() && partition_of(rows[order_[end]]) == partition_of(rows[order_[begin]])) ++end;
    cut_partition(batch, begin, end);
    begin = end;
  }
  for (std::uint32_t i = 0; i < requests_.size(); ++i) waiting_.push_back(i);
}

void row_writer::cut_partition(const row_batch& batch, std::size_t begin, std::size_t end) {
  const auto bytes_of = [&](std::size_t i) { return batch.values_of(batch.rows()[order_[i]]).size(); };
  const auto token = murmur3_token(partition_key_of(batch.rows()[order_[begin]]));
  while (begin < end) {
    auto bytes = bytes_of(begin);
    auto stop = begin + 1;
    for (; stop < end && stop - begin < rows_of_a_batch_max && bytes + bytes_of(stop) <= batch_bytes_; ++stop) bytes += bytes_of(stop);
    requests_.push_back({begin, stop, token});
    begin = stop;
  }
}

/// False: no node takes more just now.
auto row_writer::send_some(const row_batch& batch) -> result<bool> {
  while (!waiting_.empty()) {
    const auto number = waiting_.front();
    const auto& r = requests_[number];
    const auto* table = batch.rows()[order_[r.begin]].table;
    const auto node = to_.choose(r.token, table->statement);
    if (!node) {
      // What is under way is waited for all the same.
      stopped_ = node.failure();
      return false;
    }
    if (!*node) return false;
    waiting_.pop_front();
    send(batch, number, **node);
  }
  return true;
}

void row_writer::send(const row_batch& batch, std::uint32_t number, std::size_t node) {
  const auto& r = requests_[number];
  const auto& rows = batch.rows();
  const auto id = to_.id_at(node, rows[order_[r.begin]].table->statement);
  if (r.end - r.begin == 1) {
    body_.clear();
    append_cql_execute(body_, id, batch.values_of(rows[order_[r.begin]]), consistency_);
    return to_.send(node, cql_opcode::execute, body_.view(), number);
  }
  batch_.begin();
  for (auto i = r.begin; i < r.end; ++i) batch_.add_prepared(id, batch.values_of(rows[order_[i]]));
  to_.send(node, cql_opcode::batch, batch_.finish(consistency_), number);
}

void row_writer::take_answer(row_batch& batch, std::uint32_t number, std::size_t node, const cql_answer& answer) {
  if (answer.kind != cql_opcode::error) {
    failures_ = 0;
    deadline_ = clock_.monotonic() + patience_;
    to_.worked(node);
    for (auto i = requests_[number].begin; i < requests_[number].end; ++i) batch.rows()[order_[i]].is = cassandra_row::state::stored;
    return;
  }
  const auto why = read_cql_error(answer.body);
  const auto remedy = remedy_for(why);
  const auto text = to_.name(node) + ": " + to_text(why);
  if (remedy == cql_remedy::without) return take_refusal(batch, number, to_text(why));
  again(number);
  if (remedy == cql_remedy::prepare) return to_.forget_statement(node, batch.rows()[order_[requests_[number].begin]].table->statement);
  if (remedy == cql_remedy::stop) {
    stopped_ = {errc::failed, text};
    return;
  }
  problem_ = text;
  if (remedy == cql_remedy::slower) return to_.overloaded(node);
  not_before_ = clock_.monotonic() + backoff_delay(later_pace, ++failures_, random_id());
}

/// One of them is to blame, or they are too many at once.
void row_writer::take_refusal(row_batch& batch, std::uint32_t number, const std::string& reason) {
  const auto r = requests_[number];
  if (r.end - r.begin == 1) {
    auto& row = batch.rows()[order_[r.begin]];
    row.is = cassandra_row::state::refused;
    refused_->push_back({"rejected: " + reason, row.at, 1});
    return;
  }
  if (reason.find("Batch too large") != std::string::npos) batch_bytes_ = std::max(batch_bytes_min, batch_bytes_ / 2);
  const auto middle = r.begin + (r.end - r.begin) / 2;
  for (const auto& half : {request{r.begin, middle, r.token}, request{middle, r.end, r.token}}) {
    again(static_cast<std::uint32_t>(requests_.size()));
    requests_.push_back(half);
  }
}

} // namespace weir
