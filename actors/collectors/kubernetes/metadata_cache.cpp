#include "actors/collectors/kubernetes/metadata_cache.hpp"

#include "runtime/base/binary.hpp"
#include "runtime/base/crc32c.hpp"
#include "runtime/event/msgpack.hpp"

#include <algorithm>
#include <vector>

namespace weir {
namespace {

constexpr auto cache_magic = std::string_view{"weirpod1"};
constexpr auto cache_head_bytes = cache_magic.size() + sizeof(std::uint32_t);

auto name_in_space(std::string_view space, std::string_view name) -> std::string {
  return std::string{space} + '/' + std::string{name};
}

} // namespace

void metadata_cache::put(pod_metadata pod) {
  auto& known = pods_[pod.uid];
  known.round = round_;
  known.gone_at.reset();
  uids_by_name_.insert_or_assign(name_in_space(pod.space, pod.name), pod.uid);
  if (const auto hash = hash_of_static(pod); !hash.empty()) static_uids_.insert_or_assign(std::string{hash}, pod.uid);
  if (known.pod == pod) return;
  known.pod = std::move(pod);
  ++version_;
}

void metadata_cache::put(space_metadata space) {
  auto& known = spaces_[space.name];
  known.round = round_;
  if (known.labels == space.labels) return;
  known.labels = std::move(space.labels);
  ++version_;
}

void metadata_cache::remove_pod(const std::string& uid, monotonic_time now) {
  const auto known = pods_.find(uid);
  if (known != pods_.end() && !known->second.gone_at) known->second.gone_at = now;
}

void metadata_cache::remove_space(const std::string& name) { version_ += spaces_.erase(name); }

void metadata_cache::end_pods(monotonic_time now) {
  for (auto& [uid, known] : pods_)
    if (known.round < listed_pods_ && !known.gone_at) known.gone_at = now;
}

void metadata_cache::end_spaces() {
  version_ += std::erase_if(spaces_, [&](const auto& s) { return s.second.round < listed_spaces_; });
}

auto metadata_cache::find(const pod_place& place) const -> const pod_metadata* {
  auto known = pods_.find(place.uid);
  if (known == pods_.end())
    if (const auto uid = static_uids_.find(place.uid); uid != static_uids_.end()) known = pods_.find(uid->second);
  if (known == pods_.end() && place.uid.empty())
    if (const auto uid = uids_by_name_.find(name_in_space(place.space, place.pod)); uid != uids_by_name_.end())
      known = pods_.find(uid->second);
  return known == pods_.end() ? nullptr : &known->second.pod;
}

auto metadata_cache::labels_of_space(std::string_view name) const -> const text_pairs* {
  const auto known = spaces_.find(name);
  return known == spaces_.end() ? nullptr : &known->second.labels;
}

void metadata_cache::pin(const std::string& uid) {
  if (const auto known = pods_.find(uid); known != pods_.end()) ++known->second.pins;
}

void metadata_cache::unpin(const std::string& uid, monotonic_time now) {
  const auto known = pods_.find(uid);
  if (known == pods_.end() || known->second.pins == 0) return;
  if (--known->second.pins == 0 && known->second.gone_at) known->second.gone_at = now;
}

void metadata_cache::forget_old(monotonic_time now) {
  auto gone = std::vector<std::pair<monotonic_time, std::string>>{};
  for (const auto& [uid, known] : pods_)
    if (known.gone_at && known.pins == 0) gone.emplace_back(*known.gone_at, uid);
  std::sort(gone.begin(), gone.end());
  const auto surplus = gone.size() - std::min(gone.size(), gone_max);
  for (std::size_t i = 0; i < gone.size(); ++i)
    if (i < surplus || now - gone[i].first >= keep_) forget(pods_.find(gone[i].second));
}

void metadata_cache::forget(std::map<std::string, known_pod>::iterator at) {
  const auto is_its = [&](const auto& known) { return known.second == at->first; };
  std::erase_if(static_uids_, is_its);
  std::erase_if(uids_by_name_, is_its);
  pods_.erase(at);
  ++version_;
}

auto metadata_cache::to_file() const -> std::string {
  auto content = std::string{};
  for (const auto& [uid, known] : pods_) append_kept(content, known.pod);
  auto file = std::string{cache_magic};
  put_number(file, crc32c(content));
  return file + content;
}

auto metadata_cache::load(std::string_view file, monotonic_time now) -> result<void> {
  if (file.size() < cache_head_bytes || !file.starts_with(cache_magic))
    return error{errc::malformed, "it is no cache of pods"};
  const auto content = file.substr(cache_head_bytes);
  if (binary_reader{file.substr(cache_magic.size())}.number<std::uint32_t>() != crc32c(content))
    return error{errc::malformed, "its checksum does not fit"};
  auto read = msgpack_reader{content};
  auto kept = std::string_view{};
  while (read.value(kept)) {
    auto pod = pod_of_kept(kept);
    if (!pod || pods_.contains(pod->uid)) continue;
    const auto uid = pod->uid;
    put(std::move(*pod));
    remove_pod(uid, now);
  }
  return {};
}

} // namespace weir
