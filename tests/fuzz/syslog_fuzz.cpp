// Syslog from anybody: messages are found in a stream however it is cut, lie in it, and are taken apart into views of themselves.
#include "runtime/codec/relp.hpp"
#include "runtime/codec/stream_framer.hpp"
#include "runtime/parser/structured_data.hpp"
#include "runtime/parser/syslog_line.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace weir;

void check_view(std::string_view part, std::string_view whole) {
  if (part.data() == nullptr) return;
  if (part.data() < whole.data() || part.data() + part.size() > whole.data() + whole.size()) std::abort();
}

void check_message(std::string_view text) {
  const auto line = split_syslog(text);
  for (const auto part : {line.priority, line.time, line.host, line.ident, line.pid, line.msgid, line.data, line.message}) check_view(part, text);
  if (line.problem.empty() && line.message.data() == nullptr) std::abort();
  auto bytes = byte_buffer{};
  auto out = msgpack_writer{bytes};
  if (!write_structured_data(line.data, out)) return;
  auto read = msgpack_reader{bytes.view()};
  if (!read.skip() || !read.at_end()) std::abort();
}

/// The messages of the stream, given in pieces of so many bytes.
auto messages_of(std::string_view stream, stream_framing how, std::size_t piece) -> std::vector<std::string> {
  constexpr auto most = std::size_t{64};
  auto framer = stream_framer{how, most};
  auto found = std::vector<std::string>{};
  auto held = std::string{};
  for (; !stream.empty(); stream.remove_prefix(std::min(piece, stream.size()))) {
    held += stream.substr(0, piece);
    for (;;) {
      const auto next = framer.next(held);
      if (!next) return found;
      if (next->used == 0) break;
      if (next->used > held.size()) std::abort();
      if (next->message) check_view(next->message->bytes, held), found.emplace_back(next->message->bytes);
      held.erase(0, next->used);
    }
    if (held.size() > most + piece + 12) std::abort();
  }
  if (const auto last = framer.last(held)) found.emplace_back(last->bytes);
  return found;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = std::string_view{reinterpret_cast<const char*>(data), size};
  check_message(text);
  for (const auto how : {stream_framing::automatic, stream_framing::lf, stream_framing::nul, stream_framing::octets}) {
    const auto at_once = messages_of(text, how, size + 1);
    if (messages_of(text, how, 1) != at_once || messages_of(text, how, 7) != at_once) std::abort();
    if (how == stream_framing::automatic)
      for (const auto& message : at_once) check_message(message);
  }
  for (auto rest = text;;) {
    const auto before = rest.size();
    const auto head = take_relp_head(rest);
    if (!head || !*head) break;
    if (rest.size() >= before) std::abort();
  }
  return 0;
}
