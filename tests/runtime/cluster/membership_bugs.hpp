/// Mistakes that the model of a cluster can make on purpose, to show that it would find them.
#pragma once

#include <array>
#include <string_view>
#include <utility>

namespace weir::test {

enum class membership_bug {
  none,
  loses_tombstones,
  keeps_its_own_word,
  forgets_to_drain,
  drains_for_itself,
  answers_with_its_version,
  misses_a_bucket,
  hears_nobody_who_is_down,
  takes_left_for_ever,
  judges_on_waking,
  counts_no_silence,
};

inline constexpr auto membership_bug_names = std::array<std::pair<membership_bug, std::string_view>, 10>{{
    {membership_bug::loses_tombstones, "who is forgotten comes back by the news of one who slept"},
    {membership_bug::keeps_its_own_word, "two that say different things of one version each keep theirs"},
    {membership_bug::forgets_to_drain, "a node that drains and is taken for down is up again, and drains no more"},
    {membership_bug::drains_for_itself, "that a node drains is lost on the way"},
    {membership_bug::answers_with_its_version, "the answer to a verdict has no newer version"},
    {membership_bug::misses_a_bucket, "one bucket is left out where digests differ"},
    {membership_bug::hears_nobody_who_is_down, "who is taken for down is not heard"},
    {membership_bug::takes_left_for_ever, "who left is not taken back"},
    {membership_bug::judges_on_waking, "who was stopped judges the others for its own silence"},
    {membership_bug::counts_no_silence, "nobody is ever taken for down"},
}};

} // namespace weir::test
