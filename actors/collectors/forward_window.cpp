#include "actors/collectors/forward_window.hpp"

#include "runtime/event/msgpack.hpp"

#include <map>

namespace weir {

auto forward_window::stream_of(std::string_view chunk) -> std::string_view {
  auto id = std::string_view{};
  if (!msgpack_reader{chunk}.str_or_bin(id) || id.empty() || id.size() > id_bytes_max) return {};
  stream_.assign(stream_prefix);
  stream_ += id;
  return stream_;
}

void forward_window::resume(const resume_info& resume, std::uint64_t position) {
  auto known = std::map<std::string, std::vector<interval>>{};
  for (const auto& r : resume.covered)
    if (r.stream.starts_with(stream_prefix) && r.end != end_of_stream)
      known[r.stream].push_back({r.begin, r.end});
  for (const auto& r : resume.partly) {
    if (!r.stream.starts_with(stream_prefix)) continue;
    known[r.stream].push_back({r.begin, r.begin});
    known[r.stream].push_back({r.end, r.end});
  }
  // Several receivers may remember more than one; which of them are the oldest is not known.
  size_max_ = window_streams_max + known.size();
  for (auto& [stream, ranges] : known) {
    auto missing = gaps_between(0, std::move(ranges));
    add(stream) = {missing.begin, std::move(missing.known), position};
  }
}

auto forward_window::find(std::string_view stream) -> known_entries* {
  const auto found = known_.find(stream);
  return found == known_.end() ? nullptr : &found->second;
}

auto forward_window::add(std::string_view stream) -> known_entries& {
  auto at = known_.end();
  if (order_.size() < size_max_) {
    at = known_.try_emplace(std::string{stream}).first;
  } else {
    // The oldest one's place is used again: a message costs no allocation here.
    auto oldest = known_.extract(*order_.front());
    order_.pop_front();
    oldest.key().assign(stream);
    oldest.mapped() = {};
    at = known_.insert(std::move(oldest)).position;
  }
  order_.push_back(&at->first);
  return at->second;
}

} // namespace weir
