/// In which order a difference between plans is carried out: pure.
//
// What may fail comes before what is hard to undo: what is new opens while all else still runs, then settings change,
// then edges (who reads anew stands still meanwhile), then new collectors begin to read, and what is not wanted any more
// goes last, from the sources down. Only what needs something that one of these holds (a port, a directory) comes after it.
// A plan without components stands for a process that has not begun, or is to end. At a start, all is there and has its
// doors open before the first collector begins. At an end all is drained, which is less than to go: what a disk buffer
// has may stay there, and who has finished stays until the process ends, to tell what became of it.
#pragma once

#include "topology/diff.hpp"

#include <string>
#include <vector>

namespace weir {

struct reload_step {
  enum class kind {
    check,   ///< that `component` gets rid of what there is for `to`, or for all if that is empty
    hire,    ///< it is started; a collector opens its doors
    grow,    ///< the instances of it that are new are started
    shrink,  ///< those of its instances that are too many pass on what they have, and are ended
    replace, ///< one with other settings takes its place and what it holds
    rewire,  ///< it is told of other neighbours
    pause,   ///< the collector passes on what it has, and reads nothing more
    reread,  ///< it goes on where all have everything that they want, one that is new and wants all (`start: all`) among them
    begin,   ///< the collector reads
    part,    ///< waits until `component` has given `to` all that there was for it
    dismiss, ///< it passes on what it has, and is ended
    drain,   ///< it takes nothing more in, and passes on what it can
  };
  kind what = kind::check;
  std::string component;
  std::string to = {};
  auto operator==(const reload_step&) const -> bool = default;
};

/// Of the node that hosts these classes.
auto steps_of(const topology_plan& running, const topology_plan& wanted, const std::vector<std::string>& classes,
              std::string_view node) -> std::vector<reload_step>;

} // namespace weir
