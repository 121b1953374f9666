/// What a node tells of its dead letters, and how chosen ones are sent through again.
#pragma once

#include "cli/run/reloads.hpp"
#include "cli/tell/question.hpp"

#include "runtime/dead_letter/dead_letter.hpp"

#include <functional>

namespace weir::cli {

/// Of the component on this node; not_found: it has none.
auto letters_path(const reloads& of, const std::string& component) -> result<std::string>;
/// The one whose line begins there.
auto read_letter(const std::string& path, std::uint64_t offset) -> result<dead_letter>;

struct found_letter {
  std::string component;
  std::uint64_t offset = 0; ///< of its line
  dead_letter content;
};
/// Those of this node that can be read, as far as the ends of files are looked at, file by file and oldest first; no more once
/// `is_over`.
void for_each_letter(const reloads& of, const std::function<void(const found_letter&)>& visit,
                     const std::function<bool()>& is_over = [] { return false; });

/// A letter is known by where its line begins: "COMPONENT:OFFSET".
struct letter_id {
  std::string component;
  std::uint64_t offset = 0;
};
auto parse_letter_id(std::string_view text) -> result<letter_id>;

/// "dead-letters?component=&tag=&reason=&limit=&before=": files, groups by tag and reason, and the last letters;
/// "dead-letters/ID": one in full.
auto tell_letters(const reloads& of, const question& what) -> result<std::string>;

/// "replay?ids=ID,ID&to=HOST:PORT": these letters, or "replay?component=" all that were not replayed before, through a forward
/// collector of this host. One at a time; `by` goes into the log.
auto replay_letters(const reloads& of, const question& what, const std::string& by) -> result<std::string>;

} // namespace weir::cli
