#include "runtime/wire/frame.hpp"

#include "runtime/codec/chunk_codec.hpp"
#include "runtime/wire/fields.hpp"
#include "runtime/wire/rare_frames.hpp"

#include <cstring>
#include <utility>

namespace weir {

// In the namespace of their types: what the wire has of each message is written here and nowhere else.
template <class F> void fields(F& f, chunk_id& x) { f(x.origin, x.sequence); }
template <class F> void fields(F& f, id_range& x) { f(x.origin, x.first, x.last); }
template <class F> void fields(F& f, position_range& x) { f(x.stream, x.begin, x.end); }
template <class F> void fields(F& f, open_link& x) { f(x.link, x.sender); }
template <class F> void fields(F& f, link_feedback& x) {
  f(x.link, x.number, x.grant_bytes, x.leaving, x.acks, x.settled);
}
template <class F> void fields(F& f, probe_link& x) { f(x.link, x.sent, x.received); }
template <class F> void fields(F& f, reopen_link& x) { f(x.link); }
template <class F> void fields(F& f, close_link& x) { f(x.link, x.sender, x.finished); }
template <class F> void fields(F& f, ask_settled& x) { f(x.question, x.ids, x.asker, x.begins); }
template <class F> void fields(F& f, known_settled& x) { f(x.question, x.settled, x.unseen); }
template <class F> void fields(F& f, ask_had& x) { f(x.question, x.ids); }
template <class F> void fields(F& f, known_had& x) { f(x.question, x.ids); }
template <class F> void fields(F& f, ask_positions& x) { f(x.question, x.source); }
template <class F> void fields(F& f, known_positions& x) {
  f(x.question, x.receiver, x.positions, x.settled, x.elsewhere);
}

namespace wire {

template <class F> void fields(F& f, pulse& x) { f(x.node, x.incarnation); }
template <class F> void fields(F& f, observe& x) { f(x.question); }
template <class F> void fields(F& f, gossip& x) { f(x.content); }
template <class F> void fields(F& f, command& x) { f(x.question, x.what, x.content, x.by); }
template <class F> void fields(F& f, commanded& x) { f(x.question, x.problem, x.text); }
template <class F> void fields(F& f, observed& x) { f(x.question, x.problem, x.figures); }

namespace {

constexpr auto magic = std::uint8_t{0x57};
constexpr auto frame_version = std::uint8_t{2};
constexpr auto flag_critical = std::uint8_t{1};

constexpr auto kib = std::uint32_t{1} << 10;
constexpr auto mib = std::uint32_t{1} << 20;

struct known_type {
  frame_type type;
  const char* name;
  std::uint32_t bytes_max;
};

/// A transfer has several chunks at most if they are small: its bound is that of two of the largest. Each is bounded
/// by its own prefix as well.
constexpr known_type known_types[] = {
    {frame_type::hello, "hello", 4 * kib},
    {frame_type::welcome, "welcome", 4 * mib},
    {frame_type::members, "members", 4 * mib},
    {frame_type::pulse, "pulse", 1 * kib},
    {frame_type::bye, "bye", 4 * kib},
    {frame_type::gone, "gone", 64},
    {frame_type::observe, "observe", 64},
    {frame_type::observed, "observed", 16 * mib},
    {frame_type::command, "command", 4 * mib},
    {frame_type::gossip, "gossip", 8 * mib},
    {frame_type::commanded, "commanded", 4 * mib},
    {frame_type::open_link, "open_link", 4 * kib},
    {frame_type::transfer_chunks, "transfer_chunks", 2 * static_cast<std::uint32_t>(chunk_bytes_max)},
    {frame_type::link_feedback, "link_feedback", 8 * mib},
    {frame_type::probe_link, "probe_link", 64},
    {frame_type::reopen_link, "reopen_link", 64},
    {frame_type::close_link, "close_link", 4 * kib},
    {frame_type::ask_positions, "ask_positions", 1 * mib},
    {frame_type::known_positions, "known_positions", 64 * mib},
    {frame_type::ask_settled, "ask_settled", 1 * mib},
    {frame_type::known_settled, "known_settled", 8 * mib},
    {frame_type::ask_had, "ask_had", 1 * mib},
    {frame_type::known_had, "known_had", 8 * mib},
};

auto find_type(frame_type type) -> const known_type* {
  for (const auto& known : known_types)
    if (known.type == type) return &known;
  return nullptr;
}

void put_header(std::string& out, frame_type type, std::size_t length) {
  put_number(out, magic);
  put_number(out, frame_version);
  put_number(out, static_cast<std::uint8_t>(type));
  put_number(out, std::uint8_t{0});
  put_number(out, static_cast<std::uint32_t>(length));
}

/// Of what is no transfer.
auto encode_fields(const frame& f) -> net::frame_pieces {
  auto payload = std::string{};
  auto write = field_writer{payload};
  if (const auto* message = std::get_if<routed>(&f)) {
    write(message->to, message->from);
    std::visit(
        [&]<class T>(const T& what) {
          if constexpr (!std::is_same_v<T, transfer_chunks>) write(what);
        },
        message->what);
  } else {
    std::visit(
        [&]<class T>(const T& what) {
          if constexpr (rare_frame<T>)
            payload = pack(what);
          else if constexpr (!std::is_same_v<T, routed>)
            write(what);
        },
        f);
  }
  auto bytes = std::string{};
  bytes.reserve(header_bytes + payload.size());
  put_header(bytes, type_of(f), payload.size());
  return {net::own_piece(bytes + payload)};
}

auto encode_transfer(std::uint32_t to, std::uint32_t from, const transfer_chunks& note) -> net::frame_pieces {
  auto heads = std::vector<std::string>{};
  auto length = std::size_t{28}; // what comes before the chunks
  for (const auto& c : note.chunks) {
    heads.push_back(encode_chunk_head(*c.content));
    length += heads.back().size() + c.content->body.size();
  }
  auto bytes = std::string{};
  put_header(bytes, frame_type::transfer_chunks, length);
  auto write = field_writer{bytes};
  write(to, from, note.link, note.number, static_cast<std::uint32_t>(note.chunks.size()));
  auto pieces = net::frame_pieces{};
  for (std::size_t i = 0; i < heads.size(); ++i) {
    pieces.push_back(net::own_piece(bytes + heads[i]));
    bytes.clear();
    const auto& content = note.chunks[i].content;
    pieces.push_back({content->body.view(), content});
  }
  if (pieces.empty()) pieces.push_back(net::own_piece(bytes));
  return pieces;
}

template <rare_frame T> auto decode_as(std::string_view payload) -> result<frame> {
  WEIR_TRY(auto x, unpack<T>(payload));
  return frame{std::move(x)};
}

template <class T> auto decode_as(std::string_view payload) -> result<frame> {
  auto read = field_reader{payload};
  auto x = T{};
  read.get(x);
  if (read.failed()) return error{errc::malformed, "its fields are cut"};
  return frame{std::move(x)};
}

template <class T> auto decode_routed(std::string_view payload) -> result<frame> {
  auto read = field_reader{payload};
  auto x = routed{};
  auto what = T{};
  read(x.to, x.from, what);
  if (read.failed()) return error{errc::malformed, "its fields are cut"};
  x.what = std::move(what);
  return frame{std::move(x)};
}

} // namespace

auto name_of(frame_type type) -> std::string {
  const auto* known = find_type(type);
  return known == nullptr ? "frame " + std::to_string(static_cast<int>(type)) : std::string{known->name};
}

auto payload_bytes_max(frame_type type) -> std::uint32_t {
  const auto* known = find_type(type);
  return known == nullptr ? 0 : known->bytes_max;
}

auto parse_header(std::string_view bytes) -> result<frame_header> {
  auto read = binary_reader{bytes};
  const auto first = read.number<std::uint8_t>();
  const auto version = read.number<std::uint8_t>();
  auto header = frame_header{};
  header.type = static_cast<frame_type>(read.number<std::uint8_t>());
  header.is_critical = (read.number<std::uint8_t>() & flag_critical) != 0;
  header.length = read.number<std::uint32_t>();
  if (read.failed() || first != magic) return error{errc::malformed, "what it sends is no frame of a node"};
  if (version != frame_version)
    return error{errc::malformed, "its frames have version " + std::to_string(version) + ", this node's "
                                      + std::to_string(frame_version)};
  const auto is_known = payload_bytes_max(header.type) > 0;
  if (!is_known && header.is_critical)
    return error{errc::malformed, name_of(header.type) + " is not known here and marked critical"};
  const auto most = is_known ? payload_bytes_max(header.type) : unknown_bytes_max;
  if (header.length <= most) return header;
  return error{errc::limit, name_of(header.type) + " of " + std::to_string(header.length)
                                + " bytes, more than " + std::to_string(most)};
}

auto type_of(const frame& f) -> frame_type {
  constexpr frame_type own[] = {frame_type::hello, frame_type::welcome, frame_type::members, frame_type::pulse,
                                frame_type::bye,   frame_type::gone,    frame_type::observe, frame_type::observed,
                                frame_type::gossip, frame_type::command, frame_type::commanded};
  constexpr frame_type of_messages[] = {frame_type::open_link,     frame_type::transfer_chunks,
                                        frame_type::link_feedback, frame_type::probe_link,
                                        frame_type::reopen_link,   frame_type::close_link,
                                        frame_type::ask_positions, frame_type::known_positions,
                                        frame_type::ask_settled,   frame_type::known_settled,
                                        frame_type::ask_had,       frame_type::known_had};
  if (const auto* message = std::get_if<routed>(&f)) return of_messages[message->what.index()];
  return own[f.index()];
}

auto encode(const frame& f) -> net::frame_pieces {
  if (const auto* message = std::get_if<routed>(&f))
    if (const auto* note = std::get_if<transfer_chunks>(&message->what))
      return encode_transfer(message->to, message->from, *note);
  return encode_fields(f);
}

auto decode(frame_type type, std::string_view payload) -> result<frame> {
  switch (type) {
  case frame_type::hello: return decode_as<hello>(payload);
  case frame_type::welcome: return decode_as<welcome>(payload);
  case frame_type::members: return decode_as<members>(payload);
  case frame_type::pulse: return decode_as<pulse>(payload);
  case frame_type::bye: return decode_as<bye>(payload);
  case frame_type::gone: return decode_as<gone>(payload);
  case frame_type::observe: return decode_as<observe>(payload);
  case frame_type::observed: return decode_as<observed>(payload);
  case frame_type::gossip: return decode_as<gossip>(payload);
  case frame_type::open_link: return decode_routed<open_link>(payload);
  case frame_type::link_feedback: return decode_routed<link_feedback>(payload);
  case frame_type::probe_link: return decode_routed<probe_link>(payload);
  case frame_type::reopen_link: return decode_routed<reopen_link>(payload);
  case frame_type::close_link: return decode_routed<close_link>(payload);
  case frame_type::ask_positions: return decode_routed<ask_positions>(payload);
  case frame_type::known_positions: return decode_routed<known_positions>(payload);
  case frame_type::ask_settled: return decode_routed<ask_settled>(payload);
  case frame_type::known_settled: return decode_routed<known_settled>(payload);
  case frame_type::ask_had: return decode_routed<ask_had>(payload);
  case frame_type::known_had: return decode_routed<known_had>(payload);
  case frame_type::command: return decode_as<command>(payload);
  case frame_type::commanded: return decode_as<commanded>(payload);
  case frame_type::transfer_chunks: break;
  }
  return error{errc::malformed, "it cannot be read in one"};
}

} // namespace wire
} // namespace weir
