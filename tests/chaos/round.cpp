#include "tests/chaos/round.hpp"

#include "tests/chaos/buffers.hpp"
#include "tests/chaos/cluster_mayhem.hpp"
#include "tests/chaos/cluster_site.hpp"
#include "tests/chaos/mayhem.hpp"
#include "tests/chaos/observer.hpp"
#include "tests/chaos/server_mayhem.hpp"
#include "tests/chaos/writers.hpp"

#include <algorithm>
#include <optional>
#include <string_view>

namespace weir::chaos {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

namespace {

constexpr auto copies_patience = 5s;
constexpr auto scarce_bytes = std::uint64_t{384} << 20;

auto since(steady_time begun) -> milliseconds {
  return std::chrono::duration_cast<milliseconds>(clock::now() - begun);
}

/// What is alive during a round, in the order in which it is made.
class stage {
public:
  stage(const options& given, const std::filesystem::path& folder, std::uint64_t seed,
        const std::atomic<bool>& interrupted)
      : given_(given), interrupted_(interrupted), random_(seed), site_(lay_out(given, folder, random_)) {}

  auto run(milliseconds limit) -> result<round_outcome>;

private:
  auto open() -> result<void>;
  auto hurt(milliseconds limit) -> result<void>;
  auto settle(const char* when) -> result<void>;
  auto restart_quietly() -> result<void>;
  auto make_faults() -> result<std::unique_ptr<mayhem>>;
  auto wait_until_stored(const char* when) -> result<bool>;
  auto wait_for_copies() -> result<void>;
  auto end_nodes() -> result<bool>;
  auto stored() const -> std::uint64_t;
  auto is_all_stored() const -> bool;
  auto close() -> result<void>;

  const options& given_;
  const std::atomic<bool>& interrupted_;
  randomness random_;
  site site_;
  scarce_disk disk_;
  std::optional<database_server> server_;
  std::unique_ptr<fleet> nodes_;
  std::unique_ptr<mayhem> faults_;
  std::unique_ptr<writers> writers_;
  std::unique_ptr<observer> observer_;
  round_outcome out_;
};

auto stage::run(milliseconds limit) -> result<round_outcome> {
  WEIR_CHECK(open());
  WEIR_CHECK(hurt(limit));
  const auto healing = clock::now();
  WEIR_CHECK(settle("after the last fault"));
  out_.healed_in = since(healing);
  WEIR_CHECK(restart_quietly());
  WEIR_CHECK(close());
  return std::move(out_);
}

auto stage::open() -> result<void> {
  if (site_.server) {
    server_.emplace(*site_.server);
    WEIR_CHECK(server_->start());
  } else if (site_.is_cluster) {
    WEIR_CHECK(make_certificates(given_.weir, site_));
  } else if (auto mounted = scarce_disk::mount(site_.scarce_folder(), scarce_bytes); mounted) {
    disk_ = std::move(*mounted); // where this is not allowed, only quotas make a disk full
  }
  const auto settings = fleet_settings{given_.weir, site_.topology(), site_.logs()};
  nodes_ = std::make_unique<fleet>(settings, site_.nodes);
  WEIR_TRY(faults_, make_faults());
  writers_ = std::make_unique<writers>(given_, site_, random_);
  observer_ = std::make_unique<observer>(site_);
  WEIR_CHECK(nodes_->look(clock::now())); // guests are not there yet
  writers_->start();
  return {};
}

auto stage::make_faults() -> result<std::unique_ptr<mayhem>> {
  if (server_) return std::unique_ptr<mayhem>{std::make_unique<server_mayhem>(*nodes_, disk_, *server_, given_.kill_pause, random_())};
  if (!site_.is_cluster) return std::make_unique<mayhem>(*nodes_, disk_, given_.kill_pause, random_());
  auto made = std::make_unique<cluster_mayhem>(*nodes_, disk_, site_, given_, random_());
  WEIR_CHECK(made->open());
  return std::unique_ptr<mayhem>{std::move(made)};
}

auto stage::hurt(milliseconds limit) -> result<void> {
  const auto begun = clock::now();
  for (auto bytes = std::uint64_t{0}; bytes < given_.bytes_max && since(begun) < limit;) {
    if (interrupted_ || writers_->has_failed()) break;
    WEIR_CHECK(faults_->look(clock::now()));
    tick();
    bytes = 0;
    for (const auto& stream : site_.streams) bytes += stream->bytes;
  }
  faults_->cease();
  out_.hurt_for = since(begun);
  return {};
}

auto stage::stored() const -> std::uint64_t {
  auto sum = std::uint64_t{0};
  for (const auto& stream : site_.streams) sum += stream->stored;
  return sum;
}

auto stage::is_all_stored() const -> bool {
  return writers_->seen().unacked == 0 && std::ranges::all_of(site_.streams, [](const auto& stream) {
           return stream->is_idle && stream->stored >= stream->written;
         });
}

/// False if nothing has moved for longer than patience lasts.
auto stage::wait_until_stored(const char* when) -> result<bool> {
  auto last = stored();
  for (auto last_moved = clock::now(); since(last_moved) < given_.patience;) {
    if (is_all_stored()) return true;
    if (interrupted_) return false;
    WEIR_CHECK(nodes_->look(clock::now()));
    if (const auto now = stored(); now != last) {
      last = now;
      last_moved = clock::now();
    }
    tick();
  }
  out_.problems.push_back(std::string{when} + " not everything came to the tables: nothing moves any more");
  return false;
}

/// What is stored nobody needs a copy of, and each finds out; those of which nobody can say so stay for an hour, and do
/// no harm.
auto stage::wait_for_copies() -> result<void> {
  if (!site_.is_cluster) return {};
  for (const auto begun = clock::now(); since(begun) < copies_patience && !interrupted_;) {
    WEIR_CHECK(nodes_->look(clock::now()));
    const auto copies = count_copies(given_.weir, site_);
    if (copies) out_.copies_left = *copies;
    if (copies == 0U) break;
    tick();
  }
  return {};
}

/// An edge of several nodes wants to tell the cores which files are over, and a core passes on what it has. An edge that gets
/// no answer to its last words ends with status 1 when its time is over, and is counted; it has nothing left by then.
auto stage::end_nodes() -> result<bool> {
  if (!site_.is_cluster && !site_.server) return nodes_->end_all(1min);
  for (const auto* type : {"edge", "core", "store", "vault"}) {
    WEIR_TRY(const auto well, nodes_->end_all(1min, type));
    if (!well && type != std::string_view{"edge"}) return false;
  }
  return true;
}

/// Everything runs; what was written has to arrive; then all nodes end.
auto stage::settle(const char* when) -> result<void> {
  if (interrupted_) return {};
  writers_->hold(true);
  if (server_) WEIR_CHECK(server_->heal());
  WEIR_CHECK(nodes_->revive());
  WEIR_TRY(const auto is_stored, wait_until_stored(when));
  if (interrupted_ || !is_stored) return {};
  WEIR_CHECK(wait_for_copies());
  if (interrupted_) return {};
  WEIR_TRY(const auto ended_well, end_nodes());
  if (!ended_well) out_.problems.push_back(std::string{when} + " not every node ended with status 0");
  return {};
}

/// A restart that finds all its work done must not do any of it again. New lines show that it has looked.
auto stage::restart_quietly() -> result<void> {
  if (interrupted_ || !out_.problems.empty()) return {};
  auto before = std::vector<std::uint64_t>{};
  for (const auto& stream : site_.streams) before.push_back(stream->written);
  WEIR_CHECK(nodes_->revive());
  writers_->hold(false);
  auto have_all_written = [&] {
    for (std::size_t i = 0; i < before.size(); ++i)
      if (site_.streams[i]->written == before[i]) return false;
    return true;
  };
  while (!have_all_written() && !interrupted_ && !writers_->has_failed()) tick();
  return settle("after a quiet restart");
}

auto stage::close() -> result<void> {
  nodes_->kill_all();
  writers_->request_stop();
  writers_->join(true);
  observer_->finish();
  const auto seen = writers_->seen();
  out_.messages = seen.messages;
  out_.resent = seen.resent;
  if (seen.wrong_acks > 0) out_.problems.push_back("forward clients got wrong acks");
  for (auto& problem : writers_->problems()) out_.problems.push_back(std::move(problem));
  if (!observer_->problem().empty()) out_.problems.push_back(observer_->problem());
  for (const auto& stream : site_.streams) {
    out_.lines += stream->written;
    out_.bytes += stream->bytes;
  }
  out_.faults = nodes_->counts();
  if (out_.faults.crashes > 0) out_.problems.push_back("a node crashed");
  if (interrupted_) return {};
  WEIR_TRY(out_.stores, count_stores(site_));
  if (!out_.is_clean() || !given_.disk_buffers) return {};
  WEIR_TRY(out_.problems, check_buffers(given_.weir, site_));
  return {};
}

} // namespace

auto round_outcome::is_clean() const -> bool {
  return problems.empty() && std::ranges::all_of(stores, &store_account::is_clean);
}

auto run_round(const options& given, const std::filesystem::path& folder, std::uint64_t seed,
               std::chrono::milliseconds limit, const std::atomic<bool>& interrupted)
    -> result<round_outcome> {
  return stage{given, folder, seed, interrupted}.run(limit);
}

} // namespace weir::chaos
