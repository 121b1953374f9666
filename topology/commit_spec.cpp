#include "topology/commit_spec.hpp"

#include <algorithm>
#include <charconv>

namespace weir {
namespace {

/// A writer waits for its store most of the time, so cores are no measure; these keep one busy that takes ten times as
/// long to answer as to write, and each has memory for a batch.
constexpr auto auto_writers_max = 8U;

} // namespace

auto parse_writers(std::string_view text, std::uint32_t store_max) -> result<std::uint32_t> {
  if (text == "auto") return std::min(store_max, auto_writers_max);
  auto number = 0U;
  const auto [rest, ec] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (ec == std::errc{} && rest == text.data() + text.size() && number >= 1 && number <= store_writers_max)
    return number;
  return error{errc::malformed, "wants a number from 1 to " + std::to_string(store_writers_max) + " or auto, not \""
                                    + std::string{text} + '"'};
}

void validate(const commit_spec& spec, config::settings_reader& reader) {
  constexpr auto bytes_max = std::uint64_t{256} << 20;
  if (spec.max_size && (spec.max_size->value == 0 || spec.max_size->value > bytes_max))
    reader.complain("max_size", "\"max_size\" wants more than 0 and at most " + to_text(byte_count{bytes_max})
                                    + ", not " + to_text(*spec.max_size));
  if (spec.max_delay < duration{0} || spec.max_delay > std::chrono::hours{1})
    reader.complain("max_delay", "\"max_delay\" wants at most 1h, not " + to_text(spec.max_delay));
}

} // namespace weir
