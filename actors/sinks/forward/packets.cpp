#include "actors/sinks/forward/packets.hpp"

#include "runtime/codec/forward_client.hpp"
#include "runtime/codec/forward_identity.hpp"
#include "runtime/event/msgpack.hpp"

#include <unordered_map>

namespace weir {
namespace {

/// Puts the events of one chunk into messages.
class packet_maker {
public:
  packet_maker(const forward_packet_rules& rules, std::deque<forward_packet>& out) : rules_(rules), out_(out) {}

  void begin(const chunk& of) {
    of_ = &of;
    open_.clear();
  }
  /// `must_copy`: the run does not outlive the call.
  void add(const event_run& run, bool must_copy, committed& done) {
    auto walk = event_walker{run};
    auto& open = open_[std::string{run.tag}];
    auto seen = std::uint64_t{0};
    for (; walk.next() && walk.is_whole(); ++seen) {
      if (open == nullptr || open->bytes + walk.bytes().size() > rules_.bytes_max) open = &begin_packet(run.tag, walk.at().index);
      add_event(*open, walk, must_copy);
    }
    if (seen < run.events) refuse(done, "malformed entry", run, seen, run.events - seen);
  }

private:
  void add_event(forward_packet& to, const event_walker& at, bool must_copy) {
    const auto entry = at.bytes();
    to.bytes += entry.size();
    ++to.events;
    if (rules_.time_as_integer) return append_in_seconds(to.own, entry, at.time_ns());
    if (must_copy) return to.own.append(entry);
    auto& pieces = to.entries;
    if (!pieces.empty() && pieces.back().data() + pieces.back().size() == entry.data())
      pieces.back() = {pieces.back().data(), pieces.back().size() + entry.size()};
    else
      pieces.push_back(entry);
  }

  auto begin_packet(std::string_view tag, std::uint64_t index) -> forward_packet& {
    auto& made = out_.emplace_back();
    made.tag = rules_.tag.render(tag);
    if (rules_.wants_acks) made.id = name_of(tag, index);
    return made;
  }
  auto name_of(std::string_view tag, std::uint64_t first) const -> std::string {
    auto name = rules_.component + '\n';
    for (const auto number : {of_->id.origin, of_->id.sequence, first}) name += std::to_string(number) + '\n';
    return name.append(tag);
  }
  static void append_in_seconds(byte_buffer& out, std::string_view entry, std::int64_t time_ns) {
    auto read = msgpack_reader{entry};
    auto ignored = std::int64_t{0};
    (void)read.entry_head(ignored);
    auto write = msgpack_writer{out};
    write.array(2);
    write.integer(time_ns / 1'000'000'000);
    write.raw(read.rest());
  }

  const forward_packet_rules& rules_;
  std::deque<forward_packet>& out_;
  const chunk* of_ = nullptr;
  std::unordered_map<std::string, forward_packet*> open_; ///< the latest of each tag
};

/// Its name becomes its id; what is compressed becomes its own.
auto finish(forward_packet& p, compression method) -> result<void> {
  if (!p.id.empty()) p.id = derive_forward_id(p.id + '\n' + std::to_string(p.events));
  if (method != compression::none) {
    auto plain = std::move(p.own);
    for (const auto piece : p.entries) plain.append(piece);
    p.entries.clear();
    p.own = byte_buffer{};
    WEIR_CHECK(compress(method, plain.view(), p.own));
  }
  if (!p.own.empty()) p.entries.push_back(p.own.view());
  auto payload = std::size_t{0};
  for (const auto piece : p.entries) payload += piece.size();
  append_packed_head(p.head, p.tag, payload);
  append_packed_option(p.option, {{}, {}, p.events, p.id, method});
  p.bytes = p.head.size() + payload + p.option.size();
  return {};
}

} // namespace

auto make_packets(const commit_batch& batch, const new_events& wanted, const forward_packet_rules& rules, committed& done)
    -> result<std::deque<forward_packet>> {
  auto packets = std::deque<forward_packet>{};
  auto maker = packet_maker{rules, packets};
  for (std::size_t i = 0; i < batch.chunks.size(); ++i) {
    if (!wanted[i]) continue;
    maker.begin(*batch.chunks[i]);
    for_each_run(batch, i, *wanted[i], [&](const event_run& run) { maker.add(run, batch.process != nullptr, done); });
  }
  for (auto& p : packets) WEIR_CHECK(finish(p, rules.compress));
  return packets;
}

} // namespace weir
