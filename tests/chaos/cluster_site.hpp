/// The cluster of a round: nodes that find each other, know each other by certificates, and are reached through relays.
#pragma once

#include "runtime/base/result.hpp"
#include "tests/chaos/site.hpp"

namespace weir::chaos {

/// As lay_out(). Each chunk is on two of the cores; one more core comes and goes.
auto lay_out_cluster(const std::filesystem::path& folder, randomness& random) -> site;

/// An authority, and a certificate for each node.
auto make_certificates(const std::string& weir, const site& of) -> result<void>;

} // namespace weir::chaos
