/// Opens a connection to the first of a store's endpoints that lets it.
#pragma once

#include "actors/sinks/network/endpoint_choice.hpp"
#include "runtime/os/random.hpp"

#include <cstddef>
#include <string>
#include <utility>

namespace weir {

/// `open(name)` until it succeeds, once for each; `number` is the one that was tried last. The error names them.
template <class Open> auto open_first(endpoint_choice& among, const clock& time, std::size_t& number, Open&& open) -> result<void> {
  auto why = error{};
  for (std::size_t tried = 0; tried < among.size(); ++tried) {
    number = among.next(time.monotonic());
    const result<void> opened = open(among.name(number));
    if (opened) return among.worked(number), opened;
    among.failed(number, time.monotonic(), random_id());
    auto text = among.name(number) + ": " + opened.failure().what;
    why = {opened.failure().code, why.what.empty() ? std::move(text) : why.what + "; " + text};
  }
  return why;
}

} // namespace weir
