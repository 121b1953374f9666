/// The plug-in interface of operators: events in, events out.
#pragma once

#include "actors/plugin.hpp"
#include "runtime/event/event.hpp"

namespace weir {

/// Lives in a collector, an aggregator or a sink writer; keeps scratch memory, so calls come from one thread at a time.
class event_operator {
public:
  virtual ~event_operator() = default;
  /// Puts what becomes of `in` into `out`: nothing (with a drop), one event or, if the class says so by a
  /// `static constexpr bool makes_several = true`, several; such stand at collectors only.
  virtual void apply(const event_view& in, event_output& out) = 0;
};

using operator_plugin = plugin<event_operator>;
template <class T> using register_operator = register_plugin<event_operator, T>;

} // namespace weir
