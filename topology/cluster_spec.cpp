#include "topology/cluster_spec.hpp"

#include "config/settings_reader.hpp"
#include "runtime/cluster/seed.hpp"
#include "topology/draft.hpp"

namespace weir {
namespace {

constexpr auto heartbeat_min = duration{std::chrono::milliseconds{50}};

void check_places(const cluster_spec& spec, config::settings_reader& reader) {
  if (reader.is_given("listen"))
    if (const auto at = parse_endpoint(spec.listen); !at || !at->path.empty())
      reader.complain("listen", "\"listen\" wants host:port, not \"" + spec.listen + '"', "such as 127.0.0.1:7400");
  if (reader.is_given("advertise"))
    if (const auto at = parse_host_port(spec.advertise); !at)
      reader.complain("advertise", "\"advertise\" " + at.failure().what);
  if (reader.is_given("advertise") && !reader.is_given("listen"))
    reader.refuse_useless("advertise", "it is where others reach what \"listen\" opens");
  for (const auto& text : spec.seeds)
    if (const auto found = parse_seed(text); !found) reader.complain("seeds", "\"seeds\" " + found.failure().what);
  if (!spec.zone.empty() && !is_valid_name(spec.zone))
    reader.complain("zone", "\"zone\" wants letters, digits and _ . - only, not \"" + spec.zone + '"');
}

void check_times(const cluster_spec& spec, config::settings_reader& reader) {
  if (spec.heartbeat < heartbeat_min)
    reader.complain("heartbeat", "\"heartbeat\" wants " + to_text(heartbeat_min) + " or more, not " + to_text(spec.heartbeat));
  else if (spec.down_after < 2 * spec.heartbeat)
    reader.complain(reader.is_given("down_after") ? "down_after" : "heartbeat",
                    "\"down_after\" wants at least two heartbeats (" + to_text(duration{2 * spec.heartbeat}) + "), not "
                        + to_text(spec.down_after));
}

} // namespace

auto right_of(std::string_view word) -> std::optional<right> {
  for (const auto& [name, meant] : names_of(static_cast<right*>(nullptr)))
    if (word == name) return meant;
  return std::nullopt;
}

void validate(const class_rights_spec& spec, config::settings_reader& reader) {
  for (const auto& word : spec.may)
    if (!right_of(word)) reader.complain("may", "\"may\" wants observe or operate, not \"" + word + '"');
  for (const auto& name : spec.names)
    if (name.empty()) reader.complain("names", "\"names\" wants patterns of node names; one is empty");
}

void validate(const cluster_spec& spec, config::settings_reader& reader) {
  check_places(spec, reader);
  check_times(spec, reader);
}

} // namespace weir
