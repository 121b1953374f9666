/// How many instances of its aggregators a node runs where that is not what its file says: asked for while it ran, or left by
/// an earlier start.
#pragma once

#include "runtime/os/file_system.hpp"
#include "topology/plan.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

struct scaled_number {
  std::uint32_t written = 1; ///< what the file said then
  std::uint32_t instances = 1;
  auto operator==(const scaled_number&) const -> bool = default;
};

/// By component. What it does not have runs as its file says.
using scaled_numbers = std::map<std::string, scaled_number, std::less<>>;

/// A plan as read from a file, with these numbers. One whose component has another number in that file by now, or is not
/// there, is over: it is taken out of `numbers`.
auto scaled(topology_plan plan, scaled_numbers& numbers) -> topology_plan;

/// What a plan has of them.
auto scaled_in(const topology_plan& plan) -> scaled_numbers;
/// The same as its file says.
auto as_written(topology_plan plan) -> topology_plan;

/// "COMPONENT=N", N as `instances:` has it, of a node that runs `plan`: what is asked for, by component.
struct scaling {
  std::string component;
  scaled_number number;
};
/// "core: 4 instances instead of 2; the file says 2".
auto to_text(const scaling& asked, std::uint32_t before) -> std::string;
/// errc::rejected: why not, as a sentence.
auto read_scaling(std::string_view text, const topology_plan& plan, const std::vector<std::string>& classes,
                  std::string_view node) -> result<scaling>;

/// Those whose disk buffers have something that some reader lacks beside what the file's instances will open: an earlier
/// start had more of them.
auto left_on_disk(const topology_plan& plan, const std::vector<std::string>& classes, std::string_view node, file_system& files)
    -> scaled_numbers;

} // namespace weir
