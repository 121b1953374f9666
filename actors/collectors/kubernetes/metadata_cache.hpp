/// What is known of the pods of a node and of their namespaces: also of pods that are gone, as long as something of theirs may
/// still be read.
//
//  file := magic u8[8]
//          crc32c u32      over everything after it
//          pods            msgpack, back to back, as append_kept() writes them
//  Little-endian. The file is replaced as a whole; one that is damaged is as if it was not there.
#pragma once

#include "actors/collectors/kubernetes/pod_metadata.hpp"
#include "actors/collectors/kubernetes/pod_place.hpp"
#include "runtime/base/result.hpp"
#include "runtime/os/clock.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace weir {

class metadata_cache {
public:
  /// So many pods that are gone are kept beside those of which something is unacknowledged.
  static constexpr std::size_t gone_max = 2048;

  /// Pods that are gone are forgotten after `keep`, unless they are pinned.
  explicit metadata_cache(std::chrono::nanoseconds keep) : keep_(keep) {}

  void put(pod_metadata pod);
  void put(space_metadata space);
  void remove_pod(const std::string& uid, monotonic_time now);
  void remove_space(const std::string& name);
  /// A list of all pods, or namespaces, begins; what it does not have by its end is gone.
  void begin_pods() { listed_pods_ = ++round_; }
  void end_pods(monotonic_time now);
  void begin_spaces() { listed_spaces_ = ++round_; }
  void end_spaces();

  /// Nothing if it is not known. Valid until the next change.
  auto find(const pod_place& place) const -> const pod_metadata*;
  auto labels_of_space(std::string_view name) const -> const text_pairs*;
  /// Something of the pod is read and not acknowledged.
  void pin(const std::string& uid);
  void unpin(const std::string& uid, monotonic_time now);
  void forget_old(monotonic_time now);

  /// Grows with every change of what find() and labels_of_space() say.
  auto version() const -> std::uint64_t { return version_; }
  auto size() const -> std::size_t { return pods_.size(); }

  /// Of pods alone.
  auto to_file() const -> std::string;
  /// What the file knows and nobody has told better. All of it counts as gone until a list says otherwise.
  auto load(std::string_view file, monotonic_time now) -> result<void>;

private:
  struct known_pod {
    pod_metadata pod;
    std::uint64_t round = 0; ///< of the list that had it
    std::uint32_t pins = 0;
    std::optional<monotonic_time> gone_at;
  };
  struct known_space {
    text_pairs labels;
    std::uint64_t round = 0;
  };
  void forget(std::map<std::string, known_pod>::iterator at);

  std::chrono::nanoseconds keep_;
  std::map<std::string, known_pod> pods_;            ///< by uid
  std::map<std::string, std::string> static_uids_;   ///< of pods from a kubelet's own disk, by their hash
  std::map<std::string, std::string> uids_by_name_;  ///< the newest, by "namespace/name"
  std::map<std::string, known_space, std::less<>> spaces_;
  std::uint64_t round_ = 0;
  std::uint64_t listed_pods_ = 0;
  std::uint64_t listed_spaces_ = 0;
  std::uint64_t version_ = 0;
};

} // namespace weir
