/// Which container a log file is of, by the paths that a kubelet gives it.
//
//  link  := DIR "/" pod "_" namespace "_" container "-" id ".log"          as in /var/log/containers
//  place := DIR "/" namespace "_" pod "_" uid "/" container "/" number ".log" ["." time]     as in /var/log/pods
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace weir {

struct pod_place {
  std::string pod;
  std::string space; ///< its namespace
  std::string uid;   ///< empty: not known
  std::string container;
  std::string container_id; ///< empty: not known
  auto operator==(const pod_place&) const -> bool = default;
};

/// By the link or the place, whichever tells more; `place` may be empty. Nothing if neither has the form.
auto pod_place_of(std::string_view link, std::string_view place) -> std::optional<pod_place>;

} // namespace weir
