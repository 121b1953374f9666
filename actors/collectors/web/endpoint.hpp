/// One way in which clients hand over events by HTTP: what its paths are, what a body means, what is answered.
#pragma once

#include "actors/collectors/web/answer.hpp"
#include "actors/collectors/web/events.hpp"
#include "actors/collectors/web/request.hpp"

#include <optional>

namespace weir {

/// What becomes of a request, by its head alone.
struct web_route {
  enum class kind : std::uint8_t {
    answered, ///< by `answer`, whatever its body is
    whole,    ///< its body is taken when all of it is there
    lines,    ///< the same, but a body that is not compressed may be of any length: it is taken line by line
  };
  kind way = kind::answered;
  web_answer answer = {};
};

/// Without connections, clocks and actors.
class web_endpoint {
public:
  virtual ~web_endpoint() = default;
  /// Nothing: it is another one's.
  virtual auto route(const web_request& request) const -> std::optional<web_route> = 0;
  /// Makes events of a whole body, unpacked; line_padding bytes behind it are readable. If the answer is no success, none of
  /// them is put. Total.
  virtual auto take(const web_request& request, std::string_view body, web_events& out) -> web_answer = 0;
  /// Whole lines, as far as they have come; the answer to all is take()'s of the last ones. False: too many.
  virtual auto take_lines(const web_request& /*request*/, std::string_view /*lines*/, web_events& /*out*/) -> bool { return true; }
  /// After the last of take_lines(): `events` were taken, and `dropped` were none.
  virtual auto answer_to_lines(std::uint64_t /*events*/, std::uint64_t /*dropped*/) const -> web_answer { return {}; }
  /// Why a request to it is refused, in the form that its clients read.
  virtual auto problem(int status, std::string_view why) const -> web_answer { return web_problem(status, why); }
  /// The same, where the form follows from the request.
  virtual auto problem_of(const web_request& /*request*/, int status, std::string_view why) const -> web_answer { return problem(status, why); }
};

} // namespace weir
