#include "actors/sinks/store.hpp"

#include "actors/sinks/network/first_open.hpp"
#include "actors/sinks/syslog/channel.hpp"
#include "actors/sinks/syslog/message_writer.hpp"
#include "runtime/codec/event_writer.hpp"
#include "runtime/codec/text_value.hpp"

namespace weir {
namespace {

class syslog_store final : public store {
public:
  using settings = syslog_settings;
  /// A connection, and for a moment a certificate or a question for a name.
  static auto descriptors(const settings&) -> descriptor_need { return {2, false}; }
  static auto promise(const settings& s) -> store_promise;
  syslog_store(const settings& s, const plugin_context& context);

  auto open() -> result<void> override;
  auto commit(const commit_batch& batch) -> result<committed> override;
  auto examine() -> std::optional<std::vector<std::string>> override;

private:
  void add_run(const event_run& run, committed& done);
  auto blamed(error why) -> error;

  settings settings_;
  const clock& clock_;
  syslog_message_writer writer_;
  wire_dialer dialer_;
  endpoint_choice endpoints_;
  std::size_t endpoint_ = 0; ///< of the latest connection
  std::unique_ptr<syslog_channel> channel_; ///< null: it is to be opened
  byte_buffer bytes_;
  std::vector<std::size_t> ends_; ///< of messages, in bytes_
};

auto syslog_store::promise(const settings& s) -> store_promise {
  auto made = store_promise{.writers_max = store_writers_max};
  made.why_none = "no receiver of syslog knows a message again";
  if (s.protocol == syslog_protocol::tcp)
    made.loses = {"syslog over TCP has no acks: what a receiver's system had taken and it had not read is lost when it dies", "protocol"};
  if (s.protocol == syslog_protocol::udp) made.loses = {"datagrams are lost, and nobody is told", "protocol"};
  return made;
}

syslog_store::syslog_store(const settings& s, const plugin_context& context)
    : settings_(s), clock_(*context.clock), writer_(s, context.node, context.component), dialer_(s.network, s.default_port()),
      endpoints_(s.network.endpoints, endpoint_choice::order::first) {}

auto syslog_store::blamed(error why) -> error {
  channel_.reset();
  endpoints_.failed(endpoint_, clock_.monotonic(), random_id());
  why.what = endpoints_.name(endpoint_) + ": " + why.what;
  return why;
}

auto syslog_store::open() -> result<void> {
  return open_first(endpoints_, clock_, endpoint_, [&](const auto& name) -> result<void> {
    WEIR_TRY(channel_, open_syslog_channel(dialer_, name, settings_));
    return {};
  });
}

auto syslog_store::examine() -> std::optional<std::vector<std::string>> {
  auto wrong = std::vector<std::string>{};
  for (std::size_t i = 0; i < endpoints_.size(); ++i)
    if (const auto opened = open_syslog_channel(dialer_, endpoints_.name(i), settings_); !opened)
      wrong.push_back(endpoints_.name(i) + ": " + opened.failure().what);
  return wrong;
}

auto syslog_store::commit(const commit_batch& batch) -> result<committed> {
  auto done = committed{};
  bytes_.clear();
  ends_.clear();
  for_each_run(batch, [&](const event_run& run) { add_run(run, done); });
  auto messages = std::vector<std::string_view>{};
  auto begin = std::size_t{0};
  for (const auto end : ends_) {
    messages.push_back(bytes_.view().substr(begin, end - begin));
    begin = end;
  }
  done.events = messages.size();
  done.bytes = bytes_.size();
  if (messages.empty()) return done;
  // What is known to be closed is not written to: it would take the messages and lose them.
  if (channel_ == nullptr || !channel_->is_usable()) WEIR_CHECK(open());
  if (const auto sent = channel_->send(messages); !sent) return blamed(sent.failure());
  endpoints_.worked(endpoint_);
  return done;
}

void syslog_store::add_run(const event_run& run, committed& done) {
  writer_.begin_tag(run.tag);
  auto entries = run.entries;
  auto seen = std::uint64_t{0};
  for (; !entries.empty(); ++seen) {
    auto time_ns = std::int64_t{0};
    auto record = std::string_view{};
    if (!take_entry_head(entries, time_ns) || !take_record(entries, record)) break;
    if (writer_.append(bytes_, time_ns, record))
      ends_.push_back(bytes_.size());
    else
      refuse(done, "rejected: a message of " + std::to_string(writer_.bytes()) + " bytes, and \"max_message\" is " + to_text(settings_.max_message),
             run, seen, 1);
  }
  if (seen < run.events) refuse(done, "malformed entry", run, seen, run.events - seen);
}

const register_store<syslog_store> registered_syslog{
    "syslog", "Sends events as syslog messages (RFC 5424) over TCP, TLS, UDP or RELP: at least once with RELP."};

} // namespace
} // namespace weir
