/// An actor that is known, with what it takes, but not kept alive.
#pragma once

#include <caf/all.hpp>

#include <concepts>

namespace weir {

/// CAF's own weak handle, `actor_addr`, forgets what its actor takes: the cast back is here, and nowhere else.
/// For whoever is known by the actor in turn: they would keep each other alive otherwise.
template <class Handle> class weak_handle {
public:
  weak_handle() = default;
  /// Also of an actor that takes more than `Handle` says.
  template <std::convertible_to<Handle> Wider>
  weak_handle(const Wider& of) : address_(Handle{of}.address()) {}

  /// Null once it is gone.
  auto lock() const -> Handle { return caf::actor_cast<Handle>(address_); }
  auto address() const -> const caf::actor_addr& { return address_; }

private:
  caf::actor_addr address_;
};

} // namespace weir
