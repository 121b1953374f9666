#include "topology/scaling.hpp"

#include "runtime/log/recovery.hpp"
#include "topology/draft.hpp"
#include "topology/spec.hpp"

#include <algorithm>
#include <charconv>

namespace weir {
namespace {

auto aggregator_in(topology_plan& plan, std::string_view name) -> aggregator_plan* {
  const auto at = std::find_if(plan.components.begin(), plan.components.end(), [&](const auto& c) { return c.name == name; });
  return at == plan.components.end() ? nullptr : std::get_if<aggregator_plan>(&at->details);
}

auto unknown_text(const topology_plan& plan, const std::string& name) -> std::string {
  auto names = std::vector<std::string>{};
  for (const auto& c : plan.components)
    if (std::holds_alternative<aggregator_plan>(c.details)) names.push_back(c.name);
  const auto hint = did_you_mean(name, names);
  return "there is no component \"" + name + '"' + (hint.empty() ? "" : "; " + hint);
}

/// Empty if it is an aggregator that this node hosts.
auto why_not(const topology_plan& plan, const std::vector<std::string>& classes, std::string_view node, const std::string& name)
    -> std::string {
  const auto* c = plan.find(name);
  if (c == nullptr) return unknown_text(plan, name);
  if (!std::holds_alternative<aggregator_plan>(c->details))
    return '"' + name + "\" is a " + std::string{tier_name(c->in)} + ", and only aggregators have instances";
  const auto hosted = components_of(plan, classes);
  if (std::find(hosted.begin(), hosted.end(), c) != hosted.end()) return {};
  return '"' + name + "\" is placed on class " + list_names(c->classes) + ", and node \"" + std::string{node} + "\" is of class "
         + list_names(classes);
}

/// The number of a directory that an instance has; 0 of another one, and of the first.
auto instance_of(const std::string& name) -> std::uint32_t {
  auto number = std::uint32_t{0};
  const auto [behind, ec] = std::from_chars(name.data(), name.data() + name.size(), number);
  const auto is_number = ec == std::errc{} && behind == name.data() + name.size() && std::to_string(number) == name;
  return is_number && number < instances_max ? number : 0;
}

auto holds_something(file_system& files, const std::string& directory) -> bool {
  const auto names = files.list(directory);
  const auto is_log = names && std::any_of(names->begin(), names->end(), [](const auto& n) { return segment_of_name(n) != 0; });
  if (!is_log) return false;
  const auto found = recover_log(files, {directory});
  return !found || found->unsettled.chunks > 0; // what cannot be read is told by who opens it
}

/// So many instances that all are opened which have something.
auto instances_on_disk(const component_plan& c, std::string_view node, file_system& files) -> std::uint32_t {
  auto count = instances_of(c);
  const auto names = files.list(buffer_root(c, node));
  if (!names) return count;
  for (const auto& name : *names)
    if (const auto number = instance_of(name); number >= count && holds_something(files, buffer_directory(c, node, number)))
      count = number + 1;
  return count;
}

} // namespace

auto scaled(topology_plan plan, scaled_numbers& numbers) -> topology_plan {
  std::erase_if(numbers, [&](const auto& n) {
    const auto* details = aggregator_in(plan, n.first);
    return details == nullptr || details->instances != n.second.written || n.second.instances == n.second.written;
  });
  for (const auto& [name, number] : numbers) {
    auto& details = *aggregator_in(plan, name);
    details.instances = number.instances;
    details.instances_written = number.written;
  }
  return plan;
}

auto scaled_in(const topology_plan& plan) -> scaled_numbers {
  auto numbers = scaled_numbers{};
  for (const auto& c : plan.components)
    if (instances_of(c) != instances_written_of(c)) numbers[c.name] = {instances_written_of(c), instances_of(c)};
  return numbers;
}

auto as_written(topology_plan plan) -> topology_plan {
  for (auto& c : plan.components)
    if (auto* details = std::get_if<aggregator_plan>(&c.details)) {
      details->instances = instances_written_of(c);
      details->instances_written = 0;
    }
  return plan;
}

auto to_text(const scaling& asked, std::uint32_t before) -> std::string {
  const auto& [written, instances] = asked.number;
  auto text = asked.component + ": " + std::to_string(instances) + (instances == 1 ? " instance" : " instances");
  if (instances != before) text += " instead of " + std::to_string(before);
  return text + (written == instances ? ", as the file says" : "; the file says " + std::to_string(written));
}

auto read_scaling(std::string_view text, const topology_plan& plan, const std::vector<std::string>& classes,
                  std::string_view node) -> result<scaling> {
  const auto at = text.find('=');
  if (at == std::string_view::npos || at == 0)
    return error{errc::rejected, "wants COMPONENT=N, not \"" + std::string{text} + '"'};
  const auto name = std::string{text.substr(0, at)};
  if (auto why = why_not(plan, classes, node, name); !why.empty()) return error{errc::rejected, std::move(why)};
  const auto number = parse_instances(text.substr(at + 1));
  if (!number) return error{errc::rejected, '"' + name + "\" " + number.failure().what};
  return scaling{name, {instances_written_of(*plan.find(name)), *number}};
}

auto left_on_disk(const topology_plan& plan, const std::vector<std::string>& classes, std::string_view node, file_system& files)
    -> scaled_numbers {
  auto left = scaled_numbers{};
  for (const auto* c : components_of(plan, classes)) {
    const auto* details = std::get_if<aggregator_plan>(&c->details);
    if (details == nullptr || details->buffer.type != buffer_type::disk) continue;
    const auto count = instances_on_disk(*c, node, files);
    if (count > details->instances) left[c->name] = {details->instances, count};
  }
  return left;
}

} // namespace weir
