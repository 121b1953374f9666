#include "actors/collectors/network/plain_source.hpp"

#include "actors/collectors/network/framed_session.hpp"
#include "runtime/event/msgpack.hpp"
#include "runtime/measure/observation.hpp"

namespace weir {

plain_source::plain_source(plain_source_settings settings, const plugin_context& context)
    : settings_(std::move(settings)),
      clock_(*context.clock),
      server_(settings_.server, *this, context),
      datagrams_(settings_.datagrams, server_, *this, context) {}

auto plain_source::listen() -> result<void> {
  WEIR_CHECK(server_.listen());
  return datagrams_.listen();
}

auto plain_source::open(const resume_info& resume) -> result<void> {
  server_.resume(resume);
  return server_.is_listening() ? result<void>{} : listen();
}

auto plain_source::make_session(client_peer&, std::size_t) -> std::unique_ptr<client_session> {
  message_taker& taker = *this;
  return std::make_unique<framed_session>(taker, stream_framer{stream_framing_of(settings_.framing), settings_.message_bytes_max});
}

void plain_source::take(const received_message& message, client_turn& turn) {
  auto fields = std::uint32_t{0};
  attached_.clear();
  auto write = msgpack_writer{attached_};
  if (message.is_cut) {
    write.str("truncated");
    write.boolean(true);
    ++fields;
    ++cut_;
  }
  if (!settings_.source_address_key.empty() && message.from.is_ip) {
    write.str(settings_.source_address_key);
    write.str(message.from.address);
    ++fields;
  }
  turn.out.attach(attached_.view(), fields);
  turn.out.line(settings_.tag, clock_.wall_ns(), message.bytes);
  server_.note_put(message.bytes.size());
}

void plain_source::observe(observation& to) const {
  if (cut_ > 0) to.noted["message cut"] += cut_;
  server_.observe(to);
  datagrams_.observe(to);
}

auto plain_promise() -> client_promise {
  auto made = client_promise{};
  made.why = "nobody is answered: what a kill of Weir, or of the network, takes with it is lost";
  return made;
}

} // namespace weir
