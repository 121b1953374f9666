#include "actors/sinks/store.hpp"

#include "actors/sinks/forward/channel.hpp"
#include "actors/sinks/forward/packets.hpp"
#include "actors/sinks/forward/server_choice.hpp"
#include "actors/sinks/forward/settings.hpp"
#include "runtime/ledger/file_ledger.hpp"
#include "runtime/net/tls_files.hpp"
#include "runtime/os/paths.hpp"
#include "runtime/os/random.hpp"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <unordered_set>

namespace weir {
namespace {

class forward_store final : public store {
public:
  using settings = forward_store_settings;
  /// A connection to each receiver, and for a moment a certificate or a question for a name; the ledger, its lock, and for
  /// a moment a new one and a directory.
  static auto descriptors(const settings& s) -> descriptor_need { return {s.receivers().size() + (s.ledger.empty() ? 2 : 6), false}; }
  static auto promise(const settings& s) -> store_promise;
  static auto claims(const settings& s, const plugin_context&) -> plugin_claims;
  forward_store(settings s, const plugin_context& context);

  auto open() -> result<void> override;
  auto commit(const commit_batch& batch) -> result<committed> override;
  auto knowledge(const std::string& source) -> result<stream_knowledge> override;
  auto known_ids(const std::vector<id_range>& asked) -> result<std::vector<id_range>> override;
  auto examine() -> std::optional<std::vector<std::string>> override;

private:
  struct receiver {
    std::string name; ///< as it is written
    forward_route route;
    std::unique_ptr<forward_channel> channel = {}; ///< absent: not connected
    std::string problem = {};                      ///< of the last time
    bool is_told = false;                          ///< that others stand in for it
  };
  using packets = std::deque<forward_packet>;

  void add_receiver(const std::string& at);
  auto open_ledger() -> result<void>;
  auto what_is_new(const commit_batch& batch, committed& done) -> new_events;
  auto end_commit(const commit_batch& batch, const committed& done) -> result<void>;
  auto renew_certificates() -> result<void>;
  auto connect(receiver& to, bool is_probe) -> result<void>;
  auto deliver(packets& all) -> result<void>;
  auto deliver_to(receiver& to, packets& all, bool is_probe) -> result<void>;
  void note_failure(std::size_t number, const error& why);
  void note_success(std::size_t number);
  void tell_left_out(const std::vector<std::size_t>& numbers);
  void remember_done(const packets& all);

  settings settings_;
  std::string component_;
  const clock& clock_;
  forward_packet_rules rules_;
  forward_credentials credentials_;
  std::shared_ptr<net::tls_files> tls_; ///< absent: not read yet, or not wanted
  std::vector<receiver> receivers_;
  server_choice choice_;
  std::optional<file_ledger> ledger_; ///< absent: none is wanted
  bool is_settled_ = false;           ///< the ledger is open, and has no part of a batch
  std::unordered_set<std::string> done_before_; ///< ids of messages that are in, of commits that failed
};

/// As long as others are well, who failed before does not hold up what they could take.
constexpr auto probe_patience = std::chrono::seconds{2};
constexpr auto done_before_max = std::size_t{100'000};

auto forward_store::promise(const settings& s) -> store_promise {
  auto made = store_promise{.writers_max = store_writers_max};
  made.why_none = "of those that speak the forward protocol only Weir knows a message again";
  if (!s.ledger.empty()) {
    made.knows_by = store_promise::memory::ledger;
    made.writers_max = 1;
    made.why_not_more = "its ledger is a file that one at a time writes";
    made.repeats = {"what is under way at a kill is sent again, and only a Weir knows it again", "type"};
  }
  if (!s.require_ack)
    made.loses = {"\"require_ack: false\" loses what is under way when a connection or its receiver ends", "require_ack"};
  return made;
}

auto forward_store::claims(const settings& s, const plugin_context&) -> plugin_claims {
  if (s.ledger.empty()) return {};
  return {.held = {{claim::kind::file, s.ledger, "ledger"}},
          .writes = {s.ledger, s.ledger + ".lock", s.ledger + ".new", s.ledger + ".damaged"}};
}

auto ledger_settings_of(const forward_store_settings& s, const plugin_context& context) -> file_ledger_settings {
  auto made = file_ledger_settings{s.ledger, "sink " + context.component + " of node " + context.node + ", pid " + std::to_string(::getpid())};
  made.keep = context.keep;
  made.time = context.clock;
  return made;
}

auto ranks_of(const std::vector<forward_receiver>& all) -> std::vector<server_rank> {
  auto ranks = std::vector<server_rank>{};
  for (const auto& r : all) ranks.push_back({r.weight, r.standby});
  return ranks;
}

forward_store::forward_store(settings s, const plugin_context& context)
    : settings_(std::move(s)),
      component_(context.component),
      clock_(*context.clock),
      rules_{context.component,
             tag_text{settings_.tag, context.node, context.component},
             settings_.compress,
             settings_.require_ack,
             settings_.time_as_integer,
             settings_.max_message.value},
      credentials_{settings_.self_hostname, settings_.shared_key.value, settings_.network.auth.user, settings_.network.auth.password.value},
      choice_(ranks_of(settings_.receivers())) {
  if (credentials_.self_hostname.empty()) credentials_.self_hostname = context.component + '.' + context.node;
  for (const auto& r : settings_.receivers()) add_receiver(r.at);
  if (!settings_.ledger.empty()) ledger_.emplace(*context.files, ledger_settings_of(settings_, context));
}

void forward_store::add_receiver(const std::string& at) {
  auto made = receiver{at, {}};
  if (auto parsed = parse_endpoint(at)) made.route.at = std::move(*parsed);
  const auto& tls = settings_.network.tls;
  made.route.name = tls && !tls->server_name.empty() ? tls->server_name : made.route.at.at.host;
  made.route.checks_name = tls && tls->verify == store_verify::full;
  if (settings_.logs_in()) made.route.credentials = credentials_;
  receivers_.push_back(std::move(made));
}

/// Its files are read again for each connection, so that what was renewed is in use.
auto forward_store::renew_certificates() -> result<void> {
  const auto& with = settings_.network.tls;
  if (!with) return {};
  if (tls_) {
    WEIR_CHECK(tls_->renew());
  } else {
    auto files = net::tls_settings{with->certificate, with->key, with->ca};
    if (with->ca.empty()) files.trust = net::tls_trust::system;
    if (with->verify == store_verify::none) files.trust = net::tls_trust::anybody;
    WEIR_TRY(tls_, net::tls_files::open(std::move(files)));
  }
  for (auto& r : receivers_)
    if (r.route.at.path.empty()) r.route.tls = tls_->current();
  return {};
}

auto forward_store::connect(receiver& to, bool is_probe) -> result<void> {
  if (to.channel && to.channel->is_usable()) return {};
  to.channel.reset();
  WEIR_CHECK(renew_certificates());
  const auto patience = settings_.network.timeout.connect;
  WEIR_TRY(to.channel, forward_channel::open(to.route, is_probe ? std::min<duration>(patience, probe_patience) : patience));
  return {};
}

auto count_done(const std::deque<forward_packet>& all) {
  return std::count_if(all.begin(), all.end(), [](const auto& p) { return p.is_done; });
}

auto is_all_done(const std::deque<forward_packet>& all) -> bool {
  return std::all_of(all.begin(), all.end(), [](const auto& p) { return p.is_done; });
}

/// What the ledger knows is to be had while nobody is there to send to.
auto forward_store::open() -> result<void> {
  if (ledger_) return open_ledger();
  auto none = packets{};
  return deliver(none);
}

auto forward_store::open_ledger() -> result<void> {
  is_settled_ = false;
  (void)make_directories(real_file_system(), directory_of(settings_.ledger), true); // if it fails, opening says why
  const auto opened = ledger_->open();
  if (!opened) return error{errc::unavailable, opened.failure().what}; // a person can mend it
  for (const auto& sentence : *opened) spdlog::error("sink {}: {}", component_, sentence);
  is_settled_ = true;
  return {};
}

auto forward_store::knowledge(const std::string& source) -> result<stream_knowledge> {
  if (!ledger_) return stream_knowledge{};
  if (!is_settled_) WEIR_CHECK(open_ledger());
  return ledger_->knowledge(source);
}

auto forward_store::known_ids(const std::vector<id_range>& asked) -> result<std::vector<id_range>> {
  auto found = std::vector<id_range>{};
  if (!ledger_) return found;
  if (!is_settled_) WEIR_CHECK(open_ledger());
  for (const auto& r : asked)
    for (const auto& part : ledger_->ids().common(r)) found.push_back(part);
  return found;
}

/// Each receiver lets this side in; the ledger is looked at by whoever opens it.
auto forward_store::examine() -> std::optional<std::vector<std::string>> {
  auto wrong = std::vector<std::string>{};
  for (auto& r : receivers_)
    if (const auto connected = connect(r, false); !connected) wrong.push_back(r.name + ": " + connected.failure().what);
  return wrong;
}

auto forward_store::what_is_new(const commit_batch& batch, committed& done) -> new_events {
  auto found = new_events{};
  if (ledger_) done.forgotten_id_s = ledger_->client_ids().crowded_out_s().value_or(0);
  for (const auto& c : batch.chunks) {
    found.push_back(ledger_ ? ledger_->add(*c) : all_of(*c));
    if (!found.back()) ++done.repeated_chunks;
    if (ledger_) done.regrouped += ledger_->take_regrouped();
  }
  return found;
}

auto forward_store::commit(const commit_batch& batch) -> result<committed> {
  auto done = committed{};
  if (ledger_ && !is_settled_) WEIR_CHECK(open_ledger());
  is_settled_ = false;
  WEIR_TRY(auto all, make_packets(batch, what_is_new(batch, done), rules_, done));
  for (auto& p : all) {
    p.is_done = done_before_.contains(p.id);
    done.events += p.events;
    done.bytes += p.bytes;
  }
  auto state = is_all_done(all) ? result<void>{} : deliver(all);
  if (state) state = end_commit(batch, done);
  if (!state) {
    remember_done(all);
    return state.failure();
  }
  done_before_.clear();
  return done;
}

auto forward_store::end_commit(const commit_batch& batch, const committed& done) -> result<void> {
  if (!ledger_) return {};
  if (batch.confirm) WEIR_CHECK(batch.confirm(done.refused));
  WEIR_CHECK(ledger_->commit({}));
  is_settled_ = true;
  return {};
}

/// What is in does not go to a receiver again that would not know it.
void forward_store::remember_done(const packets& all) {
  if (done_before_.size() > done_before_max) done_before_.clear();
  for (const auto& p : all)
    if (p.is_done && !p.id.empty()) done_before_.insert(p.id);
}

/// To one receiver, and what that one has not taken to the next, until all of them have failed once.
auto forward_store::deliver(packets& all) -> result<void> {
  auto problems = std::string{};
  auto failed = std::vector<std::size_t>{};
  while (failed.size() < choice_.usable()) {
    const auto number = choice_.next(clock_.monotonic(), failed);
    auto& to = receivers_[number];
    const auto was_connected = to.channel != nullptr;
    const auto before = count_done(all);
    const auto is_probe = choice_.is_doubtful(number) && failed.size() + 1 < choice_.usable();
    const auto delivered = deliver_to(to, all, is_probe);
    const auto has_left = to.channel && to.channel->is_closed();
    if (!delivered) to.channel.reset();
    if (delivered) note_success(number);
    if (delivered && is_all_done(all)) return tell_left_out(failed), result<void>{};
    // A receiver may close what is idle, or after each message: that is no failure.
    if (delivered || count_done(all) > before || (was_connected && has_left)) continue;
    note_failure(number, delivered.failure());
    problems += (problems.empty() ? "" : "; ") + to.name + ": " + delivered.failure().what;
    failed.push_back(number);
  }
  return error{errc::unavailable, problems};
}

auto forward_store::deliver_to(receiver& to, packets& all, bool is_probe) -> result<void> {
  WEIR_CHECK(connect(to, is_probe));
  const auto is_kept = settings_.keepalive && to.channel->is_kept_alive();
  WEIR_CHECK(to.channel->deliver(all, is_kept ? all.size() : 1, settings_.ack_patience()));
  if (!is_kept && !all.empty()) to.channel.reset();
  return {};
}

void forward_store::note_failure(std::size_t number, const error& why) {
  choice_.failed(number, clock_.monotonic(), random_id());
  receivers_[number].problem = why.what;
}

void forward_store::tell_left_out(const std::vector<std::size_t>& numbers) {
  for (const auto number : numbers) {
    auto& r = receivers_[number];
    if (!std::exchange(r.is_told, true))
      spdlog::warn("sink {}: {} is left out for now, others stand in for it: {}", component_, r.name, r.problem);
  }
}

void forward_store::note_success(std::size_t number) {
  choice_.worked(number);
  if (std::exchange(receivers_[number].is_told, false)) spdlog::info("sink {}: {} is back", component_, receivers_[number].name);
}

const register_store<forward_store> registered_forward_store{
    "forward", "Sends events by the Fluentd forward protocol: to Fluentd, Fluent Bit, the OpenTelemetry Collector or another Weir."};

} // namespace
} // namespace weir
