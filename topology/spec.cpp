#include "topology/spec.hpp"

#include <algorithm>
#include <charconv>
#include <thread>

namespace weir {

auto parse_instances(std::string_view text) -> result<std::uint32_t> {
  constexpr auto instances_max = 1024U;
  if (text == "auto") return std::max(1U, std::thread::hardware_concurrency());
  auto number = 0U;
  const auto [rest, ec] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (ec == std::errc{} && rest == text.data() + text.size() && number >= 1 && number <= instances_max)
    return number;
  return error{errc::malformed, "wants a number from 1 to 1024 or auto, not \"" + std::string{text} + '"'};
}

auto parse_give_up(std::string_view text) -> result<std::optional<duration>> {
  if (text == "never") return std::optional<duration>{};
  if (const auto time = parse_duration(text)) return std::optional<duration>{*time};
  return error{errc::malformed, "wants never or a duration such as 10m, not \"" + std::string{text} + '"'};
}

void validate(const aggregator_spec& spec, config::settings_reader& reader) {
  if (const auto count = parse_instances(spec.instances); !count)
    reader.complain("instances", "\"instances\" " + count.failure().what);
  if (spec.batch.max_size.value == 0 || spec.batch.max_size.value > (1U << 20))
    reader.complain("batch", "\"batch: max_size\" wants more than 0 and at most 1MiB, not "
                                 + to_text(spec.batch.max_size));
  if (spec.buffer.max_size < spec.batch.max_size)
    reader.complain("buffer", "\"buffer: max_size\" wants room for a chunk of \"batch: max_size\" ("
                                  + to_text(spec.batch.max_size) + "), not " + to_text(spec.buffer.max_size));
}

void validate(const retry_spec& spec, config::settings_reader& reader) {
  if (const auto limit = parse_give_up(spec.give_up_after); !limit)
    reader.complain("give_up_after", "\"give_up_after\" " + limit.failure().what);
  if (spec.first <= duration{0}) reader.complain("first", "\"first\" wants more than 0");
  if (spec.max < spec.first)
    reader.complain("max", "\"max\" wants at least \"first\" (" + to_text(spec.first) + "), not "
                               + to_text(spec.max));
}

void validate(const sink_spec& spec, config::settings_reader& reader) {
  if (const auto pattern = tag_pattern::parse(spec.match); !pattern)
    reader.complain("match", "\"match\": " + pattern.failure().what);
}

} // namespace weir
