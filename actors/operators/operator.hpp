/// The plug-in interface of operators: events in, events out.
#pragma once

#include "actors/plugin.hpp"
#include "runtime/event/event.hpp"

namespace weir {

/// Lives in one collector actor; keeps scratch memory, so calls come from one thread at a time.
class event_operator {
public:
  virtual ~event_operator() = default;
  /// Puts what becomes of `in` into `out`: nothing (with a drop), one event or several.
  virtual void apply(const event_view& in, event_output& out) = 0;
};

using operator_plugin = plugin<event_operator>;
template <class T> using register_operator = register_plugin<event_operator, T>;

} // namespace weir
