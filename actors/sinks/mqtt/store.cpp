#include "actors/sinks/store.hpp"

#include "actors/sinks/mqtt/connection.hpp"
#include "actors/sinks/network/first_open.hpp"

namespace weir {
namespace {

class mqtt_store final : public store {
public:
  using settings = mqtt_settings;
  /// A connection, and for a moment a certificate or a question for a name.
  static auto descriptors(const settings&) -> descriptor_need { return {2, false}; }
  static auto promise(const settings& s) -> store_promise;
  static auto claims(const settings& s, const plugin_context& where) -> plugin_claims;
  mqtt_store(const settings& s, const plugin_context& context);

  auto open() -> result<void> override;
  auto commit(const commit_batch& batch) -> result<committed> override;
  auto examine() -> std::optional<std::vector<std::string>> override;

private:
  auto publish(committed& done) -> result<void>;
  auto blamed(error why) -> error;

  settings settings_;
  const clock& clock_;
  message_batch messages_;
  wire_dialer dialer_;
  endpoint_choice endpoints_;
  std::size_t endpoint_ = 0; ///< of the latest connection
  std::unique_ptr<mqtt_connection> connection_; ///< null: it is to be opened
};

auto mqtt_store::promise(const settings& s) -> store_promise {
  auto made = store_promise{.writers_max = store_writers_max};
  made.why_none = "a broker does not know a message again that comes over another connection";
  if (s.client_id.empty()) return made;
  made.writers_max = 1;
  made.why_not_more = "its \"client_id\" is for one connection at a time";
  return made;
}

auto mqtt_store::claims(const settings& s, const plugin_context& where) -> plugin_claims {
  if (s.network.endpoints.empty()) return {};
  const auto at = host_of_endpoint(s.network.endpoints.front(), s.default_port());
  if (!at) return {};
  auto names = topic_names{s.topic, where.node, where.component};
  const auto topic = names.is_fixed() ? std::string{names.of(0)} : "#";
  auto command = std::vector<std::string>{"mosquitto_sub", "-h", at->host, "-p", std::to_string(at->port), "-t", topic, "-v"};
  if (!s.network.auth.user.empty()) command.insert(command.end(), {"-u", s.network.auth.user});
  return {.data = stored_data{"mqtt://" + to_text(*at) + '/' + (names.is_fixed() ? topic : s.topic), std::move(command)}};
}

mqtt_store::mqtt_store(const settings& s, const plugin_context& context)
    : settings_(s), clock_(*context.clock), messages_(rules_of(s), context.node, context.component), dialer_(s.network, s.default_port()),
      endpoints_(s.network.endpoints, endpoint_choice::order::first) {}

auto mqtt_store::blamed(error why) -> error {
  connection_.reset();
  endpoints_.failed(endpoint_, clock_.monotonic(), random_id());
  why.what = endpoints_.name(endpoint_) + ": " + why.what;
  return why;
}

auto mqtt_store::open() -> result<void> {
  connection_.reset();
  return open_first(endpoints_, clock_, endpoint_, [&](const auto& name) -> result<void> {
    WEIR_TRY(connection_, mqtt_connection::open(dialer_, name, settings_));
    return {};
  });
}

/// With a "client_id" a broker would end the connection of a sink that runs: then it is only asked under another name.
auto mqtt_store::examine() -> std::optional<std::vector<std::string>> {
  auto wrong = std::vector<std::string>{};
  for (std::size_t i = 0; i < endpoints_.size(); ++i) {
    auto other = settings_;
    if (!other.client_id.empty()) other.client_id += "-check";
    if (const auto opened = mqtt_connection::open(dialer_, endpoints_.name(i), other); !opened)
      wrong.push_back(endpoints_.name(i) + ": " + opened.failure().what);
  }
  return wrong;
}

auto mqtt_store::commit(const commit_batch& batch) -> result<committed> {
  auto done = committed{};
  messages_.assign(batch, done);
  if (connection_ == nullptr || !connection_->is_usable()) WEIR_CHECK(open());
  if (const auto sent = publish(done); !sent) return blamed(sent.failure());
  endpoints_.worked(endpoint_);
  return done;
}

auto mqtt_store::publish(committed& done) -> result<void> {
  for (const auto& m : messages_.messages()) {
    const auto payload = messages_.payload_of(m);
    if (payload.size() > settings_.max_message.value) {
      done.refused.push_back({"rejected: a message of " + std::to_string(payload.size()) + " bytes, and \"max_message\" is "
                                  + to_text(settings_.max_message), m.at, 1});
      continue;
    }
    WEIR_CHECK(connection_->publish(messages_.topics()[m.topic], payload));
    ++done.events;
    done.bytes += payload.size();
  }
  return connection_->finish();
}

const register_store<mqtt_store> registered_mqtt{
    "mqtt", "Publishes events to an MQTT broker (3.1.1, QoS 1), each with an ack: at least once."};

} // namespace
} // namespace weir
